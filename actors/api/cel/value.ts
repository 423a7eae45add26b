//! Values of expressions. bool, string, null and bytes are JavaScript's own; int is a bigint, double a number.
import { Failure } from './failure.ts';

export class Uint {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}
/** Nanoseconds since 1970. */
export class Timestamp {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}
export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}
export class Optional {
  static readonly none = new Optional(undefined);
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}
/** What type() gives. */
export class TypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}
/** Values that only functions look into: quantities, URLs, the authorizer. */
export abstract class Opaque {
  abstract readonly typeName: string;
  abstract equals(other: Opaque): boolean;
  /** What costs are reckoned by. */
  get size(): number {
    return 1;
  }
}
export class List {
  readonly #items: readonly Value[];
  constructor(items: readonly Value[] = []) {
    this.#items = items;
  }
  get items(): readonly Value[] {
    return this.#items;
  }
  get size(): number {
    return this.items.length;
  }
}
export type Key = string | bigint | boolean;
/** Maps and objects. Keys that are numbers are equal when their values are. */
export abstract class MapValue {
  /** Of objects whose type has a name: what type() says and what equality asks first. */
  readonly typeName: string | undefined;
  constructor(typeName?: string) {
    this.typeName = typeName;
  }
  abstract get size(): number;
  abstract get(key: Key): Value | undefined;
  abstract keys(): readonly Key[];
}
export class HeldMap extends MapValue {
  readonly #entries: ReadonlyMap<Key, Value>;
  constructor(entries: ReadonlyMap<Key, Value>, typeName?: string) {
    super(typeName);
    this.#entries = entries;
  }
  override get size(): number {
    return this.#entries.size;
  }
  override get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }
  override keys(): readonly Key[] {
    return [...this.#entries.keys()];
  }
}
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Uint
  | Timestamp
  | Duration
  | Optional
  | TypeValue
  | Opaque
  | List
  | MapValue;

/** A key that a map can have; undefined for what can never be one. */
export function keyOf(value: Value): Key | undefined {
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean') return value;
  if (value instanceof Uint) return value.value;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;
}
/** As cel-go names the type of a value at run time. */
export function typeNameOf(value: Value): string {
  if (value === null) return 'null_type';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
  }
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Uint) return 'uint';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof Optional) return 'optional_type';
  if (value instanceof TypeValue) return 'type';
  if (value instanceof List) return 'list';
  return value instanceof Opaque ? value.typeName : (value.typeName ?? 'map');
}
/** Code points of a text, members of a list or map, bytes; 1 of all else: what costs are reckoned by. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return codePoints(value);
  if (value instanceof Uint8Array) return value.length;
  return value instanceof List || value instanceof MapValue || value instanceof Opaque ? value.size : 1;
}
export function codePoints(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++)
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) count--;
  return count;
}
export const INT_MIN = -(2n ** 63n);
export const INT_MAX = 2n ** 63n - 1n;
export const UINT_MAX = 2n ** 64n - 1n;
export function int(value: bigint): bigint {
  if (value < INT_MIN || value > INT_MAX) throw new Failure('integer overflow');
  return value;
}
export function uint(value: bigint): Uint {
  if (value < 0n || value > UINT_MAX) throw new Failure('unsigned integer overflow');
  return new Uint(value);
}
