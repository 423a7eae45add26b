//! Several channels over one connection of bytes: each piece is a channel (1 byte), a length (4) and so many bytes.

export interface Piece {
  readonly channel: number;
  readonly bytes: Uint8Array;
}
const HEAD = 5;

export function pieceOf(channel: number, bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(HEAD + bytes.length);
  whole[0] = channel;
  new DataView(whole.buffer).setUint32(1, bytes.length);
  whole.set(bytes, HEAD);
  return whole;
}

/**
 * Puts together what the way has cut. A piece's bytes are handed on as they come, so that none need be kept whole:
 * what a receiver must see at once (`whole`, by channel) is collected up to `limit` bytes.
 */
export class Pieces {
  readonly #whole: ReadonlySet<number>;
  readonly #limit: number;
  #head = new Uint8Array(0);
  #channel = 0;
  #left = 0;
  #kept: Uint8Array[] = [];
  constructor(whole: readonly number[], limit = 64 * 1024) {
    this.#whole = new Set(whole);
    this.#limit = limit;
  }

  take(bytes: Uint8Array): readonly Piece[] {
    const pieces: Piece[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#left === 0) {
        at += this.#readHead(bytes.subarray(at), pieces);
        continue;
      }
      const part = bytes.subarray(at, at + this.#left);
      at += part.length;
      this.#left -= part.length;
      if (this.#whole.has(this.#channel)) this.#keep(part, pieces);
      else pieces.push({ channel: this.#channel, bytes: part });
    }
    return pieces;
  }
  #readHead(bytes: Uint8Array, pieces: Piece[]): number {
    const missing = HEAD - this.#head.length;
    const part = bytes.subarray(0, missing);
    this.#head = joined([this.#head, part]);
    if (this.#head.length < HEAD) return part.length;
    this.#channel = this.#head[0]!;
    this.#left = new DataView(this.#head.buffer).getUint32(1);
    this.#head = new Uint8Array(0);
    if (this.#left === 0) pieces.push({ channel: this.#channel, bytes: this.#head });
    return part.length;
  }
  #keep(part: Uint8Array, pieces: Piece[]): void {
    const size = this.#kept.reduce((sum, { length }) => sum + length, part.length);
    if (size <= this.#limit) this.#kept.push(part);
    if (this.#left > 0) return;
    pieces.push({ channel: this.#channel, bytes: joined(this.#kept) });
    this.#kept = [];
  }
}
function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
