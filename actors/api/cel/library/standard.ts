//! Functions of the language itself: cel-spec doc/langdef.md "List of Standard Definitions".
import { Failure } from '../failure.ts';
import { COST_OF_FIRST, type Cost, define, type Overload, REGEX_LENGTH, TRAVERSAL, walk } from '../overload.ts';
import { parseDuration, parseTimestamp, textOfDuration, textOfTimestamp } from '../time.ts';
import {
  Duration,
  INT_MAX,
  INT_MIN,
  int,
  Optional,
  sizeOf,
  Timestamp,
  TypeValue,
  typeNameOf,
  UINT_MAX,
  Uint,
  uint,
  type Value,
} from '../value.ts';
import { zoned } from './clock-parts.ts';
import { textOfDouble } from './number-text.ts';
import { matches } from './pattern.ts';

const SECOND = 1_000_000_000n;
/** One more than the length, so that an empty text does not make a costly pattern free. */
const matching: Cost = ([text = 0, pattern = 0]) =>
  Math.ceil((1 + text) * TRAVERSAL) * Math.ceil(pattern * REGEX_LENGTH);
const containing: Cost = ([text = 0, part = 0]) => walk(text) * walk(part);
const AFFIX = { cost: COST_OF_FIRST, estimate: (([, part = 0]) => walk(part)) as Cost };
const same = ([size = 0]: readonly number[]): number => size;

const unread = (type: string): Failure => new Failure(`type conversion error from 'string' to '${type}'`);
function intOf(value: number): bigint {
  if (!Number.isFinite(value)) throw new Failure('integer overflow');
  const whole = BigInt(Math.trunc(value));
  // cel-go refuses doubles at the very edge: they may have been rounded.
  if (whole <= INT_MIN || whole >= INT_MAX) throw new Failure('integer overflow');
  return whole;
}
function intOfText(text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw unread('int');
  const value = BigInt(text.replace('+', ''));
  if (value < INT_MIN || value > INT_MAX) throw unread('int');
  return value;
}
function uintOfText(text: string): Uint {
  if (!/^\d+$/.test(text)) throw unread('uint');
  if (BigInt(text) > UINT_MAX) throw unread('uint');
  return new Uint(BigInt(text));
}
function doubleOfText(text: string): number {
  const special = /^([+-]?)(?:(inf|infinity)|nan)$/i.exec(text);
  if (special !== null) return special[2] === undefined ? Number.NaN : special[1] === '-' ? -Infinity : Infinity;
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) throw unread('double');
  return Number(text);
}
function boolOfText(text: string): boolean {
  if (['1', 't', 'true', 'TRUE', 'True', 'T'].includes(text)) return true;
  if (['0', 'f', 'false', 'FALSE', 'False', 'F'].includes(text)) return false;
  throw unread('bool');
}
function timeOfText(text: string): Timestamp {
  const time = parseTimestamp(text);
  if (time === undefined) throw unread('google.protobuf.Timestamp');
  return time;
}
function durationOfText(text: string): Duration {
  const duration = parseDuration(text);
  if (duration === undefined) throw unread('google.protobuf.Duration');
  return duration;
}
function textOfBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Failure('invalid UTF-8 in bytes, cannot convert to string');
  }
}
const size = (value: Value): bigint => BigInt(sizeOf(value));
const SIZED = ['string', 'bytes', 'list<A>', 'map<A, B>'];

/** Parts of a time, by name: of the time in UTC or in a zone. */
const PARTS = [
  'getFullYear',
  'getMonth',
  'getDayOfMonth',
  'getDate',
  'getDayOfYear',
  'getDayOfWeek',
  'getHours',
  'getMinutes',
  'getSeconds',
  'getMilliseconds',
] as const;

