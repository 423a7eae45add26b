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

/** Walks the fields of a message in order, without an object a field: a store has millions. Throws `Damaged`. */
export class Fields {
  readonly #message: Buffer;
  readonly #where: () => string;
  #at = 0;
  field = 0;
  /** A varint (bigint when it is long or negative), or bytes. */
  value: Field = 0;

  /** `where`: for people. */
  constructor(message: Buffer, where: () => string) {
    this.#message = message;
    this.#where = where;
  }

  /** False: there are no more. */
  next(): boolean {
    if (this.#at >= this.#message.length) return false;
    const tag = Number(this.#varint());
    this.field = Math.floor(tag / 8);
    const kind = tag % 8;
    const value = this.#varint();
    if (kind === VARINT) this.value = value;
    else if (kind === BYTES) {
      const end = this.#at + Number(value);
      if (!(value >= 0) || end > this.#message.length) throw this.#damaged('is cut off');
      this.value = this.#message.subarray(this.#at, end);
      this.#at = end;
    } else throw this.#damaged('is no message of protobuf');
    return true;
  }

  /** Seven bytes are 49 bits, which a number holds. */
  #varint(): number | bigint {
    let value = 0;
    for (let i = 0, scale = 1; i < 7; i++, scale *= 0x80) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    let long = BigInt(value);
    for (let i = 7; i < 10; i++) {
      const byte = this.#byte();
      long |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asIntN(64, long);
    }
    throw this.#damaged('is no message of protobuf');
  }
  #byte(): number {
    const byte = this.#message[this.#at++];
    if (byte === undefined) throw this.#damaged('is cut off');
    return byte;
  }
  #damaged(how: string): Damaged {
    return new Damaged(`${this.#where()}: its value ${how}`);
  }
}

/** An int64 that a number can hold. */
export function whole(value: Field, where: () => string): number {
  if (typeof value === 'object' || value < 0 || value > Number.MAX_SAFE_INTEGER)
    throw new Damaged(`${where()}: ${typeof value === 'object' ? 'no number' : value} is outside of 0 to 2^53 - 1`);
  return Number(value);
}
/** In decimal. */
export function int64(value: Field, where: () => string): string {
  if (typeof value === 'object') throw new Damaged(`${where()}: its value is no message of protobuf`);
  return String(value);
}
export function bytesIn(value: Field, where: () => string): Buffer {
  if (typeof value !== 'object') throw new Damaged(`${where()}: its value is no message of protobuf`);
  return value;
}
