//! Strategic merge patch: a merge patch that knows which lists have keys. Rules and words of
//! k8s.io/apimachinery/pkg/util/strategicpatch.
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import { cannotUnmarshal, equal, isObject, type Json, type JsonObject, put } from '../json.ts';
import type { FieldType, Schema } from '../schema.ts';
import { byKey, byValue, merged, withoutDirectives } from './order.ts';

const DIRECTIVE = '$patch';
const RETAIN = '$retainKeys';
const DELETE_PREFIX = '$deleteFromPrimitiveList/';
const ORDER_PREFIX = '$setElementOrder/';

class PatchError extends Error {}

/** `definition`: `io.k8s.api.apps.v1.Deployment` or `apps/v1/Deployment`. */
export function applyStrategicMergePatch(schema: Schema, definition: string, object: Json, patch: Json): Result<Json> {
  if (!isObject(patch)) {
    return fail('BadRequest', cannotUnmarshal(patch, 'map[string]interface {}'));
  }
  try {
    const type: FieldType = { type: 'object', ref: schema.kinds[definition] ?? definition };
    return ok(mergeMap(schema, type, isObject(object) ? object : {}, patch));
  } catch (error) {
    if (error instanceof PatchError) return fail('BadRequest', error.message);
    throw error;
  }
}

const fieldOf = (schema: Schema, type: FieldType, key: string): FieldType => {
  if (type.type === 'map') return type.items ?? ANY;
  const fields = type.type === 'object' ? schema.definitions[type.ref ?? '']?.fields : undefined;
  return fields !== undefined && Object.hasOwn(fields, key) ? (fields[key] ?? ANY) : ANY;
};
const ANY: FieldType = { type: 'any' };

function mergeMap(schema: Schema, type: FieldType, original: JsonObject, patch: JsonObject): JsonObject {
  switch (patch[DIRECTIVE]) {
    case undefined:
    case 'merge':
      break;
    case 'replace': {
      const { [DIRECTIVE]: _, ...rest } = patch;
      return rest;
    }
    case 'delete':
      return {};
    default:
      throw new PatchError(`unknown patch type found: ${String(patch[DIRECTIVE])}`);
  }
  const result = retained(original, patch);
  const ordered = new Set<string>();
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(ORDER_PREFIX)) continue;
    const field = key.slice(ORDER_PREFIX.length);
    ordered.add(field);
    reorder(schema, fieldOf(schema, type, field), result, original, patch, field);
  }
  for (const key of Object.keys(patch)) {
    if (key === DIRECTIVE || key === RETAIN || key.startsWith(ORDER_PREFIX) || ordered.has(key)) continue;
    const value = patch[key] as Json;
    if (key.startsWith(DELETE_PREFIX)) {
      const field = key.slice(DELETE_PREFIX.length);
      const from = result[field];
      if (!Array.isArray(value)) throw new PatchError(`invalid patch: ${key} must be a list`);
      if (Array.isArray(from))
        put(
          result,
          field,
          from.filter((item) => !value.some((gone) => equal(gone, item))),
        );
      continue;
    }
    if (value === null) {
      delete result[key];
      continue;
    }
    const before = Object.hasOwn(result, key) ? result[key] : undefined;
    put(result, key, mergeValue(schema, fieldOf(schema, type, key), before, value));
  }
  return result;
}

function mergeValue(schema: Schema, field: FieldType, before: Json | undefined, value: Json): Json {
  const merges = field.patchStrategy?.split(',').includes('merge') ?? false;
  if (isObject(value)) {
    if (!isObject(before)) return isObject(value) ? fresh(schema, field, value) : value;
    return field.patchStrategy?.includes('replace') ? withoutDirectives(value) : mergeMap(schema, field, before, value);
  }
  if (Array.isArray(value)) {
    return Array.isArray(before) && merges
      ? mergeList(schema, field, before, value)
      : (withoutDirectives(value) as Json);
  }
  return value;
}
/** Nothing to merge with: what the patch holds, without directives, and nulls delete nothing. */
const fresh = (schema: Schema, field: FieldType, value: JsonObject): Json => mergeMap(schema, field, {}, value);

function retained(original: JsonObject, patch: JsonObject): JsonObject {
  const keep = patch[RETAIN];
  if (keep === undefined) return { ...original };
  if (!Array.isArray(keep)) throw new PatchError('invalid patch: $retainKeys must be a list');
  for (const key of Object.keys(patch)) {
    if (!key.startsWith('$') && patch[key] !== null && !keep.includes(key)) {
      throw new PatchError(`$retainKeys directive must contain all keys of the patch: "${key}" is missing`);
    }
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => keep.includes(key)));
}

/** `$setElementOrder/field`: merge, then put what the list names in its order, the rest where the server had it. */
function reorder(
  schema: Schema,
  field: FieldType,
  result: JsonObject,
  original: JsonObject,
  patch: JsonObject,
  name: string,
): void {
  const order = patch[`${ORDER_PREFIX}${name}`];
  if (!Array.isArray(order)) throw new PatchError(`invalid patch: ${ORDER_PREFIX}${name} must be a list`);
  const before = Array.isArray(result[name]) ? (result[name] as Json[]) : undefined;
  const changes = patch[name];
  if (changes === null) {
    delete result[name];
    return;
  }
  let list: Json[];
  if (Array.isArray(changes)) {
    list = (before === undefined ? withoutDirectives(changes) : mergeList(schema, field, before, changes)) as Json[];
  } else if (before !== undefined) list = before;
  else return;
  const gone = patch[`${DELETE_PREFIX}${name}`];
  if (Array.isArray(gone)) list = list.filter((item) => !gone.some((value) => equal(value, item)));
  const same = field.mergeKey === undefined ? byValue : byKey(field.mergeKey);
  const server = Array.isArray(original[name]) ? (original[name] as Json[]) : [];
  put(result, name, merged(list, order, server, same));
}

function mergeList(schema: Schema, field: FieldType, original: Json[], patch: Json[]): Json[] {
  const key = field.mergeKey;
  if (key === undefined) {
    const all = [...original];
    for (const item of patch) if (!all.some((other) => equal(other, item))) all.push(item);
    return merged(all, patch, original, byValue);
  }
  const changes: JsonObject[] = [];
  let result = original;
  let replace = false;
  for (const item of patch) {
    if (!isObject(item)) throw new PatchError('Patch lists of maps must hold maps only');
    const directive = item[DIRECTIVE];
    if (directive === undefined) changes.push(item);
    else if (directive === 'replace') replace = true;
    else if (directive === 'merge') throw new PatchError('merging lists cannot yet be specified in the patch');
    else if (directive !== 'delete') throw new PatchError(`unknown patch type found: ${String(directive)}`);
    else {
      const wanted = item[key];
      if (wanted === undefined) throw missingKey(item, key);
      result = result.filter((other) => !isObject(other) || !equal(other[key], wanted));
    }
  }
  if (replace) return withoutDirectives(changes) as Json[];
  const all = [...result];
  for (const item of changes) {
    const wanted = item[key];
    if (wanted === undefined) throw missingKey(item, key);
    const at = all.findIndex((other) => isObject(other) && equal(other[key], wanted));
    const type = field.items ?? ANY;
    if (at < 0) all.push(mergeMap(schema, type, {}, item));
    else all[at] = mergeMap(schema, type, all[at] as JsonObject, item);
  }
  return merged(all, changes, original, byKey(key));
}
const missingKey = (item: JsonObject, key: string): PatchError =>
  new PatchError(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
