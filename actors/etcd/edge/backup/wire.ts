//! The little of protobuf that etcd's database holds: fields of varints and of bytes.
import { Damaged } from '../bolt/reader.ts';

const VARINT = 0;
const BYTES = 2;

/** Bytes of `value` as a varint. Numbers are whole, not negative and safe. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
/** Where the next byte goes. */
export function writeVarint(into: Buffer, at: number, value: number): number {
  let next = at;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) into[next++] = (rest % 0x80) | 0x80;
  into[next++] = rest;
  return next;
}
/** An int64 in decimal, negative ones as ten bytes. */
export function bigVarint(value: string): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** A field of which zero is not written (proto3). */
export const numberFieldSize = (value: number): number => (value === 0 ? 0 : 1 + varintSize(value));
export function writeNumberField(into: Buffer, at: number, field: number, value: number): number {
  if (value === 0) return at;
  into[at] = (field << 3) | VARINT;
  return writeVarint(into, at + 1, value);
}
export const bytesFieldSize = (length: number): number => (length === 0 ? 0 : 1 + varintSize(length) + length);
/** The head of a field of bytes; they come right behind it. */
export function writeBytesHead(into: Buffer, at: number, field: number, length: number): number {
  into[at] = (field << 3) | BYTES;
  return writeVarint(into, at + 1, length);
}
export const bigField = (field: number, value: string): Buffer =>
  BigInt(value) === 0n ? Buffer.alloc(0) : Buffer.concat([Buffer.of((field << 3) | VARINT), bigVarint(value)]);

export type Field = number | bigint | Buffer;
/** The fields of a message in order: a varint (bigint when it is long or negative) or bytes. Throws `Damaged`. */
export function* fields(message: Buffer, where: string): Generator<readonly [field: number, value: Field]> {
  for (let at = 0; at < message.length; ) {
    const tag = readVarint(message, at, where);
    const kind = Number(tag.value) & 7;
    const field = Math.floor(Number(tag.value) / 8);
    const next = readVarint(message, tag.end, where);
    if (kind === VARINT) {
      at = next.end;
      yield [field, next.value];
    } else if (kind === BYTES) {
      at = next.end + Number(next.value);
      if (!(next.value >= 0) || at > message.length) throw new Damaged(`${where}: its value is cut off`);
      yield [field, message.subarray(next.end, at)];
    } else throw new Damaged(`${where}: its value is no message of protobuf`);
  }
}

/** Seven bytes are 49 bits, which a number holds. */
function readVarint(bytes: Buffer, from: number, where: string): { value: number | bigint; end: number } {
  let value = 0;
  for (let at = from, scale = 1; at < from + 7; at++, scale *= 0x80) {
    const byte = bytes[at];
    if (byte === undefined) throw new Damaged(`${where}: its value is cut off`);
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
  }
  let long = BigInt(value);
  for (let at = from + 7; at < from + 10; at++) {
    const byte = bytes[at];
    if (byte === undefined) break;
    long |= BigInt(byte & 0x7f) << BigInt(7 * (at - from));
    if (byte < 0x80) return { value: BigInt.asIntN(64, long), end: at + 1 };
  }
  throw new Damaged(`${where}: its value is no message of protobuf`);
}

/** An int64 that a number can hold. */
export function whole(value: Field, what: string): number {
  if (typeof value === 'object' || value < 0 || value > Number.MAX_SAFE_INTEGER)
    throw new Damaged(`${what} is ${typeof value === 'object' ? 'no number' : value}, outside of 0 to 2^53 - 1`);
  return Number(value);
}
