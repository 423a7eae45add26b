//! What server-side apply must know of a field: whether it is one value, or made of parts with owners of their own.
import type { Json } from '../json.ts';
import type { FieldType, Schema } from '../schema.ts';

export type ApplyType =
  /** One value, whatever is in it: scalars, and all that is marked atomic. */
  | { readonly kind: 'atomic' }
  /** Fields with types of their own. `declared`: whether there is such a field; a map's keys never are. */
  | {
      readonly kind: 'granular';
      readonly field: (name: string) => ApplyType | undefined;
      readonly declared: (name: string) => boolean;
    }
  | { readonly kind: 'set' }
  | {
      readonly kind: 'listMap';
      readonly keys: readonly string[];
      /** What a key is where an item does not say it. */
      readonly defaults: Readonly<Record<string, Json>>;
      readonly items: ApplyType;
    }
  /** No schema: objects are granular, all else is one value. */
  | { readonly kind: 'deduced' };

export const ATOMIC: ApplyType = { kind: 'atomic' };
export const DEDUCED: ApplyType = { kind: 'deduced' };
const made = new WeakMap<Schema, Map<string, ApplyType>>();

/** The type of a definition; types that contain themselves are made as they are walked. */
export function typeOfDefinition(schema: Schema, name: string): ApplyType {
  const types = made.get(schema) ?? new Map<string, ApplyType>();
  made.set(schema, types);
  const known = types.get(name);
  if (known !== undefined) return known;
  const definition = schema.definitions[name];
  const fields = definition?.fields ?? {};
  const type: ApplyType =
    definition === undefined || definition.mapType === 'atomic' || Object.keys(fields).length === 0
      ? ATOMIC
      : {
          kind: 'granular',
          field: remembered((field) =>
            Object.hasOwn(fields, field) ? typeOfField(schema, fields[field]!) : undefined,
          ),
          declared: (field) => Object.hasOwn(fields, field),
        };
  types.set(name, type);
  return type;
}

/** Of fields that are declared: what clients call theirs is not kept. */
function remembered(of: (field: string) => ApplyType | undefined): (field: string) => ApplyType | undefined {
  const known = new Map<string, ApplyType>();
  return (field) => {
    let type = known.get(field);
    if (type !== undefined) return type;
    type = of(field);
    if (type !== undefined) known.set(field, type);
    return type;
  };
}
function typeOfField(schema: Schema, type: FieldType): ApplyType {
  if (type.mapType === 'atomic') return ATOMIC;
  switch (type.type) {
    case 'object':
      return type.ref === undefined ? ATOMIC : typeOfDefinition(schema, type.ref);
    case 'map': {
      const items = type.items === undefined ? ATOMIC : typeOfField(schema, type.items);
      return { kind: 'granular', field: () => items, declared: () => false };
    }
    case 'list':
      return listOfField(schema, type);
    default:
      return ATOMIC;
  }
}
function listOfField(schema: Schema, { listType, mapKeys, items }: FieldType): ApplyType {
  if (listType === 'set') return { kind: 'set' };
  if (listType !== 'map' || mapKeys === undefined) return ATOMIC;
  const keyTypes = schema.definitions[items?.ref ?? '']?.fields ?? {};
  const defaults = Object.fromEntries(
    mapKeys.flatMap((key) => {
      const value = keyDefault(key, keyTypes[key]);
      return value === undefined ? [] : [[key, value]];
    }),
  );
  return {
    kind: 'listMap',
    keys: mapKeys,
    defaults,
    items: items === undefined ? ATOMIC : typeOfField(schema, items),
  };
}
/** What the published types say that a key is when nobody says it: a port's protocol, and the zero of what must be. */
function keyDefault(key: string, type: FieldType | undefined): Json | undefined {
  if (key === 'protocol') return 'TCP';
  if (type?.zero !== 'filled') return undefined;
  return type.type === 'string' ? '' : type.type === 'int32' || type.type === 'int64' ? 0 : undefined;
}
