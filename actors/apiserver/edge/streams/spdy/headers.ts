//! Header blocks of SPDY/3: names and values, compressed by zlib in one stream a connection and direction.
import { constants, inflateRawSync } from 'node:zlib';
import { DICTIONARY, DICTIONARY_ID } from './dictionary.ts';

export type Headers = ReadonlyMap<string, string>;
/** Of deflate: how far back a block may refer to. */
const WINDOW = 32 * 1024;
const BLOCK_MAX = 64 * 1024;
const PAIRS_MAX = 100;

/**
 * Reads one block after the other. Each was flushed to a byte, so each can be inflated on its own when it is given what
 * came before: no state of zlib is kept, only the last 32 KiB.
 */
export class HeaderReader {
  #before = Buffer.from(DICTIONARY);
  #begun = false;
  /** Throws when it is no such block. */
  read(block: Uint8Array): Headers {
    const body = this.#begun ? block : block.subarray(zlibHead(block));
    this.#begun = true;
    const text = inflateRawSync(body, {
      dictionary: this.#before,
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: BLOCK_MAX,
    });
    this.#before = Buffer.concat([this.#before, text]).subarray(-WINDOW);
    return parse(text);
  }
}
function zlibHead(block: Uint8Array): number {
  const [method = 0, flags = 0] = block;
  if ((method & 15) !== 8 || ((method << 8) | flags) % 31 !== 0) throw new Error('not a zlib stream');
  return (flags & 0x20) === 0 ? 2 : 6;
}
function parse(text: Buffer): Headers {
  const headers = new Map<string, string>();
  const pairs = text.readUInt32BE(0);
  if (pairs > PAIRS_MAX) throw new Error(`${pairs} headers`);
  let at = 4;
  const next = (): string => {
    const length = text.readUInt32BE(at);
    if (at + 4 + length > text.length) throw new Error('a header longer than its block');
    const word = text.toString('utf8', at + 4, at + 4 + length);
    at += 4 + length;
    return word;
  };
  for (let i = 0; i < pairs; i++) {
    const name = next().toLowerCase();
    headers.set(name, next().split('\0')[0] ?? '');
  }
  return headers;
}

/** An empty stored block: readers (Go's flate) hand out what came before when they see it. */
const FLUSH = Buffer.from([0, 0, 0, 0xff, 0xff]);
/** Writes blocks without compressing them (stored blocks): ours are a few bytes. */
export class HeaderWriter {
  #begun = false;
  write(headers: Headers): Uint8Array {
    const parts = [number(headers.size)];
    for (const [name, value] of headers) parts.push(counted(name), counted(value));
    const text = Buffer.concat(parts);
    const stored = Buffer.alloc(5);
    stored.writeUInt16LE(text.length, 1);
    stored.writeUInt16LE(~text.length & 0xffff, 3);
    const head = this.#begun ? [] : [Buffer.from([0x78, 0xbb]), number(DICTIONARY_ID)];
    this.#begun = true;
    return Buffer.concat([...head, stored, text, FLUSH]);
  }
}
const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const counted = (word: string): Buffer => Buffer.concat([number(Buffer.byteLength(word)), Buffer.from(word)]);
