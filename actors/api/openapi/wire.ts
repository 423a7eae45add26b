//! Protocol buffers' wire format: as much as a document of strings, numbers and messages needs.

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const text = new TextEncoder();

export class Wire {
  private buffer = new Uint8Array(256);
  private length = 0;

  string(field: number, value: string | undefined): this {
    return value === undefined || value === '' ? this : this.bytes(field, text.encode(value));
  }
  strings(field: number, values: readonly string[]): this {
    for (const value of values) this.bytes(field, text.encode(value));
    return this;
  }
  boolean(field: number, value: boolean | undefined): this {
    if (value !== true) return this;
    this.varint((field << 3) | VARINT);
    this.varint(1);
    return this;
  }
  /** Also zero. */
  number(field: number, value: number): this {
    this.varint((field << 3) | VARINT);
    this.varint(value);
    return this;
  }
  double(field: number, value: number): this {
    this.varint((field << 3) | FIXED64);
    this.room(8);
    new DataView(this.buffer.buffer, this.buffer.byteOffset).setFloat64(this.length, value, true);
    this.length += 8;
    return this;
  }
  message(field: number, write: (wire: Wire) => void): this {
    const inner = new Wire();
    write(inner);
    return this.bytes(field, inner.finish());
  }
  bytes(field: number, value: Uint8Array): this {
    this.varint((field << 3) | BYTES);
    this.varint(value.length);
    this.room(value.length);
    this.buffer.set(value, this.length);
    this.length += value.length;
    return this;
  }
  finish(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }
  private varint(value: number): void {
    this.room(10);
    let rest = value;
    // Counts may be longer than 32 bits; none is negative.
    while (rest > 0x7f) {
      this.buffer[this.length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.length++] = rest;
  }
  private room(more: number): void {
    if (this.length + more <= this.buffer.length) return;
    const next = new Uint8Array(Math.max(this.buffer.length * 2, this.length + more));
    next.set(this.buffer.subarray(0, this.length));
    this.buffer = next;
  }
}
