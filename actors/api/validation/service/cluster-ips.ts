//! Cluster IPs of a Service and their families (core/validation ValidateServiceClusterIPsRelatedFields and around it).
import { familyOf } from '../../address.ts';
import { duplicate, invalid, notSupported, required } from '../../field-error.ts';
import { type Json, type JsonObject, listOf, textOf } from '../../json.ts';
import { legacyAddress } from '../address.ts';
import type { Errors } from '../check.ts';
import { familiesOf, ipsOf, isExternalName, isHeadless, isNull } from './fields.ts';

const FAMILIES = ['IPv4', 'IPv6'];
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const IPS = 'spec.clusterIPs';
const FAMILIES_FIELD = 'spec.ipFamilies';
const POLICY = 'spec.ipFamilyPolicy';
const FIXED = 'may not change once set';

const all = (spec: JsonObject, field: string): Json => listOf(spec[field]) as Json;

export function clusterIps(errors: Errors, spec: JsonObject, before?: JsonObject): void {
  if (isExternalName(spec)) return;
  const ips = ipsOf(spec);
  const families = familiesOf(spec);
  const first = textOf(spec['clusterIP']);
  const wrong = (detail: string): void => void errors.push(invalid(IPS, all(spec, 'clusterIPs'), detail));
  if (first === '') {
    if (ips.length > 0) wrong('must be empty when `clusterIP` is not specified');
  } else if (ips.length === 0) errors.push(required(IPS));
  else if (ips[0] !== first) wrong('first value must match `clusterIP`');
  families.forEach((family, i) => {
    if (!FAMILIES.includes(family)) errors.push(notSupported(`${FAMILIES_FIELD}[${i}]`, family, FAMILIES));
    if (families.indexOf(family) < i) errors.push(duplicate(`${FAMILIES_FIELD}[${i}]`, family));
  });
  const policy = spec['ipFamilyPolicy'];
  if (!isNull(policy) && !POLICIES.includes(textOf(policy))) errors.push(notSupported(POLICY, policy, POLICIES));
  let sound = true;
  ips.forEach((ip, i) => {
    if (i > 0 || ip !== 'None')
      sound = legacyAddress(errors, `${IPS}[${i}]`, ip, listOf(before?.['clusterIPs'])) && sound;
    else if (ips.length > 1) {
      sound = false;
      wrong("'None' must be the first and only value");
    }
  });
  if (ips.length > 2) wrong('may only hold up to 2 values');
  if (!sound) return;
  if (ips.length > 1 && new Set(ips.map(familyOf)).size < 2)
    wrong('may specify no more than one IP for each IP family');
  if (isHeadless(spec)) return;
  ips.slice(0, families.length).forEach((ip, i) => {
    const family = families[i]!;
    if (FAMILIES.includes(family) && familyOf(ip) !== family)
      errors.push(invalid(`${IPS}[${i}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``));
  });
}

/** A second one may come and go; the first stays, unless the Service becomes or was an ExternalName. */
export function clusterIpsUpdate(errors: Errors, spec: JsonObject, before: JsonObject): void {
  if (isExternalName(spec) || isExternalName(before)) return;
  const [headless, wasHeadless] = [isHeadless(spec), isHeadless(before)];
  if (!headless || !wasHeadless) keptIps(errors, spec, before);
  if (!headless && !wasHeadless) keptFamilies(errors, spec, before);
}
function keptIps(errors: Errors, spec: JsonObject, before: JsonObject): void {
  const [ips, was] = [ipsOf(spec), ipsOf(before)];
  const wrong = (i: number, detail: string): void =>
    void errors.push(invalid(`${IPS}[${i}]`, all(spec, 'clusterIPs'), detail));
  if (was.length === ips.length) {
    was.forEach((ip, i) => {
      if (ip !== ips[i]) wrong(i, FIXED);
    });
    return;
  }
  if (ips.length === 0) wrong(0, 'primary clusterIP can not be unset');
  if (was.length > 0 && ips.length > 0 && ips[0] !== was[0]) wrong(0, FIXED);
  if (was.length > ips.length && ips.length === 1) single(errors, spec, 'clusterIP');
}
function keptFamilies(errors: Errors, spec: JsonObject, before: JsonObject): void {
  const [families, was] = [familiesOf(spec), familiesOf(before)];
  const at = `${FAMILIES_FIELD}[0]`;
  if (was.length === families.length) {
    was.forEach((family, i) => {
      if (family !== families[i]) errors.push(invalid(at, all(spec, 'ipFamilies'), FIXED));
    });
    return;
  }
  const fewer = was.length > families.length;
  if (fewer && ipsOf(spec).length === 0)
    errors.push(invalid(at, all(spec, 'ipFamilies'), 'primary ipFamily can not be unset'));
  // The value shown is that of the addresses: so it is in Kubernetes.
  if (was.length > 0 && families.length > 0 && families[0] !== was[0])
    errors.push(invalid(at, all(spec, 'clusterIPs'), FIXED));
  if (fewer && families.length === 1) single(errors, spec, 'ipFamily');
}
function single(errors: Errors, spec: JsonObject, what: string): void {
  const policy = spec['ipFamilyPolicy'];
  if (policy === 'SingleStack') return;
  errors.push(invalid(POLICY, policy, `must be set to 'SingleStack' when releasing the secondary ${what}`));
}