export const STANDARD: readonly Overload[] = [
  ...SIZED.map((type) => define(`fn size(${type}): int`, size)),
  ...SIZED.map((type) => define(`${type}.size(): int`, size)),
  define('fn type(A): type', (value: Value) => new TypeValue(typeNameOf(value))),
  define('fn dyn(A): dyn', (value: Value) => value),

  define('fn bool(bool): bool', (a: boolean) => a),
  define('fn bool(string): bool', boolOfText),
  define('fn int(int): int', (a: bigint) => a),
  define('fn int(uint): int', (a: Uint) => int(a.value)),
  define('fn int(double): int', intOf),
  define('fn int(string): int', intOfText),
  define('fn int(timestamp): int', (a: Timestamp) => (a.nanos - (((a.nanos % SECOND) + SECOND) % SECOND)) / SECOND),
  define('fn int(duration): int', (a: Duration) => a.nanos),
  define('fn uint(uint): uint', (a: Uint) => a),
  define('fn uint(int): uint', (a: bigint) => uint(a)),
  define('fn uint(double): uint', (a: number) => {
    if (!Number.isFinite(a)) throw new Failure('unsigned integer overflow');
    return uint(BigInt(Math.trunc(a)));
  }),
  define('fn uint(string): uint', uintOfText),
  define('fn double(double): double', (a: number) => a),
  define('fn double(int): double', (a: bigint) => Number(a)),
  define('fn double(uint): double', (a: Uint) => Number(a.value)),
  define('fn double(string): double', doubleOfText),
  define('fn string(string): string', (a: string) => a, { resultMax: same }),
  define('fn string(bool): string', String, { resultMax: () => 5 }),
  define('fn string(int): string', String, { resultMax: () => 20 }),
  define('fn string(uint): string', (a: Uint) => String(a.value), { resultMax: () => 20 }),
  define('fn string(double): string', textOfDouble, { resultMax: () => 26 }),
  define('fn string(bytes): string', textOfBytes, { cost: COST_OF_FIRST, resultMax: same }),
  define('fn string(timestamp): string', textOfTimestamp, { resultMax: () => 30 }),
  define('fn string(duration): string', textOfDuration, { resultMax: () => 32 }),
  define('fn bytes(bytes): bytes', (a: Uint8Array) => a, { resultMax: same }),
  define('fn bytes(string): bytes', (a: string) => new TextEncoder().encode(a), {
    cost: COST_OF_FIRST,
    resultMax: ([a = 0]) => 4 * a,
  }),
  define('fn timestamp(timestamp): timestamp', (a: Timestamp) => a),
  define('fn timestamp(string): timestamp', timeOfText),
  define('fn timestamp(int): timestamp', (a: bigint) => new Timestamp(a * SECOND)),
  define('fn duration(duration): duration', (a: Duration) => a),
  define('fn duration(int): duration', (a: bigint) => new Duration(a)),
  define('fn duration(string): duration', durationOfText),

  define('string.contains(string): bool', (a: string, b: string) => a.includes(b), { cost: containing }),
  define('string.startsWith(string): bool', (a: string, b: string) => a.startsWith(b), {
    ...AFFIX,
  }),
  define('string.endsWith(string): bool', (a: string, b: string) => a.endsWith(b), { ...AFFIX }),
  define('string.matches(string): bool', matches, { cost: matching }),
  define('fn matches(string, string): bool', matches, { cost: matching }),

  ...PARTS.map((part) => define(`timestamp.${part}(): int`, (a: Timestamp) => zoned(a, 'UTC', part))),
  ...PARTS.map((part) =>
    define(`timestamp.${part}(string): int`, (a: Timestamp, zone: string) => zoned(a, zone, part)),
  ),
  define('duration.getHours(): int', ({ nanos }: Duration) => nanos / (3600n * SECOND)),
  define('duration.getMinutes(): int', ({ nanos }: Duration) => nanos / (60n * SECOND)),
  define('duration.getSeconds(): int', ({ nanos }: Duration) => nanos / SECOND),
  define('duration.getMilliseconds(): int', ({ nanos }: Duration) => nanos / 1_000_000n),

  define('fn optional.of(A): optional<A>', (a: Value) => new Optional(a)),
  define('fn optional.ofNonZeroValue(A): optional<A>', (a: Value) => (isZero(a) ? Optional.none : new Optional(a))),
  define('fn optional.none(): optional<A>', () => Optional.none),
  define('optional<A>.hasValue(): bool', ({ value }: Optional) => value !== undefined),
  define('optional<A>.value(): A', ({ value }: Optional) => {
    if (value === undefined) throw new Failure('optional.none() dereference');
    return value;
  }),
];
function isZero(value: Value): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Duration) return value.nanos === 0n;
  return typeof value === 'object' && !(value instanceof Timestamp) && 'size' in value ? value.size === 0 : false;
}
