//! Texts of times and durations.
import { Duration, Timestamp } from './value.ts';

const NANO = 1_000_000_000n;
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
/** 0001-01-01 and 9999-12-31, the last second included: what a google.protobuf.Timestamp can hold. */
const TIME_MIN = -62_135_596_800n * NANO;
const TIME_MAX = 253_402_300_800n * NANO - 1n;
/** Of a google.protobuf.Duration as Go keeps it: an int64 of nanoseconds. */
const DURATION_MAX = 2n ** 63n - 1n;

export const inRange = (nanos: bigint): boolean => nanos >= TIME_MIN && nanos <= TIME_MAX;
export const isDuration = (nanos: bigint): boolean => nanos >= -DURATION_MAX - 1n && nanos <= DURATION_MAX;

export function parseTimestamp(text: string): Timestamp | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', sign, hours = '0', minutes = '0'] = match;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const sound = date.getUTCDate() === Number(day) && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  if (!sound || Number(hours) > 24 || Number(minutes) > 59) return undefined;
  const zone = BigInt(Number(hours) * 60 + Number(minutes)) * 60n * (sign === '-' ? -1n : 1n);
  const seconds = BigInt(Math.floor(date.getTime() / 1000)) - zone;
  const nanos = seconds * NANO + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return inRange(nanos) ? new Timestamp(nanos) : undefined;
}
export function textOfTimestamp({ nanos }: Timestamp): string {
  const fraction = ((nanos % NANO) + NANO) % NANO;
  const seconds = (nanos - fraction) / NANO;
  const text = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return `${text}${fractionText(fraction)}Z`;
}
const fractionText = (nanos: bigint): string =>
  nanos === 0n ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: NANO,
  m: 60n * NANO,
  h: 3600n * NANO,
};
/** Go's time.ParseDuration. */
export function parseDuration(text: string): Duration | undefined {
  const match = /^([+-]?)((?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text);
  if (match === null) return undefined;
  let nanos = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of match[2]!.matchAll(/(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const scale = UNITS[unit]!;
    nanos += BigInt(whole || '0') * scale;
    if (fraction !== '') nanos += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  if (match[1] === '-') nanos = -nanos;
  return isDuration(nanos) ? new Duration(nanos) : undefined;
}
/** As string(duration) gives it: seconds, `5400s`, `0.5s`. */
export function textOfDuration({ nanos }: Duration): string {
  const size = nanos < 0n ? -nanos : nanos;
  return `${nanos < 0n ? '-' : ''}${size / NANO}${fractionText(size % NANO)}s`;
}
