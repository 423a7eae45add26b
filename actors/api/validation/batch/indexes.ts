//! `1,3-5`: indexes of an Indexed Job, in order (pkg/apis/batch/validation).

type Interval = readonly [first: number, last: number];
type Read<T> = { readonly fault: string } | { readonly fault?: undefined; readonly value: T };
const INTEGER = /^[+-]?\d+$/;

function interval(text: string, completions: number): Read<Interval> {
  const parts = text.split('-');
  if (parts.length > 2) {
    const rule = "the requirement that an index interval can have at most two parts separated by '-'";
    return { fault: `the fragment ${JSON.stringify(text)} violates ${rule}` };
  }
  for (const part of parts) {
    if (!INTEGER.test(part)) return { fault: `cannot convert string to integer for index: ${JSON.stringify(part)}` };
    if (Number(part) >= completions) return { fault: `too large index: ${JSON.stringify(part)}` };
  }
  const [first, last = first] = parts.map(Number) as [number, number?];
  if (parts.length > 1 && first >= last) return { fault: `non-increasing order, previous: ${first}, current: ${last}` };
  return { value: [first, last] };
}
/** How many they are. */
export function countOf(text: string, completions: number): Read<number> {
  if (text === '') return { value: 0 };
  let before: number | undefined;
  let total = 0;
  for (const part of text.split(',')) {
    const read = interval(part, completions);
    if (read.fault !== undefined) return read;
    const [first, last] = read.value;
    if (before !== undefined && before >= first)
      return { fault: `non-increasing order, previous: ${before}, current: ${first}` };
    total += last - first + 1;
    before = last;
  }
  return { value: total };
}
/** The first index that is in both; what cannot be read is in none. */
export function overlap(completed: string, failed: string, completions: number): number | undefined {
  if (completed === '' || failed === '') return undefined;
  const all = (text: string): Interval[] =>
    text.split(',').flatMap((part) => {
      const read = interval(part, completions);
      return read.fault === undefined ? [read.value] : [];
    });
  const [done, lost] = [all(completed), all(failed)];
  for (let i = 0, j = 0; i < done.length && j < lost.length; ) {
    const [a, b] = [done[i]!, lost[j]!];
    if (a[0] <= b[1] && b[0] <= a[1]) return Math.max(a[0], b[0]);
    if (a[0] <= b[0]) i++;
    else j++;
  }
  return undefined;
}
