//! A structural schema as a type: k8s.io/apiserver/pkg/cel/common/schemas.go SchemaDeclType.
import { isObject, type Json, type JsonObject, listOf as membersOf, numberOf, objectOf, textOf } from '../../json.ts';
import { DOUBLE, type Field, INT, STRING, type Type } from '../type.ts';
import { escaped } from './escape.ts';

/** k8s.io/apiserver/pkg/apis/cel/config.go MaxRequestSizeBytes. */
export const REQUEST_BYTES_MAX = 3 * 1024 * 1024;
/** k8s.io/apiserver/pkg/cel/limits.go: least and most bytes of the JSON, quotation marks included. */
const FORMATS: Readonly<Record<string, { readonly kind: Type['kind']; readonly least: number; readonly max: number }>> =
  {
    duration: { kind: 'duration', least: 3, max: 32 },
    date: { kind: 'timestamp', least: 12, max: 12 },
    'date-time': { kind: 'timestamp', least: 21, max: 32 },
  };
const STRING_LEAST = 2;

/** Undefined for what expressions do not see: what has no schema. */
export function typeOfSchema(schema: JsonObject, root = false): Type | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return { kind: 'dyn', least: 1, max: lengthMax(schema) };
  switch (root ? 'object' : schema['type']) {
    case 'array':
      return typeOfArray(schema);
    case 'object':
      return typeOfObject(root ? rooted(schema) : schema);
    case 'string': {
      const format = FORMATS[textOf(schema['format'])];
      if (format !== undefined) return format;
      if (schema['format'] === 'byte') {
        const max = schema['maxLength'];
        return { kind: 'bytes', least: STRING_LEAST, max: typeof max === 'number' ? max : REQUEST_BYTES_MAX - 2 };
      }
      return { kind: 'string', least: STRING_LEAST, max: lengthMax(schema) };
    }
    case 'boolean':
      return { kind: 'bool', least: 4 };
    case 'number':
      return { ...DOUBLE, least: 1 };
    case 'integer':
      return { ...INT, least: 1 };
    default:
      return undefined;
  }
}
const embedded = (schema: JsonObject): boolean => schema['x-kubernetes-embedded-resource'] === true;

/** A character may take four bytes. */
function lengthMax(schema: JsonObject): number {
  const { maxLength } = schema;
  if (typeof maxLength === 'number') return Math.max(0, maxLength) * 4;
  const values = membersOf(schema['enum']).map((value) => textOf(value).length);
  return values.length > 0 ? Math.max(...values) : REQUEST_BYTES_MAX - 2;
}
function typeOfArray(schema: JsonObject): Type | undefined {
  const items = objectOf(schema['items']);
  const of = isObject(schema['items']) ? typeOfSchema(items, embedded(items)) : undefined;
  if (of === undefined) return undefined;
  const listType = schema['x-kubernetes-list-type'];
  return {
    kind: 'list',
    of,
    least: 2,
    max: numberOf(schema['maxItems'], Math.floor((REQUEST_BYTES_MAX - 2) / ((of.least ?? 0) + 1))),
    ...(listType === 'set' || listType === 'map' ? { listType } : {}),
    listKeys: membersOf(schema['x-kubernetes-list-map-keys']).map(textOf),
  };
}
/** Kubernetes estimates keys as if they were empty. */
const KEY: Type = { ...STRING, max: 0 };
function typeOfObject(schema: JsonObject): Type | undefined {
  const values = schema['additionalProperties'];
  if (isObject(values)) {
    const of = typeOfSchema(values, embedded(values));
    if (of === undefined) return undefined;
    // Two quotation marks, a colon, a comma and a key of two characters.
    const entries = Math.floor((REQUEST_BYTES_MAX - 2) / ((of.least ?? 0) + 6));
    return { kind: 'map', key: KEY, of, least: 2, max: numberOf(schema['maxProperties'], entries) };
  }
  const required = new Set<Json>(membersOf(schema['required']));
  const fields = new Map<string, Field>();
  let least = 2;
  for (const [property, sub] of Object.entries(objectOf(schema['properties']))) {
    const type = isObject(sub) ? typeOfSchema(sub, embedded(sub)) : undefined;
    if (type === undefined) continue;
    const name = escaped(property);
    if (name !== undefined) fields.set(name, { type, property });
    if (required.has(property) && objectOf(sub)['default'] === undefined)
      least += property.length + (type.least ?? 0) + 4;
  }
  return { kind: 'object', name: 'object', fields, least };
}
const TEXT: JsonObject = { type: 'string' };
/** apiVersion, kind and two names are seen at the root of a resource whether its schema says them or not. */
const rooted = (schema: JsonObject): JsonObject => ({
  ...schema,
  properties: {
    ...objectOf(schema['properties']),
    apiVersion: TEXT,
    kind: TEXT,
    metadata: { type: 'object', properties: { name: TEXT, generateName: TEXT } },
  },
});
