//! Of which families a Service's addresses are: what it says and what the cluster has (alloc.go initIPFamilyFields).
import { familyOf } from '../../api/address.ts';
import { type FieldError, invalid } from '../../api/field-error.ts';
import { isEmpty, type JsonObject, listOf } from '../../api/json.ts';
import type { Errors } from '../../api/validation/check.ts';
import { clusterIps } from '../../api/validation/service/cluster-ips.ts';
import { familiesOf, ipsOf, isExternalName, isNull } from '../../api/validation/service/fields.ts';
import type { ServiceNetwork } from './network.ts';

export type Familied = { readonly spec: JsonObject } | { readonly errors: readonly FieldError[] };
const POLICY = 'spec.ipFamilyPolicy';
const PREFER = 'PreferDualStack';

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i]);
const other = (family: string): string => (family === 'IPv4' ? 'IPv6' : 'IPv4');
const isHeadlessAlone = (spec: JsonObject): boolean => spec['clusterIP'] === 'None' && isEmpty(spec['selector']);

export function withFamilies(network: ServiceNetwork, given: JsonObject, before?: JsonObject): Familied {
  if (isExternalName(given) || isSettled(given, before)) return { spec: given };
  const known = before?.['ipFamilyPolicy'];
  const inferred = !isNull(known) ? known : isHeadlessAlone(given) ? 'RequireDualStack' : 'SingleStack';
  const spec: JsonObject = { ...given, ipFamilyPolicy: given['ipFamilyPolicy'] ?? inferred };
  const errors: Errors = [];
  clusterIps(errors, spec, before);
  if (errors.length > 0) return { errors };
  if (before !== undefined) narrowed(errors, spec, before);
  const policy = spec['ipFamilyPolicy'];
  if (policy === 'SingleStack') {
    const detail = (what: string): string =>
      `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
    if (ipsOf(spec).length === 2) errors.push(invalid(POLICY, policy, detail('cluster IPs')));
    if (familiesOf(spec).length === 2) errors.push(invalid(POLICY, policy, detail('IP families')));
  }
  const families = inferredFamilies(errors, network, spec);
  if (errors.length > 0) return { errors };
  if (isHeadlessAlone(spec)) {
    const [first = network.family, second] = families;
    const all = second === undefined && policy !== 'SingleStack' ? [first, other(first)] : families;
    return { spec: { ...spec, ipFamilies: all.length === 0 ? [first] : all } };
  }
  if (policy === 'RequireDualStack' && network.families.length < 2)
    errors.push(invalid(POLICY, policy, 'this cluster is not configured for dual-stack services'));
  families.forEach((family, i) => {
    if (!has(network, family)) errors.push(invalid(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster'));
  });
  if (errors.length > 0) return { errors };
  const all = families.length === 0 ? [network.family] : families;
  const grows = policy !== 'SingleStack' && all.length === 1 && network.families.length === 2;
  return { spec: { ...spec, ipFamilies: grows ? [all[0]!, other(all[0]!)] : [...all] } };
}
const has = (network: ServiceNetwork, family: string): boolean =>
  (network.families as readonly string[]).includes(family);

/** A PreferDualStack Service does not grow or shrink with its cluster (isMatchingPreferDualStackClusterIPFields). */
export function isSettled(spec: JsonObject, before: JsonObject | undefined): boolean {
  return (
    before !== undefined &&
    before['type'] === spec['type'] &&
    ['ClusterIP', 'NodePort', 'LoadBalancer'].includes(String(spec['type'])) &&
    spec['ipFamilyPolicy'] === PREFER &&
    (isNull(before['ipFamilyPolicy']) || before['ipFamilyPolicy'] === PREFER) &&
    sameList(ipsOf(spec), ipsOf(before)) &&
    sameList(familiesOf(spec), familiesOf(before))
  );
}
/** To become single-stack is said by the policy; whoever takes a second one away must say it. */
function narrowed(errors: Errors, spec: JsonObject, before: JsonObject): void {
  const [ips, wereIps] = [ipsOf(spec), ipsOf(before)];
  const [families, wereFamilies] = [familiesOf(spec), familiesOf(before)];
  if (spec['ipFamilyPolicy'] === 'SingleStack') {
    if (sameList(ips, wereIps) && ips.length > 1) spec['clusterIPs'] = [ips[0]!];
    if (sameList(families, wereFamilies) && families.length > 1) spec['ipFamilies'] = [families[0]!];
    return;
  }
  const fewer = (now: readonly string[], was: readonly string[], what: string): void => {
    if (now.length === 0 || now.length >= was.length) return;
    errors.push(invalid(POLICY, spec['ipFamilyPolicy'], `must be 'SingleStack' to release the secondary ${what}`));
  };
  fewer(ips, wereIps, 'cluster IP');
  fewer(families, wereFamilies, 'IP family');
}
function inferredFamilies(errors: Errors, network: ServiceNetwork, spec: JsonObject): string[] {
  const families = [...familiesOf(spec)];
  for (const [i, ip] of ipsOf(spec).entries()) {
    if (ip === 'None') break;
    if (i < families.length) continue;
    const family = familyOf(ip);
    if (has(network, family)) families.push(family);
    else
      errors.push(
        invalid(
          `spec.clusterIPs[${i}]`,
          [...listOf(spec['clusterIPs'])],
          `${family} is not configured on this cluster`,
        ),
      );
  }
  return families;
}
