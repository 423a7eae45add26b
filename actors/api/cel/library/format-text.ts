//! `"%s is %d".format([...])`: cel-go ext/formatting.go.
import { Failure } from '../failure.ts';
import { textOfDuration, textOfTimestamp } from '../time.ts';
import { Duration, List, MapValue, Timestamp, TypeValue, typeNameOf, Uint, type Value } from '../value.ts';
import { textOfDouble } from './number-text.ts';

const CLAUSE = /%(?:\.(\d+))?(.|$)/gs;

export function formatted(text: string, args: readonly Value[]): string {
  let next = 0;
  return text.replace(CLAUSE, (_, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%';
    if (verb === '') throw new Failure('could not parse formatting clause: unexpected end of string');
    if (next >= args.length) throw new Failure(`index ${next} out of range`);
    return clause(verb, precision === undefined ? 6 : Number(precision), args[next++]!);
  });
}
function clause(verb: string, precision: number, value: Value): string {
  switch (verb) {
    case 's':
      return textOf(value);
    case 'd':
      if (typeof value === 'bigint') return String(value);
      if (value instanceof Uint) return String(value.value);
      throw wrong('decimal', 'integers', value);
    case 'f':
    case 'e':
      return real(verb, precision, value);
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      if (typeof value === 'bigint') return value.toString(2);
      if (value instanceof Uint) return value.value.toString(2);
      throw wrong('binary', 'integers and bools', value);
    case 'x':
    case 'X': {
      const hex = hexOf(value);
      return verb === 'X' ? hex.toUpperCase() : hex;
    }
    case 'o':
      if (typeof value === 'bigint') return value.toString(8);
      if (value instanceof Uint) return value.value.toString(8);
      throw wrong('octal', 'integers', value);
    default:
      throw new Failure(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  }
}
const wrong = (clause_: string, wanted: string, value: Value): Failure =>
  new Failure(`${clause_} clause can only be used on ${wanted}, was given ${typeNameOf(value)}`);
function hexOf(value: Value): string {
  if (typeof value === 'bigint') return value.toString(16);
  if (value instanceof Uint) return value.value.toString(16);
  if (typeof value === 'string') return Buffer.from(value).toString('hex');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  throw wrong('hex', 'integers, byte buffers, and strings', value);
}
function real(verb: 'f' | 'e', precision: number, value: Value): string {
  const number = value instanceof Uint ? Number(value.value) : typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number') throw wrong(verb === 'f' ? 'fixed-point' : 'scientific', 'doubles', value);
  if (!Number.isFinite(number)) return Number.isNaN(number) ? 'NaN' : number > 0 ? 'Infinity' : '-Infinity';
  if (verb === 'f') return number.toFixed(Math.min(precision, 100));
  const [digits = '', power = '0'] = number.toExponential(Math.min(precision, 100)).split('e');
  const [, sign = '', size = ''] = /^([+-])(\d+)$/.exec(power) ?? [];
  return `${digits}×10${sign === '-' ? '⁻' : ''}${[...size.padStart(2, '0')].map((digit) => RAISED[Number(digit)]).join('')}`;
}
/** Texts inside of lists and maps are quoted. */
const inside = (value: Value): string => (typeof value === 'string' ? JSON.stringify(value) : textOf(value));
const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';
function textOf(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return textOfDouble(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (value instanceof Timestamp) return textOfTimestamp(value);
  if (value instanceof Duration) return textOfDuration(value);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof List) return `[${value.items.map(inside).join(', ')}]`;
  if (value instanceof MapValue) {
    const entries = value.keys().map((key) => `${inside(key)}:${inside(value.get(key)!)}`);
    return `{${entries.sort().join(', ')}}`;
  }
  throw new Failure(
    `string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${typeNameOf(value)}`,
  );
}
