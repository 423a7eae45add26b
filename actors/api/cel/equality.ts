//! When values are equal, and which is the lesser.
import { Failure } from './failure.ts';
import { JsonList } from './json-value.ts';
import { Duration, List, MapValue, Opaque, Optional, Timestamp, TypeValue, Uint, type Value } from './value.ts';

type Numeric = bigint | number | Uint;
export const isNumeric = (value: Value): value is Numeric =>
  typeof value === 'bigint' || typeof value === 'number' || value instanceof Uint;
/** JavaScript compares a bigint and a number by what they mean. */
const plain = (value: Numeric): bigint | number => (value instanceof Uint ? value.value : value);

export function equals(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (isNumeric(a)) return isNumeric(b) && compare(a, b) === 0;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof List) return b instanceof List && equalLists(a, b);
  if (a instanceof MapValue) return b instanceof MapValue && equalMaps(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Opaque) return b instanceof Opaque && a.typeName === b.typeName && a.equals(b);
  if (a instanceof Optional && b instanceof Optional) {
    if (a.value === undefined || b.value === undefined) return a.value === b.value;
    return equals(a.value, b.value);
  }
  return false;
}
/** Of lists of type set and map the order means nothing. */
function equalLists(a: List, b: List): boolean {
  if (a.size !== b.size) return false;
  const identity = (a instanceof JsonList ? a.identity : undefined) ?? (b instanceof JsonList ? b.identity : undefined);
  if (identity === undefined) return a.items.every((item, i) => equals(item, b.items[i]!));
  const others = new Map(b.items.map((item) => [identity(item), item]));
  return a.items.every((item) => {
    const other = others.get(identity(item));
    return other !== undefined && equals(item, other);
  });
}
function equalMaps(a: MapValue, b: MapValue): boolean {
  if (a.size !== b.size) return false;
  return a.keys().every((key) => {
    const left = a.get(key);
    const right = b.get(key);
    return left === right || (left !== undefined && right !== undefined && equals(left, right));
  });
}
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
const order = <T>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** Negative, 0, positive; NaN where a double is none. Throws a Failure for what has no order. */
export function compare(a: Value, b: Value): number {
  if (isNumeric(a) && isNumeric(b)) {
    const left = plain(a);
    const right = plain(b);
    if (Number.isNaN(left) || Number.isNaN(right)) return Number.NaN;
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return order(a, b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  if (a instanceof Timestamp && b instanceof Timestamp) return order(a.nanos, b.nanos);
  if (a instanceof Duration && b instanceof Duration) return order(a.nanos, b.nanos);
  throw new Failure('no such overload');
}
/** By code points, as Go's UTF-8 does. */
function compareText(a: string, b: string): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    const surrogates = Number(left >= 0xd800 && left < 0xe000) - Number(right >= 0xd800 && right < 0xe000);
    return surrogates !== 0 ? surrogates : left - right;
  }
  return a.length - b.length;
}
