//! Protobuf's scalars in and out of bytes. int64 is a number where 2^53 is enough, a decimal string where it is not.

/** The message does not follow protobuf's rules: the sender's fault. */
export class Malformed extends Error {}

const EMPTY: Uint8Array = new Uint8Array(0);
/** Below this a loop beats the call into the runtime. */
const SHORT = 24;

export class Reader {
  at = 0;
  readonly bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  #byte(): number {
    if (this.at >= this.bytes.length) throw new Malformed('unexpected EOF');
    return this.bytes[this.at++]!;
  }
  /** Beyond 2^53 the nearest number. */
  int(): number {
    let byte = this.#byte();
    if (byte < 0x80) return byte;
    const start = this.at - 1;
    let value = byte & 0x7f;
    for (let scale = 0x80, count = 1; byte >= 0x80; scale *= 0x80, count++) {
      if (count === 10) throw new Malformed('a varint of more than 10 bytes');
      byte = this.#byte();
      value += (byte & 0x7f) * scale;
    }
    return this.at - start === 10 ? Number(BigInt.asIntN(64, this.#big(start))) : value;
  }
  id(): string {
    const start = this.at;
    const value = this.int();
    return Number.isSafeInteger(value) ? String(value) : String(BigInt.asIntN(64, this.#big(start)));
  }
  unsignedId(): string {
    const start = this.at;
    const value = this.int();
    return value >= 0 && Number.isSafeInteger(value) ? String(value) : String(this.#big(start));
  }
  /** The varint from `start` to here, mod 2^64. */
  #big(start: number): bigint {
    let value = 0n;
    for (let at = this.at - 1; at >= start; at--) value = (value << 7n) | BigInt(this.bytes[at]! & 0x7f);
    return BigInt.asUintN(64, value);
  }
  /** Where what is as long as the next varint says ends. */
  end(): number {
    const end = this.int() + this.at;
    if (!(end >= this.at && end <= this.bytes.length)) throw new Malformed('unexpected EOF');
    return end;
  }
  /** A view. */
  data(): Uint8Array {
    const end = this.end();
    if (end === this.at) return EMPTY;
    const data = this.bytes.subarray(this.at, end);
    this.at = end;
    return data;
  }
  /** One character a byte. */
  key(): string {
    const end = this.end();
    const text = this.bytes.toString('latin1', this.at, end);
    this.at = end;
    return text;
  }
  text(): string {
    const end = this.end();
    const text = this.bytes.toString('utf8', this.at, end);
    this.at = end;
    return text;
  }
  skip(wire: number): void {
    if (wire === 0) this.int();
    else if (wire === 1) this.at += 8;
    else if (wire === 2) this.at = this.end();
    else if (wire === 5) this.at += 4;
    else throw new Malformed(`illegal wireType ${wire}`);
    if (this.at > this.bytes.length) throw new Malformed('unexpected EOF');
  }
}

const FIRST_BYTES = 64 * 1024;
/** Above this the buffer is given back after use. */
const KEPT_BYTES = 1024 * 1024;

/** One for all messages, as they are written one after another. */
export class Writer {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  at = 0;

  #room(more: number): void {
    if (this.at + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.at + more));
    this.#bytes.copy(larger, 0, 0, this.at);
    this.#bytes = larger;
  }
  /** What was written since it began, as bytes of their own; afterwards it is empty again. */
  take(): Buffer {
    const taken = Buffer.allocUnsafe(this.at);
    this.#bytes.copy(taken, 0, 0, this.at);
    this.reset();
    return taken;
  }
  reset(): void {
    this.at = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  int(value: number): void {
    this.#room(10);
    if (value < 0) return this.#big(BigInt.asUintN(64, BigInt(value)));
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.at++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.at++] = rest;
  }
  id(value: string): void {
    this.#room(10);
    this.#big(BigInt.asUintN(64, BigInt(value)));
  }
  #big(value: bigint): void {
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.at++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.at++] = Number(rest);
  }
  /** As they are. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.at);
    this.at += bytes.length;
  }
  data(bytes: Uint8Array): void {
    this.int(bytes.length);
    this.raw(bytes);
  }
  key(text: string): void {
    const { length } = text;
    this.int(length);
    this.#room(length);
    if (length > SHORT) this.#bytes.write(text, this.at, length, 'latin1');
    else for (let i = 0; i < length; i++) this.#bytes[this.at + i] = text.charCodeAt(i);
    this.at += length;
  }
  text(text: string): void {
    const length = Buffer.byteLength(text);
    this.int(length);
    this.#room(length);
    this.#bytes.write(text, this.at, length, 'utf8');
    this.at += length;
  }
  begin(): number {
    this.#room(1);
    this.at++;
    return this.at;
  }
  finish(start: number): void {
    const length = this.at - start;
    if (length < 0x80) {
      this.#bytes[start - 1] = length;
      return;
    }
    // More than the one byte that was left for it.
    let size = 0;
    for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
    this.#room(size);
    this.#bytes.copyWithin(start + size, start, this.at);
    this.at = start - 1;
    this.int(length);
    this.at += length;
  }
}
