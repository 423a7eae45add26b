//! ServiceCIDRs and IPAddresses.
import { familyOf } from '../../address.ts';
import { invalid, required } from '../../field-error.ts';
import { isObject, type Json, type JsonObject, listOf, semanticEqual, textOf } from '../../json.ts';
import { dns1123Subdomain, type NameCheck, pathSegment } from '../../names.ts';
import { address, network } from '../address.ts';
import { type Errors, IMMUTABLE, name, specOf } from '../check.ts';

const CIDRS = 'spec.cidrs';
const cidrsOf = (object: JsonObject): readonly string[] => listOf(specOf(object)['cidrs']).map(textOf);

export function serviceCidr(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const cidrs = cidrsOf(object);
  if (old === undefined) return networks(errors, cidrs, specOf(object));
  const before = cidrsOf(old);
  const kept = (i: number): void => {
    if (cidrs[i] !== before[i]) errors.push(invalid(`${CIDRS}[${i}]`, cidrs[i], IMMUTABLE));
  };
  if (before.length === cidrs.length) for (const i of before.keys()) kept(i);
  else if (before.length === 1 && cidrs.length === 2) {
    // One of the other family may come.
    kept(0);
    networks(errors, cidrs, specOf(object));
  } else errors.push(invalid(CIDRS, [...cidrs], IMMUTABLE));
}
function networks(errors: Errors, cidrs: readonly string[], spec: JsonObject): void {
  if (cidrs.length === 0) return void errors.push(required(CIDRS, 'at least one CIDR required'));
  if (cidrs.length > 2) return void errors.push(invalid(CIDRS, spec as Json, 'may only hold up to 2 values'));
  const sound = cidrs.map((cidr, i) => network(errors, `${CIDRS}[${i}]`, cidr));
  const [first, second] = cidrs.map((cidr) => familyOf(cidr.slice(0, Math.max(0, cidr.indexOf('/')))));
  if (second !== undefined && first === second && sound.every(Boolean)) {
    const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    errors.push(invalid(CIDRS, [...cidrs], detail));
  }
}

/** An IPAddress is called what it is, in the canonical form. */
export const addressName: NameCheck = (text) => {
  const errors: Errors = [];
  address(errors, '', text);
  return errors.map(({ detail }) => detail);
};
/** As Go prints a ParentReference: its internal form has no other names. */
const shown = (parent: Json | undefined): Json =>
  isObject(parent)
    ? {
        Group: textOf(parent['group']),
        Resource: textOf(parent['resource']),
        Namespace: textOf(parent['namespace']),
        Name: textOf(parent['name']),
      }
    : null;
export function ipAddress(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const parent = specOf(object)['parentRef'];
  const at = 'spec.parentRef';
  if (!isObject(parent)) errors.push(required(at));
  else {
    if (textOf(parent['group']) !== '') name(errors, `${at}.group`, parent['group'], dns1123Subdomain);
    for (const field of ['resource', 'name']) {
      if (textOf(parent[field]) === '') errors.push(required(`${at}.${field}`));
      else name(errors, `${at}.${field}`, parent[field], pathSegment);
    }
    if (textOf(parent['namespace']) !== '') name(errors, `${at}.namespace`, parent['namespace'], pathSegment);
  }
  const before = old && specOf(old)['parentRef'];
  if (old !== undefined && !semanticEqual(parent, before)) errors.push(invalid(at, shown(parent), IMMUTABLE));
}
