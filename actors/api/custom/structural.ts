//! A structural schema (apiextensions.k8s.io/v1 JSONSchemaProps) at work: what a value may hold, and what it lacks.
import { copy, isObject, type Json, type JsonObject, objectOf, put } from '../json.ts';

/** Of an object that is a resource within: kept whatever its schema says. */
const OF_RESOURCES: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);
export const preserves = (schema: JsonObject): boolean => schema['x-kubernetes-preserve-unknown-fields'] === true;
export const embeds = (schema: JsonObject): boolean => schema['x-kubernetes-embedded-resource'] === true;
const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
const own = (object: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined;

/** The schema of a field: its own, that of any field, or none. */
export function schemaOf(schema: JsonObject, key: string): JsonObject | undefined {
  const property = own(objectOf(schema['properties']), key);
  if (isObject(property)) return property;
  const rest = schema['additionalProperties'];
  return isObject(rest) ? rest : undefined;
}
const allows = (schema: JsonObject, key: string): boolean =>
  own(objectOf(schema['properties']), key) !== undefined ||
  (schema['additionalProperties'] !== undefined && schema['additionalProperties'] !== false);

/**
 * Without what the schema does not name (apiserver/schema/pruning). `unknown` gets the paths of what is gone; `inner`
 * is asked for the metadata of resources within.
 */
export interface Pruning {
  readonly unknown: string[];
  readonly inner: (metadata: Json, path: string) => Json;
}
export function prune(value: Json, schema: JsonObject | undefined, root: boolean, path: string, to: Pruning): Json {
  if (Array.isArray(value)) {
    const items = isObject(schema?.['items']) ? schema['items'] : undefined;
    if (schema !== undefined && preserves(schema) && items === undefined) return value;
    return value.map((item, i) => prune(item, items, false, `${path}[${i}]`, to));
  }
  if (!isObject(value)) return value;
  const keeps = schema !== undefined && preserves(schema);
  const resource = root || (schema !== undefined && embeds(schema));
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const at = join(path, key);
    if (resource && OF_RESOURCES.has(key)) {
      put(result, key, key === 'metadata' && !root ? to.inner(item, at) : item);
      continue;
    }
    const inner = schema === undefined ? undefined : schemaOf(schema, key);
    if (inner !== undefined) put(result, key, prune(item, inner, false, at, to));
    else if (keeps) put(result, key, item);
    else if (schema !== undefined && allows(schema, key)) put(result, key, prune(item, undefined, false, at, to));
    else to.unknown.push(at);
  }
  return result;
}

/** With defaults, and without nulls where none may be (apiserver/schema/defaulting). The same value when complete. */
export function fill(value: Json, schema: JsonObject, root = false): Json {
  if (Array.isArray(value)) {
    const { items } = schema;
    return isObject(items) ? changed(value, (item) => fill(item, items)) : value;
  }
  if (!isObject(value)) return value;
  let result = value;
  const set = (key: string, item: Json | undefined): void => {
    if (result === value) result = { ...value };
    if (item === undefined) delete result[key];
    else put(result, key, item);
  };
  for (const [key, property] of Object.entries(objectOf(schema['properties']))) {
    if (!isObject(property) || (root && OF_RESOURCES.has(key))) continue;
    const given = own(value, key);
    const missing = given === undefined || (given === null && property['nullable'] !== true);
    if (missing && property['default'] !== undefined) set(key, copy(property['default']));
    else if (given === null && missing) set(key, undefined);
  }
  for (const [key, item] of Object.entries(result)) {
    if (root && OF_RESOURCES.has(key)) continue;
    const inner = schemaOf(schema, key);
    if (inner === undefined) continue;
    const filled = fill(item, inner);
    if (filled !== item) set(key, filled);
  }
  return result;
}
function changed(list: Json[], change: (item: Json) => Json): Json[] {
  const result = list.map(change);
  return result.some((item, i) => item !== list[i]) ? result : list;
}
