//! Sets of completion indexes as runs, and the text of them in a Job's status: `0,2-4`.

export type Interval = readonly [first: number, last: number];
/** In order, with gaps between. */
export type Indexes = readonly Interval[];

/** What is not a number is left out, what is not below `completions` is cut off. */
export function parseIndexes(text: string | undefined, completions: number): Indexes {
  const intervals: Interval[] = [];
  for (const part of (text ?? '') === '' ? [] : text!.split(',')) {
    const [first, last = first] = part.split('-').map(whole);
    if (first === undefined) continue;
    if (first >= completions) break;
    if (last !== undefined) intervals.push([first, Math.min(last, completions - 1)]);
  }
  return union(intervals, []);
}
const whole = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);

export const formatIndexes = (indexes: Indexes): string =>
  indexes
    .map(([first, last]) => (first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`))
    .join();

export const indexesOf = (numbers: Iterable<number>): Indexes =>
  union(
    [...numbers].sort((a, b) => a - b).map((number): Interval => [number, number]),
    [],
  );

export function union(a: Indexes, b: Indexes): Indexes {
  const result: [number, number][] = [];
  for (const [first, last] of [...a, ...b].sort((one, other) => one[0] - other[0])) {
    const before = result.at(-1);
    if (before === undefined || first > before[1] + 1) result.push([first, last]);
    else before[1] = Math.max(before[1], last);
  }
  return result;
}
export const total = (indexes: Indexes): number => indexes.reduce((sum, [first, last]) => sum + last - first + 1, 0);

export function has(indexes: Indexes, index: number): boolean {
  let [low, high] = [0, indexes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (indexes[middle]![1] >= index) high = middle;
    else low = middle + 1;
  }
  return (indexes[low]?.[0] ?? Number.POSITIVE_INFINITY) <= index;
}
/** How many are in both. */
export function common(a: Indexes, b: Indexes): number {
  let count = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [[first, last], [otherFirst, otherLast]] = [a[i]!, b[j]!];
    count += Math.max(0, Math.min(last, otherLast) - Math.max(first, otherFirst) + 1);
    if (last <= otherLast) i++;
    if (otherLast <= last) j++;
  }
  return count;
}
/** The first `count` that are below `completions` and not in `taken`. */
export function firstFree(taken: Indexes, count: number, completions: number): readonly number[] {
  const free: number[] = [];
  let candidate = 0;
  for (const [first, last] of [...taken, [completions, completions] as const]) {
    for (; candidate < first && candidate < completions && free.length < count; candidate++) free.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  return free;
}
