//! A structural schema as server-side apply sees it.
import { type ApplyType, ATOMIC, DEDUCED } from '../apply/type.ts';
import { isObject, type Json, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { embeds, preserves } from './structural.ts';

const made = new WeakMap<JsonObject, ApplyType>();

/** `metadata` is the type of metadata, which no schema of a custom resource says. */
export function applyTypeOf(schema: JsonObject, metadata: ApplyType, root = true): ApplyType {
  const known = made.get(schema);
  if (known !== undefined) return known;
  const type = typed(schema, metadata, root);
  made.set(schema, type);
  return type;
}
function typed(schema: JsonObject, metadata: ApplyType, root: boolean): ApplyType {
  if (schema['x-kubernetes-int-or-string'] === true) return ATOMIC;
  if (schema['type'] === 'array') return listed(schema, metadata);
  if (schema['type'] !== 'object' && !root) return preserves(schema) ? DEDUCED : ATOMIC;
  if (schema['x-kubernetes-map-type'] === 'atomic') return ATOMIC;
  const properties = objectOf(schema['properties']);
  const rest = schema['additionalProperties'];
  const resource = root || embeds(schema);
  const inner = (name: string): JsonObject | undefined => {
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return isObject(own) ? own : isObject(rest) ? rest : undefined;
  };
  const standard = (name: string): boolean => name === 'apiVersion' || name === 'kind' || name === 'metadata';
  return {
    kind: 'granular',
    field: (name) => {
      if (resource && standard(name)) return name === 'metadata' ? metadata : ATOMIC;
      const own = inner(name);
      if (own !== undefined) return applyTypeOf(own, metadata, false);
      return preserves(schema) || rest === true ? DEDUCED : undefined;
    },
    declared: (name) => (resource && standard(name)) || Object.hasOwn(properties, name),
  };
}
function listed(schema: JsonObject, metadata: ApplyType): ApplyType {
  const { items } = schema;
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set') return { kind: 'set' };
  if (type !== 'map' || !isObject(items)) return ATOMIC;
  const keys = listOf(schema['x-kubernetes-list-map-keys']).map(textOf);
  const defaults: [string, Json][] = keys.flatMap((key) => {
    const value = objectOf(objectOf(items['properties'])[key])['default'];
    return value === undefined ? [] : [[key, value]];
  });
  return { kind: 'listMap', keys, defaults: Object.fromEntries(defaults), items: applyTypeOf(items, metadata, false) };
}
