//! A type of the API's own as a type of expressions: what a policy's checks know of `object`.
import { type FieldType, OBJECT_META, type Schema } from '../schema.ts';
import { escaped } from './rules/escape.ts';
import { BOOL, BYTES, DOUBLE, DYN, type Field, INT, listOf, mapOf, STRING, TIMESTAMP, type Type } from './type.ts';

const PLAIN: Readonly<Partial<Record<FieldType['type'], Type>>> = {
  string: STRING,
  boolean: BOOL,
  int32: INT,
  int64: INT,
  double: DOUBLE,
  bytes: BYTES,
  time: TIMESTAMP,
  microTime: TIMESTAMP,
};
const kept = new WeakMap<Schema, Map<string, Type>>();

/** By its published name. A type that holds itself is a circle. */
export function typeOfDefinition(schema: Schema, name: string): Type {
  let types = kept.get(schema);
  if (types === undefined) {
    types = new Map();
    kept.set(schema, types);
  }
  const known = types.get(name);
  if (known !== undefined) return known;
  const definition = schema.definitions[name];
  if (definition === undefined) return DYN;
  const fields = new Map<string, Field>();
  const type: Type = { kind: 'object', name, fields };
  types.set(name, type);
  for (const [property, field] of Object.entries(definition.fields)) {
    const key = escaped(property);
    if (key !== undefined) fields.set(key, { type: typeOfField(schema, field), property });
  }
  return type;
}
/** What may be of several types is of none that is known: quantities, ints or strings, any JSON. */
function typeOfField(schema: Schema, { type, ref, items }: FieldType): Type {
  if (type === 'object') return ref === undefined ? DYN : typeOfDefinition(schema, ref);
  const of = items === undefined ? DYN : typeOfField(schema, items);
  if (type === 'list') return listOf(of);
  return type === 'map' ? mapOf(STRING, of) : (PLAIN[type] ?? DYN);
}
/** The type of a custom resource's schema with what every object has. */
export function withObjectMeta(schema: Schema, type: Type): Type {
  const fields = new Map(type.fields);
  for (const property of ['apiVersion', 'kind']) fields.set(property, { type: STRING, property });
  fields.set('metadata', { type: typeOfDefinition(schema, OBJECT_META), property: 'metadata' });
  return { ...type, fields };
}
