//! Texts of times and durations.
import { readDuration } from '../go-duration.ts';
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

export function parseDuration(text: string): Duration | undefined {
  const read = readDuration(text);
  return 'nanos' in read && isDuration(read.nanos) ? new Duration(read.nanos) : undefined;
}
/** As string(duration) gives it: seconds, `5400s`, `0.5s`. */
export function textOfDuration({ nanos }: Duration): string {
  const size = nanos < 0n ? -nanos : nanos;
  return `${nanos < 0n ? '-' : ''}${size / NANO}${fractionText(size % NANO)}s`;
}
