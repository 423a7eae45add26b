//! Zero values as Go's encoding writes them, or leaves them out.
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Definition, FieldType, Schema } from './schema.ts';

/** Whether a field with this value is left out. */
export function isLeftOut(type: FieldType, value: Json): boolean {
  switch (type.type) {
    case 'string':
      return type.zero === undefined && value === '';
    case 'boolean':
      return type.zero === undefined && value === false;
    case 'int32':
    case 'int64':
    case 'double':
      return type.zero === undefined && value === 0;
    case 'bytes':
    case 'list':
      return type.zero === undefined && (value as string | Json[]).length === 0;
    case 'map':
      return type.zero === undefined && isBare(value);
    case 'object':
      return type.zero === 'dropped' && isBare(value);
    default:
      return false;
  }
}
function isBare(value: Json): boolean {
  if (isObject(value)) for (const _ in value) return false;
  return true;
}

const FILLED = new WeakMap<Definition, readonly (readonly [string, FieldType])[]>();
/** The fields that are always there. */
export function filledOf(definition: Definition): readonly (readonly [string, FieldType])[] {
  let filled = FILLED.get(definition);
  if (filled === undefined) {
    filled = Object.entries(definition.fields).filter(([, type]) => type.zero === 'filled');
    FILLED.set(definition, filled);
  }
  return filled;
}
/** What is there when nobody said anything. */
export function zeroOf(schema: Schema, type: FieldType): Json {
  switch (type.type) {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'int32':
    case 'int64':
    case 'double':
    case 'intOrString':
      return 0;
    case 'quantity':
      return '0';
    case 'object': {
      const result: JsonObject = {};
      const definition = schema.definitions[type.ref ?? ''];
      if (definition !== undefined)
        for (const [key, field] of filledOf(definition)) result[key] = zeroOf(schema, field);
      return result;
    }
    default:
      return null;
  }
}
