//! Types of expressions, as the checker knows them.

export type Kind =
  | 'dyn'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'list'
  | 'map'
  | 'object'
  | 'optional'
  | 'type'
  | 'opaque'
  /** A type parameter of a function: A, B. */
  | 'param';

export interface Field {
  readonly type: Type;
  /** The property of the JSON behind it: names that are no identifiers are escaped in expressions. */
  readonly property: string;
}
export interface Type {
  readonly kind: Kind;
  /** Of objects, opaque types and parameters. */
  readonly name?: string;
  /** Of a list, a map (its values), an optional. */
  readonly of?: Type;
  readonly key?: Type;
  readonly fields?: ReadonlyMap<string, Field>;
  /** Most characters, members or entries that a value may have: for estimates of cost. */
  readonly max?: number;
  /** Least bytes of its JSON. */
  readonly least?: number;
  readonly listType?: 'set' | 'map';
  readonly listKeys?: readonly string[];
}

export const DYN: Type = { kind: 'dyn' };
export const NULL: Type = { kind: 'null' };
export const BOOL: Type = { kind: 'bool' };
export const INT: Type = { kind: 'int' };
export const UINT: Type = { kind: 'uint' };
export const DOUBLE: Type = { kind: 'double' };
export const STRING: Type = { kind: 'string' };
export const BYTES: Type = { kind: 'bytes' };
export const TIMESTAMP: Type = { kind: 'timestamp' };
export const DURATION: Type = { kind: 'duration' };
export const TYPE: Type = { kind: 'type' };
export const listOf = (of: Type): Type => ({ kind: 'list', of });
export const mapOf = (key: Type, of: Type): Type => ({ kind: 'map', key, of });
export const optionalOf = (of: Type): Type => ({ kind: 'optional', of });
export const opaque = (name: string): Type => ({ kind: 'opaque', name });
export const objectType = (name: string, fields: Readonly<Record<string, Type>>): Type => ({
  kind: 'object',
  name,
  fields: new Map(Object.entries(fields).map(([property, type]) => [property, { type, property }])),
});

/** As cel-go prints it: `map(string, list(int))`. */
export function textOfType(type: Type): string {
  switch (type.kind) {
    case 'list':
      return `list(${textOfType(type.of ?? DYN)})`;
    case 'map':
      return `map(${textOfType(type.key ?? DYN)}, ${textOfType(type.of ?? DYN)})`;
    case 'optional':
      return `optional_type(${textOfType(type.of ?? DYN)})`;
    case 'object':
    case 'opaque':
    case 'param':
      return type.name ?? type.kind;
    default:
      return type.kind;
  }
}

export type Bindings = Map<string, Type>;
/** Whether a value of type `from` may stand where `to` is wanted. Parameters of `to` are bound on the way. */
export function assignable(to: Type, from: Type, bindings: Bindings = new Map()): boolean {
  if (to.kind === 'param') {
    const bound = bindings.get(to.name!);
    if (bound === undefined || (bound.kind === 'dyn' && from.kind !== 'dyn')) {
      bindings.set(to.name!, from);
      return true;
    }
    if (assignable(bound, from)) return true;
    // What is wider wins: null and a timestamp are of one type.
    if (!assignable(from, bound)) return false;
    bindings.set(to.name!, from);
    return true;
  }
  if (to.kind === 'dyn' || from.kind === 'dyn') return true;
  if (from.kind === 'null') return NULLABLE.has(to.kind);
  if (to.kind !== from.kind) return false;
  switch (to.kind) {
    case 'list':
    case 'optional':
      return assignable(to.of ?? DYN, from.of ?? DYN, bindings);
    case 'map':
      return assignable(to.key ?? DYN, from.key ?? DYN, bindings) && assignable(to.of ?? DYN, from.of ?? DYN, bindings);
    case 'object':
    case 'opaque':
      return to.name === from.name;
    default:
      return true;
  }
}
const NULLABLE = new Set<Kind>(['null', 'object', 'opaque', 'timestamp', 'duration', 'optional', 'dyn']);

export function substituted(type: Type, bindings: Bindings): Type {
  if (type.kind === 'param') return bindings.get(type.name!) ?? DYN;
  if (type.of === undefined) return type;
  return {
    ...type,
    of: substituted(type.of, bindings),
    ...(type.key === undefined ? {} : { key: substituted(type.key, bindings) }),
  };
}
/** The type of what may be either; undefined when they have none in common. */
export function joined(a: Type, b: Type): Type | undefined {
  if (a.kind === 'dyn' || b.kind === 'dyn') return DYN;
  if (assignable(a, b)) return a;
  return assignable(b, a) ? b : undefined;
}
