//! Nodes (ValidateNode, ValidateNodeUpdate).
import { familyOf, parseNetwork } from '../address.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../field-error.ts';
import { shownAs } from '../go-struct.ts';
import { get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { configMapKey, dns1123Label, dns1123Subdomain, labelValue, qualifiedName } from '../names.ts';
import { legacyNetwork } from './address.ts';
import { type Errors, name, POSITIVE, present, specOf } from './check.ts';
import { EFFECTS } from './pod/selectors.ts';
import { resourceAmount } from './resource-names.ts';

const FEATURE_MAX = 253;
const FEATURE = /^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z][a-zA-Z0-9]*)*$/;
const ODD_FEATURE =
  "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes";
const ONE_FAMILY_EACH = 'may specify no more than one CIDR for each IP family';

export function node(errors: Errors, object: JsonObject, old?: JsonObject): void {
  if (old !== undefined) return update(errors, object, old);
  const status = objectOf(object['status']);
  // Told as if taints were metadata.
  taints(errors, 'metadata.taints', listOf(specOf(object)['taints']));
  sizes(errors, status);
  const swap = get(status, 'nodeInfo', 'swap', 'capacity');
  if (typeof swap === 'number' && swap <= 0) errors.push(invalid('metadata.nodeSwapStatus.capacity', swap, POSITIVE));
  features(errors, listOf(status['declaredFeatures']));
  networks(errors, listOf(specOf(object)['podCIDRs']).map(textOf));
}
export function taints(errors: Errors, path: string, list: readonly Json[]): void {
  const seen = new Set<string>();
  list.forEach((item, i) => {
    const taint = objectOf(item);
    const [at, key, effect] = [`${path}[${i}]`, textOf(taint['key']), textOf(taint['effect'])];
    name(errors, `${at}.key`, key, qualifiedName);
    const odd = labelValue(textOf(taint['value']));
    if (odd.length > 0) errors.push(invalid(`${at}.value`, textOf(taint['value']), odd.join(';')));
    if (effect === '') errors.push(required(`${at}.effect`));
    else if (!EFFECTS.includes(effect)) errors.push(notSupported(`${at}.effect`, effect, EFFECTS));
    const unique = `${effect}:${key}`;
    if (seen.has(unique)) {
      const detail = 'taints must be unique by key and effect pair';
      errors.push({ ...duplicate(at, item), detail, shown: shownAs('Taint', item) });
    }
    seen.add(unique);
  });
}
function sizes(errors: Errors, status: JsonObject): void {
  for (const list of ['capacity', 'allocatable'])
    for (const [resource, amount] of Object.entries(objectOf(status[list])))
      resourceAmount(errors, `status.${list}.${resource}`, resource, amount);
}
function features(errors: Errors, list: readonly Json[]): void {
  const all = list.map(textOf);
  const path = 'status.declaredFeatures';
  all.forEach((feature, i) => {
    const shown = JSON.stringify(feature);
    if (Buffer.byteLength(feature) > FEATURE_MAX) {
      const detail = `invalid feature name ${shown}: must be no more than ${FEATURE_MAX} characters`;
      errors.push(invalid(`${path}[${i}]`, feature, detail));
    } else if (!FEATURE.test(feature))
      errors.push(invalid(`${path}[${i}]`, feature, `invalid feature name ${shown}: ${ODD_FEATURE}`));
    const next = all[i + 1];
    if (next === undefined) return;
    if (feature === next) errors.push(duplicate(`${path}[${i + 1}]`, next));
    else if (feature > next) errors.push(invalid(`${path}[${i + 1}]`, next, 'list must be sorted alphabetically'));
  });
}
function networks(errors: Errors, list: readonly string[]): void {
  const path = 'spec.podCIDRs';
  list.forEach((network, i) => {
    legacyNetwork(errors, `${path}[${i}]`, network);
  });
  if (list.length < 2) return;
  const odd = list.findIndex((network) => parseNetwork(network) === undefined);
  if (odd >= 0) {
    const why = `invalid CIDR[${odd}]: <nil> (invalid CIDR address: ${list[odd]})`;
    const detail = `invalid PodCIDRs. failed to check with dual stack with error:${why}`;
    errors.push({ type: 'InternalError', field: path, detail });
  }
  const families = new Set(list.map((network) => familyOf(network.split('/')[0]!)));
  if (odd >= 0 || families.size !== 2 || list.length > 2) errors.push(invalid(path, [...list], ONE_FAMILY_EACH));
}

function update(errors: Errors, object: JsonObject, old: JsonObject): void {
  const [spec, before, status] = [specOf(object), specOf(old), objectOf(object['status'])];
  sizes(errors, status);
  features(errors, listOf(status['declaredFeatures']));
  addresses(errors, listOf(status['addresses']));
  const [now, kept] = [listOf(spec['podCIDRs']), listOf(before['podCIDRs'])];
  const changed = (): void =>
    void errors.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  if (kept.length > 0 && kept.length !== now.length) changed();
  else kept.forEach((network, i) => void (network !== now[i] && changed()));
  const provider = textOf(before['providerID']);
  if (provider !== '' && provider !== textOf(spec['providerID']))
    errors.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  if (isObject(spec['configSource'])) configSource(errors, 'spec.configSource', spec['configSource'], 'spec');
  for (const field of ['assigned', 'active', 'lastKnownGood']) {
    const source = get(status, 'config', field);
    if (isObject(source)) configSource(errors, `status.config.${field}`, source, 'status');
  }
  taints(errors, 'metadata.taints', listOf(spec['taints']));
  if (textOf(spec['externalID']) !== textOf(before['externalID']))
    errors.push(forbidden('spec.externalID', 'may not be updated'));
}
function addresses(errors: Errors, list: readonly Json[]): void {
  const seen = new Set<string>();
  list.forEach((item, i) => {
    const shown = shownAs('NodeAddress', item);
    if (seen.has(shown)) errors.push({ ...duplicate(`status.addresses[${i}]`, item), shown });
    seen.add(shown);
  });
}
/** Not used any more; checked all the same. */
function configSource(errors: Errors, at: string, source: JsonObject, where: 'spec' | 'status'): void {
  const map = source['configMap'];
  if (!isObject(map)) {
    const shown = shownAs('NodeConfigSource', source);
    errors.push({ ...invalid(at, source, 'exactly one reference subfield must be non-nil'), shown });
    return;
  }
  const path = `${at}.configMap`;
  for (const field of ['uid', 'resourceVersion']) {
    const given = textOf(map[field]) !== '';
    if (where === 'status' && !given) errors.push(required(`${path}.${field}`));
    if (where === 'spec' && given) errors.push(forbidden(`${path}.${field}`, `${field} must not be set in spec`));
  }
  if (present(errors, `${path}.namespace`, map['namespace']))
    name(errors, `${path}.namespace`, map['namespace'], dns1123Label);
  if (present(errors, `${path}.name`, map['name'])) name(errors, `${path}.name`, map['name'], dns1123Subdomain);
  if (present(errors, `${path}.kubeletConfigKey`, map['kubeletConfigKey']))
    name(errors, `${path}.kubeletConfigKey`, map['kubeletConfigKey'], configMapKey);
}
