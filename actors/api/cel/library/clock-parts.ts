//! Parts of a time in a zone: `UTC`, `Europe/Berlin`, `+02:00`, `02:00`.
import { Failure } from '../failure.ts';
import type { Timestamp } from '../value.ts';

const MILLI = 1_000_000n;
const FIXED = /^([+-]?)(\d\d):(\d\d)$/;
const DAY_MS = 86_400_000;

export function zoned({ nanos }: Timestamp, zone: string, part: string): bigint {
  const ms = Number((nanos - (((nanos % MILLI) + MILLI) % MILLI)) / MILLI);
  const date = new Date(ms + offsetMs(ms, zone));
  switch (part) {
    case 'getFullYear':
      return BigInt(date.getUTCFullYear());
    case 'getMonth':
      return BigInt(date.getUTCMonth());
    case 'getDayOfMonth':
      return BigInt(date.getUTCDate() - 1);
    case 'getDate':
      return BigInt(date.getUTCDate());
    case 'getDayOfWeek':
      return BigInt(date.getUTCDay());
    case 'getDayOfYear':
      return BigInt(Math.floor((date.getTime() - new Date(date).setUTCMonth(0, 1)) / DAY_MS));
    case 'getHours':
      return BigInt(date.getUTCHours());
    case 'getMinutes':
      return BigInt(date.getUTCMinutes());
    case 'getSeconds':
      return BigInt(date.getUTCSeconds());
    default:
      return BigInt(date.getUTCMilliseconds());
  }
}
function offsetMs(ms: number, zone: string): number {
  if (zone === 'UTC' || zone === '') return 0;
  const fixed = FIXED.exec(zone);
  if (fixed !== null) return (Number(fixed[2]) * 60 + Number(fixed[3])) * 60_000 * (fixed[1] === '-' ? -1 : 1);
  try {
    const parts = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    }).formatToParts(ms);
    const of = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
    const local = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
    return local - Math.floor(ms / 1000) * 1000;
  } catch {
    throw new Failure(`unknown time zone ${zone}`);
  }
}
