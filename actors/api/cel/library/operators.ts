//! Operators.
import { compare, equals } from '../equality.ts';
import { Failure } from '../failure.ts';
import { JsonList } from '../json-value.ts';
import { type Cost, define, type Overload, walk } from '../overload.ts';
import { inRange, isDuration } from '../time.ts';
import {
  Duration,
  int,
  keyOf,
  List,
  type MapValue,
  Optional,
  Timestamp,
  type Uint,
  uint,
  type Value,
} from '../value.ts';

const least: Cost = ([a = 0, b = 0]) => walk(Math.min(a, b));
const both: Cost = ([a = 0, b = 0]) => walk(a + b);
const sum = ([a = 0, b = 0]: readonly number[]): number => a + b;

const time = (nanos: bigint): Timestamp => {
  if (!inRange(nanos)) throw new Failure('timestamp overflow');
  return new Timestamp(nanos);
};
const duration = (nanos: bigint): Duration => {
  if (!isDuration(nanos)) throw new Failure('integer overflow');
  return new Duration(nanos);
};
const divisor = (value: bigint, message: string): bigint => {
  if (value === 0n) throw new Failure(message);
  return value;
};

const ORDERED = ['bool', 'int', 'uint', 'double', 'string', 'bytes', 'timestamp', 'duration'];
const NUMERIC = ['int', 'uint', 'double'];
const PAIRS = [
  ...ORDERED.map((type) => [type, type]),
  ...NUMERIC.flatMap((a) => NUMERIC.filter((b) => b !== a).map((b) => [a, b])),
];
const TESTS: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

export const OPERATORS: readonly Overload[] = [
  define('fn _==_(A, A): bool', (a, b) => equals(a, b), { cost: least }),
  define('fn _!=_(A, A): bool', (a, b) => !equals(a, b), { cost: least }),
  ...Object.entries(TESTS).flatMap(([sign, test]) =>
    PAIRS.map(([a, b]) =>
      define(
        `fn _${sign}_(${a}, ${b}): bool`,
        (x, y) => test(compare(x, y)),
        a === 'string' || a === 'bytes' ? { cost: least } : {},
      ),
    ),
  ),
  define('fn !_(bool): bool', (a: boolean) => !a),
  define('fn -_(int): int', (a: bigint) => int(-a)),
  define('fn -_(double): double', (a: number) => -a),

  define('fn _+_(int, int): int', (a: bigint, b: bigint) => int(a + b)),
  define('fn _+_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value + b.value)),
  define('fn _+_(double, double): double', (a: number, b: number) => a + b),
  define('fn _+_(string, string): string', (a: string, b: string) => a + b, { cost: both, resultMax: sum }),
  define('fn _+_(bytes, bytes): bytes', (a: Uint8Array, b: Uint8Array) => new Uint8Array([...a, ...b]), {
    cost: both,
    resultMax: sum,
  }),
  define('fn _+_(list<A>, list<A>): list<A>', concatenated, { resultMax: sum }),
  define('fn _+_(timestamp, duration): timestamp', (a: Timestamp, b: Duration) => time(a.nanos + b.nanos)),
  define('fn _+_(duration, timestamp): timestamp', (a: Duration, b: Timestamp) => time(a.nanos + b.nanos)),
  define('fn _+_(duration, duration): duration', (a: Duration, b: Duration) => duration(a.nanos + b.nanos)),

  define('fn _-_(int, int): int', (a: bigint, b: bigint) => int(a - b)),
  define('fn _-_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value - b.value)),
  define('fn _-_(double, double): double', (a: number, b: number) => a - b),
  define('fn _-_(timestamp, timestamp): duration', (a: Timestamp, b: Timestamp) => duration(a.nanos - b.nanos)),
  define('fn _-_(timestamp, duration): timestamp', (a: Timestamp, b: Duration) => time(a.nanos - b.nanos)),
  define('fn _-_(duration, duration): duration', (a: Duration, b: Duration) => duration(a.nanos - b.nanos)),

  define('fn _*_(int, int): int', (a: bigint, b: bigint) => int(a * b)),
  define('fn _*_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value * b.value)),
  define('fn _*_(double, double): double', (a: number, b: number) => a * b),
  define('fn _/_(int, int): int', (a: bigint, b: bigint) => int(a / divisor(b, 'division by zero'))),
  define('fn _/_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value / divisor(b.value, 'division by zero'))),
  define('fn _/_(double, double): double', (a: number, b: number) => a / b),
  define('fn _%_(int, int): int', (a: bigint, b: bigint) => int(a % divisor(b, 'modulus by zero'))),
  define('fn _%_(uint, uint): uint', (a: Uint, b: Uint) => uint(a.value % divisor(b.value, 'modulus by zero'))),

  define('fn @in(A, list<A>): bool', (a: Value, list: List) => list.items.some((item) => equals(a, item)), {
    cost: ([, size = 0]) => size,
  }),
  define('fn @in(A, map<A, B>): bool', (a: Value, map: MapValue) => inMap(a, map)),
  define('fn _[_](list<A>, int): A', at),
  define('fn _[_](map<A, B>, A): B', member),
  define('fn _[_](optional<list<A>>, int): optional<A>', (of: Optional, i: bigint) => through(of, i)),
  define('fn _[_](optional<map<A, B>>, A): optional<B>', (of: Optional, key: Value) => through(of, key)),
  define('fn _[?_](list<A>, int): optional<A>', (list: List, i: bigint) => new Optional(list.items[Number(i)])),
  define('fn _[?_](map<A, B>, A): optional<B>', (map: MapValue, key: Value) => new Optional(find(map, key))),
  define('fn _[?_](optional<list<A>>, int): optional<A>', (of: Optional, i: bigint) => through(of, i)),
  define('fn _[?_](optional<map<A, B>>, A): optional<B>', (of: Optional, key: Value) => through(of, key)),
];

/** Lists of type set and map (of a schema) are merged: what is there already stays where it is. */
function concatenated(a: List, b: List): List {
  const identity = a instanceof JsonList ? a.identity : undefined;
  if (identity === undefined) return new List([...a.items, ...b.items]);
  const merged = new Map(a.items.map((item) => [identity(item), item]));
  for (const item of b.items) merged.set(identity(item), item);
  return new List([...merged.values()]);
}
function at(list: List, index: Value): Value {
  const i = Number(index);
  if (i < 0 || i >= list.size) throw new Failure(`index out of bounds: ${index}`);
  return list.items[i]!;
}
function find(map: MapValue, key: Value): Value | undefined {
  const known = keyOf(key);
  return known === undefined ? undefined : map.get(known);
}
function member(map: MapValue, key: Value): Value {
  const value = find(map, key);
  if (value === undefined) throw new Failure(`no such key: ${String(keyOf(key) ?? key)}`);
  return value;
}
const inMap = (key: Value, map: MapValue): boolean => find(map, key) !== undefined;
function through({ value }: Optional, key: Value): Optional {
  if (value instanceof List) return new Optional(value.items[Number(key)]);
  return value === undefined ? Optional.none : new Optional(find(value as MapValue, key));
}
