//! Helpers of strategies: an object with one field changed, the same object when the change changes nothing.
import { isObject, type Json, type JsonObject } from '../json.ts';

/** The object with what `change` makes of a field that is there. */
export function replaced(object: JsonObject, key: string, change: (value: Json) => Json): JsonObject {
  const before = object[key];
  if (before === undefined) return object;
  const after = change(before);
  return sameItems(before, after) ? object : { ...object, [key]: after };
}
const sameItems = (a: Json, b: Json): boolean =>
  a === b ||
  (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => item === b[index]));

/** Every container of a pod's spec, of each of the three kinds. */
export const mapContainers = (spec: JsonObject, change: (container: JsonObject) => JsonObject): JsonObject =>
  ['initContainers', 'containers', 'ephemeralContainers'].reduce(
    (result, list) => replaced(result, list, (items) => eachOf(items, change)),
    spec,
  );
export const eachOf = (list: Json, change: (item: JsonObject) => JsonObject): Json =>
  Array.isArray(list) ? list.map((item) => (isObject(item) ? change(item) : item)) : list;
/** The object without a field. */
export function without(object: JsonObject, key: string): JsonObject {
  if (object[key] === undefined) return object;
  const { [key]: _, ...rest } = object;
  return rest;
}
