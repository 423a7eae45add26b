//! Lists and sets: Kubernetes' list library, cel-go ext/lists.go (version 3) and ext/sets.go.
import { compare, equals } from '../equality.ts';
import { Failure } from '../failure.ts';
import { type Cost, define, type Overload } from '../overload.ts';
import { Duration, int, List, Optional, Uint, uint, type Value } from '../value.ts';

const COMPARABLE = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'];
/** One comparison a member. */
const each = { cost: (([size = 0]) => size) as Cost };
const product = { cost: (([a = 0, b = 0]) => 1 + a * b) as Cost };
/** A list is made: cel-go's ListCreateBaseCost. */
const MADE = 11;
const grown = { cost: (([size = 0]) => MADE + size) as Cost, resultMax: ([size = 0]: readonly number[]) => size };
/** Members may be compared each with each. */
const squared = {
  cost: (([size = 0]) => MADE + 2 * size * size) as Cost,
  resultMax: ([size = 0]: readonly number[]) => size,
};
/** cel-go ext/lists.go: a list of this many at most is made at once. */
const RANGE_MAX = 1_000_000n;

const isSorted = ({ items }: List): boolean => items.every((item, i) => i === 0 || compare(items[i - 1]!, item) <= 0);
function extreme({ items }: List, word: 'min' | 'max'): Value {
  if (items.length === 0) throw new Failure(`${word} called on empty list`);
  return items.reduce((best, item) => (compare(item, best) * (word === 'min' ? 1 : -1) < 0 ? item : best));
}
const SUMS: Readonly<Record<string, (items: readonly Value[]) => Value>> = {
  int: (items) => (items as bigint[]).reduce((sum, item) => int(sum + item), 0n),
  uint: (items) => (items as Uint[]).reduce((sum, item) => uint(sum.value + item.value), new Uint(0n)),
  double: (items) => (items as number[]).reduce((sum, item) => sum + item, 0),
  duration: (items) => new Duration((items as Duration[]).reduce((sum, item) => int(sum + item.nanos), 0n)),
};
const indexOf = ({ items }: List, wanted: Value): bigint => BigInt(items.findIndex((item) => equals(item, wanted)));
const lastIndexOf = ({ items }: List, wanted: Value): bigint =>
  BigInt(items.findLastIndex((item) => equals(item, wanted)));
const contains = (a: List, b: List): boolean => b.items.every((item) => a.items.some((one) => equals(one, item)));
const intersects = (a: List, b: List): boolean => b.items.some((item) => a.items.some((one) => equals(one, item)));
const distinct = ({ items }: List): List =>
  new List(items.filter((item, i) => !items.slice(0, i).some((one) => equals(one, item))));
function slice({ items }: List, from: bigint, to: bigint): List {
  if (from < 0n || to < 0n) throw new Failure(`cannot slice(${from}, ${to}), negative indexes not supported`);
  if (from > to) throw new Failure(`cannot slice(${from}, ${to}), start index must be less than or equal to end index`);
  if (to > BigInt(items.length)) throw new Failure(`cannot slice(${from}, ${to}), list is length ${items.length}`);
  return new List(items.slice(Number(from), Number(to)));
}
function flatten({ items }: List, depth = 1n): List {
  if (depth < 0n) throw new Failure('level must be non-negative');
  if (depth === 0n) return new List(items);
  return new List(items.flatMap((item) => (item instanceof List ? flatten(item, depth - 1n).items : [item])));
}
function range(size: bigint): List {
  if (size > RANGE_MAX) throw new Failure(`lists.range(${size}): more than ${RANGE_MAX}`);
  return new List(Array.from({ length: Math.max(0, Number(size)) }, (_, i) => BigInt(i)));
}
/** The first member may be of any type; the others are of the same. */
const sorted = ({ items }: List): List => new List([...items].sort(compare));

export const LISTS: readonly Overload[] = [
  ...COMPARABLE.flatMap((type) => [
    define(`list<${type}>.isSorted(): bool`, isSorted, each),
    define(`list<${type}>.min(): ${type}`, (list: List) => extreme(list, 'min'), each),
    define(`list<${type}>.max(): ${type}`, (list: List) => extreme(list, 'max'), each),
    define(`list<${type}>.sort(): list<${type}>`, sorted, squared),
  ]),
  ...Object.entries(SUMS).map(([type, sum]) =>
    define(`list<${type}>.sum(): ${type}`, ({ items }: List) => sum(items), each),
  ),
  define('list<A>.indexOf(A): int', indexOf, each),
  define('list<A>.lastIndexOf(A): int', lastIndexOf, each),
  define('list<A>.slice(int, int): list<A>', slice, { ...grown, cost: (_, result) => MADE + result }),
  define('list<A>.flatten(): list<dyn>', (list: List) => flatten(list), grown),
  define('list<A>.flatten(int): list<dyn>', flatten, grown),
  define('list<A>.distinct(): list<A>', distinct, squared),
  define('list<A>.reverse(): list<A>', ({ items }: List) => new List([...items].reverse()), grown),
  define('list<A>.first(): optional<A>', ({ items }: List) => new Optional(items[0])),
  define('list<A>.last(): optional<A>', ({ items }: List) => new Optional(items.at(-1))),
  define('fn lists.range(int): list<int>', range, {
    cost: (_, result) => MADE + result,
    resultMax: () => Number(RANGE_MAX),
  }),
  define('fn sets.contains(list<A>, list<A>): bool', contains, product),
  define('fn sets.intersects(list<A>, list<A>): bool', intersects, product),
  define('fn sets.equivalent(list<A>, list<A>): bool', (a: List, b: List) => contains(a, b) && contains(b, a), {
    cost: ([a = 0, b = 0]) => 1 + 2 * a * b,
  }),
];
