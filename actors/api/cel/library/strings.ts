//! Texts: cel-go ext/strings.go, version 2. Indices count code points.
import { Failure } from '../failure.ts';
import { COST_OF_FIRST, define, type Overload, TRAVERSAL } from '../overload.ts';
import { codePoints, List, type Value } from '../value.ts';
import { formatted } from './format-text.ts';

const ascii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);
const pointsOf = (text: string): readonly string[] => (ascii(text) ? text.split('') : [...text]);
const within = (index: bigint, size: number): number => {
  if (index < 0n || index > BigInt(size)) throw new Failure(`index out of range: ${index}`);
  return Number(index);
};
function charAt(text: string, index: bigint): string {
  const points = pointsOf(text);
  return points[within(index, points.length)] ?? '';
}
function indexOf(text: string, part: string, from = 0n): bigint {
  const points = pointsOf(text);
  const start = within(from, points.length);
  if (part === '') return from;
  const found = text.indexOf(part, points.slice(0, start).join('').length);
  return found < 0 ? -1n : BigInt(codePoints(text.slice(0, found)));
}
function lastIndexOf(text: string, part: string, from?: bigint): bigint {
  const points = pointsOf(text);
  const last = from === undefined ? points.length : within(from, points.length);
  if (part === '') return BigInt(last);
  const found = text.lastIndexOf(part, points.slice(0, last).join('').length);
  return found < 0 ? -1n : BigInt(codePoints(text.slice(0, found)));
}
function substring(text: string, start: bigint, end?: bigint): string {
  const points = pointsOf(text);
  const from = within(start, points.length);
  if (end === undefined) return points.slice(from).join('');
  const to = within(end, points.length);
  if (from > to) throw new Failure(`invalid substring range. start: ${start}, end: ${end}`);
  return points.slice(from, to).join('');
}
function replace(text: string, from: string, to: string, times = -1n): string {
  if (times < 0n) return text.replaceAll(from, () => to);
  const pieces = from === '' ? ['', ...pointsOf(text), ''] : text.split(from);
  return pieces.reduce((done, piece, i) => (i === 0 ? piece : done + (BigInt(i) <= times ? to : from) + piece), '');
}
function split(text: string, by: string, times = -1n): List {
  if (times === 0n) return new List();
  const pieces = by === '' ? [...pointsOf(text)] : text.split(by);
  if (times < 0n || BigInt(pieces.length) <= times) return new List(pieces);
  const kept = Number(times) - 1;
  return new List([...pieces.slice(0, kept), pieces.slice(kept).join(by)]);
}
function join(list: List, by = ''): string {
  if (list.items.some((item) => typeof item !== 'string')) throw new Failure('no such overload');
  return list.items.join(by);
}
const QUOTED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is escaped
const quote = (text: string): string => `"${text.replace(/[\x07\b\f\n\r\t\v\\"]/g, (sign) => QUOTED[sign]!)}"`;

const same = ([size = 0]: readonly number[]): number => size;
const LOOKED = { cost: ([size = 0]: readonly number[]) => Math.floor(size * TRAVERSAL) };
const WALK = { cost: COST_OF_FIRST, resultMax: same };
const TWICE = { cost: ([size = 0]: readonly number[]) => Math.ceil(size * 2 * TRAVERSAL), resultMax: same };
const JOINED = {
  cost: (_: readonly number[], result: number) => Math.ceil(result * 2 * TRAVERSAL),
  resultMax: ([size = 0, by = 0]: readonly number[]) => size * (1 + by),
};
const REPLACED = {
  ...TWICE,
  resultMax: ([text = 0, , to = 0]: readonly number[]) => Math.max(text, (text + 1) * to + text),
};

export const STRINGS: readonly Overload[] = [
  define('string.charAt(int): string', charAt, { resultMax: () => 1 }),
  define('string.indexOf(string): int', indexOf, LOOKED),
  define('string.indexOf(string, int): int', indexOf, LOOKED),
  define('string.lastIndexOf(string): int', lastIndexOf, LOOKED),
  define('string.lastIndexOf(string, int): int', lastIndexOf, LOOKED),
  define('string.lowerAscii(): string', (text: string) => text.replace(/[A-Z]+/g, (up) => up.toLowerCase()), WALK),
  define('string.upperAscii(): string', (text: string) => text.replace(/[a-z]+/g, (low) => low.toUpperCase()), WALK),
  define('string.replace(string, string): string', (a: string, b: string, c: string) => replace(a, b, c), REPLACED),
  define('string.replace(string, string, int): string', replace, REPLACED),
  define('string.split(string): list<string>', (a: string, by: string) => split(a, by), TWICE),
  define('string.split(string, int): list<string>', split, TWICE),
  define('string.substring(int): string', (a: string, from: bigint) => substring(a, from), WALK),
  define('string.substring(int, int): string', substring, WALK),
  define('string.trim(): string', (text: string) => text.trim(), WALK),
  define('list<string>.join(): string', (list: List) => join(list), JOINED),
  define('list<string>.join(string): string', join, JOINED),
  define('string.format(list<dyn>): string', (text: string, list: List) => formatted(text, list.items), WALK),
  define('fn strings.quote(string): string', quote, { ...WALK, resultMax: ([size = 0]) => size * 2 + 2 }),
];
/** Only where patches are written: k8s.io/apiserver/pkg/cel/library/jsonpatch.go. */
export const PATCH_STRINGS: readonly Overload[] = [
  define('fn jsonpatch.escapeKey(string): string', (key: string) => escapeKey(key), {
    ...WALK,
    resultMax: ([size = 0]) => size * 2,
  }),
];
const escapeKey = (key: string): Value => key.replaceAll('~', '~0').replaceAll('/', '~1');
