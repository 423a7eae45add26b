//! metadata.managedFields: who set which fields, by operation and version.
import { get, isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { FieldSet } from './field-set.ts';

export interface Manager {
  readonly name: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  /** RFC 3339, seconds; '' when nobody said. */
  readonly time: string;
  readonly fields: FieldSet;
}
/** By identity. An applier is the same one whatever version it applies. */
export type Managers = ReadonlyMap<string, Manager>;
export type Identity = Pick<Manager, 'name' | 'operation' | 'apiVersion' | 'subresource'>;

export const idOf = ({ name, operation, apiVersion, subresource }: Identity): string =>
  JSON.stringify([name, operation, operation === 'Apply' ? '' : apiVersion, subresource]);
export const managersOf = (all: Iterable<Manager>): Managers => new Map([...all].map((one) => [idOf(one), one]));

/** Undefined: what is there is no list of managers. */
export function decodeManagers(object: JsonObject): Managers | undefined {
  const list = listOf(get(object, 'metadata', 'managedFields'));
  if (list.length === 0) return NOBODY;
  // An object and what a patch makes of it share the list.
  if (!decoded.has(list)) decoded.set(list, decode(list));
  return decoded.get(list);
}
const NOBODY: Managers = new Map();
const decoded = new WeakMap<readonly Json[], Managers | undefined>();
function decode(list: readonly Json[]): Managers | undefined {
  const result: Manager[] = [];
  for (const entry of list) {
    if (!isObject(entry)) return undefined;
    const operation = entry['operation'];
    const fields = FieldSet.fromJson(entry['fieldsV1'] ?? {});
    if ((operation !== 'Apply' && operation !== 'Update') || fields === undefined) return undefined;
    if (entry['fieldsType'] !== 'FieldsV1' || textOf(entry['apiVersion']) === '') return undefined;
    result.push({
      name: textOf(entry['manager']),
      operation,
      apiVersion: textOf(entry['apiVersion']),
      subresource: textOf(entry['subresource']),
      time: textOf(entry['time']),
      fields,
    });
  }
  return managersOf(result);
}

/** The object with these managers: appliers first, then by time, name and version. */
export function withManagers<T extends object>(object: T, managers: Managers): T {
  const { managedFields: _, ...metadata } = objectOf((object as JsonObject)['metadata']);
  if (managers.size === 0) return { ...object, metadata };
  const entries = [...managers.values()].filter(({ fields }) => !fields.isEmpty).sort(inOrder);
  if (entries.length === 0) return { ...object, metadata };
  return { ...object, metadata: { ...metadata, managedFields: entries.map(encode) } };
}
export const withoutManagers = <T extends object>(object: T): T => withManagers(object, NOBODY);
function inOrder(a: Manager, b: Manager): number {
  const key = (one: Manager): string[] => [one.operation, one.time, one.name, one.apiVersion, one.subresource];
  const [left, right] = [key(a), key(b)];
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return left[i]! < right[i]! ? -1 : 1;
  return 0;
}
const encode = ({ name, operation, apiVersion, time, subresource, fields }: Manager): Json => ({
  ...(name === '' ? {} : { manager: name }),
  operation,
  apiVersion,
  ...(time === '' ? {} : { time }),
  fieldsType: 'FieldsV1',
  fieldsV1: fields.toJson(),
  ...(subresource === '' ? {} : { subresource }),
});

/** Of updaters; the oldest beyond it become one (managedfields.DefaultMaxUpdateManagers). */
const UPDATERS_MAX = 10;
const ANCIENT = 'ancient-changes';
export function capped(managers: Managers): Managers {
  const updaters = [...managers.values()].filter(({ operation }) => operation === 'Update');
  if (updaters.length <= UPDATERS_MAX) return managers;
  updaters.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : a.name < b.name ? -1 : 1));
  const result = new Map(managers);
  for (const oldest of updaters) {
    const left = [...result.values()].filter(({ operation }) => operation === 'Update').length;
    if (left <= UPDATERS_MAX) break;
    const bucket = { ...oldest, name: ANCIENT, subresource: '' };
    const id = idOf(bucket);
    if (id === idOf(oldest)) continue;
    const there = result.get(id);
    result.delete(idOf(oldest));
    result.set(id, there === undefined ? bucket : { ...oldest, ...bucket, fields: there.fields.union(oldest.fields) });
  }
  return result;
}
