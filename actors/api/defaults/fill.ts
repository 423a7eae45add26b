//! Helpers of defaulting: what is there stays, what is missing is filled, nothing is changed in place.
import { isObject, type Json, type JsonObject, listOf, objectOf } from '../json.ts';

/** The object with those fields that it lacks. A text that is there, though empty, is a pointer to one: Go keeps it. */
export function fill(object: JsonObject, defaults: { readonly [key: string]: Json | undefined }): JsonObject {
  let filled: JsonObject | undefined;
  for (const key in defaults) {
    const value = defaults[key];
    if (value === undefined || (object[key] !== undefined && object[key] !== null)) continue;
    filled ??= { ...object };
    filled[key] = value;
  }
  return filled ?? object;
}
/** The object with one field changed; the same object when the change changes nothing. */
export function at(object: JsonObject, key: string, change: (value: JsonObject) => JsonObject): JsonObject {
  const before = object[key];
  if (!isObject(before)) return object;
  const after = change(before);
  return after === before ? object : { ...object, [key]: after };
}
/** As `at`, and a missing field is an empty object first. */
export const within = (object: JsonObject, key: string, change: (value: JsonObject) => JsonObject): JsonObject =>
  at(isObject(object[key]) ? object : { ...object, [key]: {} }, key, change);
export function each(object: JsonObject, key: string, change: (item: JsonObject) => JsonObject): JsonObject {
  const before = listOf(object[key]);
  if (before.length === 0) return object;
  let changed = false;
  const after = before.map((item) => {
    const next = isObject(item) ? change(item) : item;
    if (next !== item) changed = true;
    return next;
  });
  return changed ? { ...object, [key]: after } : object;
}
export const labelsOf = (object: JsonObject): JsonObject => objectOf(objectOf(object['metadata'])['labels']);
export const isBlank = (value: Json | undefined): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
