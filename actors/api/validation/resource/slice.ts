//! Devices that a driver has, in pools (pkg/apis/resource/validation).
import { invalid, required } from '../../field-error.ts';
import { get, isObject, type Json, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../json.ts';
import { dns1123Subdomain } from '../../names.ts';
import { type Errors, immutable, name, specOf } from '../check.ts';
import { nodeSelector } from '../pod/selectors.ts';
import { isNull } from '../service/fields.ts';
import { csiDriverName } from '../volume/csi.ts';
import { counters } from './counters.ts';
import { device } from './device.ts';
import { unique } from './lists.ts';
import { poolName } from './names.ts';
import { tainted } from './taint.ts';

const MAX = { devices: 128, special: 64, counterSets: 8 } as const;
const FIELDS = '`nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection`';

export function resourceSlice(errors: Errors, object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  csiDriverName(errors, 'spec.driver', textOf(spec['driver']));
  pool(errors, 'spec.pool', objectOf(spec['pool']));
  if (old !== undefined) {
    const before = specOf(old);
    immutable(errors, 'spec.pool.name', get(spec, 'pool', 'name'), get(before, 'pool', 'name'));
    for (const field of ['driver', 'nodeName']) immutable(errors, `spec.${field}`, spec[field], before[field]);
  }
  nodes(errors, spec);
  if (Array.isArray(spec['sharedCounters']) && Array.isArray(spec['devices']))
    errors.push(invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed'));
  const all = listOf(spec['devices']);
  const special = all.some((one) => tainted(one) || listOf(get(one, 'consumesCounters')).length > 0);
  const before = new Map(listOf(old && specOf(old)['devices']).map((one) => [nameOf(one), objectOf(one)]));
  const check = (item: Json, at: string): void =>
    device(errors, at, objectOf(item), before.get(nameOf(item)), spec['perDeviceNodeSelection'] === true);
  unique(errors, 'spec.devices', all, special ? MAX.special : MAX.devices, check, nameOf);
  const set = (item: Json, at: string): void => counters(errors, at, objectOf(item), 'name');
  unique(errors, 'spec.sharedCounters', listOf(spec['sharedCounters']), MAX.counterSets, set, nameOf);
}
const nameOf = (item: Json): string => textOf(get(item, 'name'));
function pool(errors: Errors, at: string, given: JsonObject): void {
  poolName(errors, `${at}.name`, given['name']);
  const [count, generation] = [numberOf(given['resourceSliceCount']), numberOf(given['generation'])];
  if (count <= 0) errors.push(invalid(`${at}.resourceSliceCount`, count, 'must be greater than zero'));
  if (generation < 0) errors.push(invalid(`${at}.generation`, generation, 'must be greater than or equal to zero'));
}
/** Where its devices can be used: said in one way. */
function nodes(errors: Errors, spec: JsonObject): void {
  const said: string[] = [];
  const node = spec['nodeName'];
  if (node === '') errors.push(invalid('spec.nodeName', '', 'must be either unset or set to a non-empty string'));
  else if (typeof node === 'string') {
    said.push('`nodeName`');
    name(errors, 'spec.nodeName', node, dns1123Subdomain);
  }
  const selector = spec['nodeSelector'];
  if (isObject(selector)) {
    said.push('`nodeSelector`');
    nodeSelector(errors, 'spec.nodeSelector', selector);
    const terms = selector['nodeSelectorTerms'];
    if (listOf(terms).length !== 1)
      errors.push(
        invalid('spec.nodeSelector.nodeSelectorTerms', terms ?? null, 'must have exactly one node selector term'),
      );
  }
  for (const field of ['allNodes', 'perDeviceNodeSelection']) {
    if (spec[field] === true) said.push(`\`${field}\``);
    else if (!isNull(spec[field]))
      errors.push(invalid(`spec.${field}`, spec[field], 'must be either unset or set to true'));
  }
  const one = `exactly one of ${FIELDS} is required`;
  if (said.length === 0) errors.push(required('spec', one));
  else if (said.length > 1) errors.push(invalid('spec', `{${said.join(', ')}}`, `${one}, but multiple fields are set`));
}
