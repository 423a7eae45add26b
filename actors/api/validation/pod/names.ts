//! Names that a pod has and finds: its host's, those of resolvers (validatePodDNSConfig, validatePodHostName).
import { forbidden, invalid, required, tooLong } from '../../field-error.ts';
import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../../json.ts';
import { dns1123Label, dns1123Subdomain, dns1123SubdomainWithUnderscore } from '../../names.ts';
import { legacyAddress } from '../address.ts';
import { type Errors, isNull, name, oneOf } from '../check.ts';

/** What a resolver of libc takes. */
const NAMESERVERS_MAX = 3;
const SEARCHES_MAX = 32;
const SEARCH_MAX = 2048;
const HOSTNAME_MAX = 64;
const POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

export const dnsPolicy = (errors: Errors, at: string, policy: Json | undefined): void =>
  oneOf(errors, at, policy, POLICIES);

export function dnsConfig(errors: Errors, path: string, spec: JsonObject): void {
  const config = spec['dnsConfig'];
  const servers = listOf(objectOf(config)['nameservers']);
  if (spec['dnsPolicy'] === 'None') {
    if (!isObject(config)) return void errors.push(required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'));
    if (servers.length === 0) {
      const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
      return void errors.push(required(`${path}.nameservers`, detail));
    }
  }
  if (!isObject(config)) return;
  if (servers.length > NAMESERVERS_MAX)
    errors.push(invalid(`${path}.nameservers`, [...servers], `must not have more than ${NAMESERVERS_MAX} nameservers`));
  servers.forEach((server, i) => {
    legacyAddress(errors, `${path}.nameservers[${i}]`, textOf(server));
  });
  searches(errors, `${path}.searches`, listOf(config['searches']).map(textOf));
  listOf(config['options']).forEach((option, i) => {
    if (textOf(objectOf(option)['name']) === '') errors.push(required(`${path}.options[${i}]`, 'must not be empty'));
  });
}
function searches(errors: Errors, at: string, list: readonly string[]): void {
  if (list.length > SEARCHES_MAX)
    errors.push(invalid(at, [...list], `must not have more than ${SEARCHES_MAX} search paths`));
  if (Buffer.byteLength(list.join(' ')) > SEARCH_MAX) {
    const detail = `must not have more than ${SEARCH_MAX} characters (including spaces) in the search list`;
    errors.push(invalid(at, [...list], detail));
  }
  list.forEach((search, i) => {
    if (search !== '.') name(errors, `${at}[${i}]`, search.replace(/\.$/, ''), dns1123SubdomainWithUnderscore);
  });
}

export function hostnameOverride(errors: Errors, path: string, spec: JsonObject): void {
  const given = spec['hostnameOverride'];
  if (isNull(given)) return;
  const at = `${path}.hostnameOverride`;
  if (spec['setHostnameAsFQDN'] === true)
    errors.push(forbidden(at, 'may not be specified when setHostnameAsFQDN is true'));
  if (spec['hostNetwork'] === true) errors.push(forbidden(at, 'may not be specified when hostNetwork is true'));
  if (Buffer.byteLength(textOf(given)) > HOSTNAME_MAX) errors.push(tooLong(at, HOSTNAME_MAX));
  name(errors, at, given, dns1123Subdomain);
}
export function hostnames(errors: Errors, path: string, spec: JsonObject): void {
  for (const field of ['hostname', 'subdomain'])
    if (textOf(spec[field]) !== '') name(errors, `${path}.${field}`, spec[field], dns1123Label);
}
export function hostAliases(errors: Errors, path: string, list: readonly Json[]): void {
  list.forEach((item, i) => {
    const alias = objectOf(item);
    legacyAddress(errors, `${path}[${i}].ip`, textOf(alias['ip']));
    listOf(alias['hostnames']).forEach((host, j) => {
      name(errors, `${path}[${i}].hostnames[${j}]`, host, dns1123Subdomain);
    });
  });
}
