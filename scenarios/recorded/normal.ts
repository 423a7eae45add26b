//! An answer without what no two servers, or no two runs, have in common: made ids, times, and addresses.
import { isObject, type Json, type JsonObject } from '../../actors/api/json.ts';

const SERVICE_ADDRESS = /^(10\.96\.\d+\.\d+|fd00:10:96::[0-9a-f:]*)$/;
const RANDOM = /(kube-api-access-)[a-z0-9]{5}/g;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;
const UID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** `sent`: texts that the client said itself stay; not those that it read from this server before. */
export function normal(body: JsonObject, sent: Json): Json {
  const said = new Set<Json>();
  const gather = (value: Json): void => {
    if (Array.isArray(value)) value.forEach(gather);
    else if (isObject(value)) Object.values(value).forEach(gather);
    else said.add(value);
  };
  gather(sent);
  const walk = (value: Json, key: string): Json => {
    if (Array.isArray(value)) return value.map((item) => walk(item, key));
    if (isObject(value))
      return Object.fromEntries(
        Object.entries(value)
          .filter(([name]) => name !== 'managedFields')
          .map(([name, item]) => [name, walk(item, name)]),
      );
    if (typeof value === 'string') {
      if (key === 'resourceVersion') return 'RV';
      if (SERVICE_ADDRESS.test(value) && !said.has(value)) return 'SERVICE-ADDRESS';
      const text = value.replace(RANDOM, '$1RANDOM').replace(UID, 'UID');
      return said.has(value) ? text : text.replace(TIME, 'TIME');
    }
    if (typeof value === 'number' && /nodePort$/i.test(key) && !said.has(value)) return 'NODE-PORT';
    return value;
  };
  return walk(body, '');
}
