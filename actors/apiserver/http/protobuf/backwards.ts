//! A protobuf message, written from its end to its beginning: so the length of a part is known when it is written.
const SMALLEST = 256;

export class Backwards {
  #bytes = Buffer.allocUnsafe(SMALLEST);
  /** What is written begins here. */
  #at = SMALLEST;

  /** Bytes so far. */
  get size(): number {
    return this.#bytes.length - this.#at;
  }
  /** A copy of what is written. */
  done(): Uint8Array {
    return Uint8Array.from(this.#bytes.subarray(this.#at));
  }
  bytes(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#at -= bytes.length;
    this.#bytes.set(bytes, this.#at);
  }
  text(text: string): void {
    const length = Buffer.byteLength(text);
    this.#room(length);
    this.#at -= length;
    this.#bytes.write(text, this.#at);
  }
  double(value: number): void {
    this.#room(8);
    this.#at -= 8;
    this.#bytes.writeDoubleLE(value, this.#at);
  }
  /** A whole number; a negative one as if it were 64 bits wide. */
  varint(value: number): void {
    const digits: number[] = [];
    if (value < 0) {
      let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)));
      for (; rest >= 128n; rest >>= 7n) digits.push(Number(rest & 127n) | 128);
      digits.push(Number(rest));
    } else {
      let rest = Math.trunc(value);
      for (; rest >= 128; rest = Math.floor(rest / 128)) digits.push((rest % 128) | 128);
      digits.push(rest);
    }
    this.bytes(Uint8Array.from(digits));
  }
  /** 0 varint, 1 eight bytes, 2 bytes. */
  tag(field: number, wire: 0 | 1 | 2): void {
    this.varint(field * 8 + wire);
  }
  /** Whatever `write` writes, as the bytes of a field. */
  part(field: number, write: () => void): void {
    const before = this.size;
    write();
    this.varint(this.size - before);
    this.tag(field, 2);
  }

  #room(count: number): void {
    if (count <= this.#at) return;
    const { size } = this;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, size + count + SMALLEST));
    this.#bytes.copy(larger, larger.length - size, this.#at);
    this.#at = larger.length - size;
    this.#bytes = larger;
  }
}
