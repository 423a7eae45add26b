//! A store as bytes: a msgpack head, then every version that a reader or a watch may still see, sized first and written
//! once. All that is small of them comes first, then their values in the same order.
import { Packr } from 'msgpackr';
import { fail, ok, type Result } from '../../runtime/fault.ts';
import type { Answer } from './answers.ts';
import { CHUNK_MOST_BYTES, CHUNK_VERSIONS, type Chunk, chunkOf, counted } from './arena.ts';
import type { LeaseState } from './leases.ts';
import { decodeFirstState } from './snapshot-v1.ts';
import type { StreamState } from './streams.ts';
import { Version } from './version.ts';

const packr = new Packr({ useRecords: false, moreTypes: false, int64AsType: 'number' });
const VERSION = 2;
/** u32 length of the key, u32 of the value, as doubles create, mod and version, int64 lease. */
const FIXED = 40;
/** A state is one buffer: beyond this neither Node nor the file systems' calls take it in one piece. */
export const STATE_BYTES_MAX = 2 * 1024 ** 3 - 1;

export interface StateHead {
  readonly revision: number;
  readonly compacted: number;
  readonly leases: readonly LeaseState[];
  readonly streams: readonly StreamState[];
  readonly answers: readonly Answer[];
  /** Of whoever keeps something beside the keys: plain data. */
  readonly beside?: unknown;
}
/** One version of a key; a deletion has version 0 and no value. `lease`: '' for none. */
export interface Kept {
  readonly key: string;
  readonly value: Uint8Array;
  readonly create: number;
  readonly mod: number;
  readonly version: number;
  readonly lease: string;
}
/**
 * `base`: by key, one each: what is there at the compacted revision and was written before it.
 * `history`: all that was written from the compacted revision on, in that order. Both can be gone through again.
 */
export function encodeState(head: StateHead, base: Iterable<Kept>, history: Iterable<Kept>): Result<Uint8Array> {
  const counts = [0, 0];
  let [small, large] = [0, 0];
  [base, history].forEach((versions, i) => {
    for (const { key, value } of versions) {
      counts[i]!++;
      small += FIXED + key.length;
      large += value.length;
    }
  });
  const { revision, compacted, leases, streams, answers, beside } = head;
  const front = packr.pack([VERSION, revision, compacted, counts, small, leases, streams, answers, beside ?? null]);
  const total = 4 + front.length + small + large;
  if (total > STATE_BYTES_MAX)
    return fail('RequestEntityTooLarge', `a store of ${total} bytes is too large for a snapshot: ${STATE_BYTES_MAX}`);
  const bytes = Buffer.allocUnsafeSlow(total);
  bytes.writeUInt32LE(front.length, 0);
  bytes.set(front, 4);
  let at = 4 + front.length;
  let valueAt = at + small;
  for (const versions of [base, history])
    for (const { key, value, create, mod, version, lease } of versions) {
      bytes.writeUInt32LE(key.length, at);
      bytes.writeUInt32LE(value.length, at + 4);
      bytes.writeDoubleLE(create, at + 8);
      bytes.writeDoubleLE(mod, at + 16);
      bytes.writeDoubleLE(version, at + 24);
      if (lease === '') bytes.fill(0, at + 32, at + FIXED);
      else bytes.writeBigInt64LE(BigInt(lease), at + 32);
      bytes.write(key, at + FIXED, 'latin1');
      at += FIXED + key.length;
      if (value.length > 0) bytes.set(value, valueAt);
      valueAt += value.length;
    }
  return ok(bytes);
}

export interface DecodedState {
  readonly head: StateHead;
  /** Each can be gone through once, `base` first. What it gives stands on copies, not on the state's bytes. */
  readonly base: Iterable<Version>;
  readonly history: Iterable<Version>;
}
export function decodeState(state: Uint8Array): DecodedState {
  const bytes = Buffer.from(state.buffer, state.byteOffset, state.length);
  const frontEnd = 4 + bytes.readUInt32LE(0);
  // A copy: bytes in it are views, which must not keep the whole state.
  const fields = packr.unpack(Buffer.from(bytes.subarray(4, frontEnd))) as readonly unknown[];
  if (fields[0] === 1) return decodeFirstState(fields, bytes, frontEnd);
  if (fields[0] !== VERSION)
    throw new Error(`a snapshot of version ${fields[0]}: this program reads ${VERSION} and older`);
  const [, revision, compacted, counts, small, leases, streams, answers, beside] = fields as [
    number,
    number,
    number,
    [number, number],
    number,
    LeaseState[],
    StreamState[],
    Answer[],
    unknown,
  ];
  const reader = new Reader(bytes, frontEnd, frontEnd + small);
  return {
    head: { revision, compacted, leases, streams, answers, ...(beside === null ? {} : { beside }) },
    base: reader.take(counts[0]),
    history: reader.take(counts[1]),
  };
}

/** Values are copied in runs: a chunk of the arena is a piece of the state. */
class Reader {
  readonly #bytes: Buffer;
  readonly #entriesEnd: number;
  #at: number;
  #valueAt: number;
  #chunk: Chunk = chunkOf(new Uint8Array(0));
  constructor(bytes: Buffer, at: number, valueAt: number) {
    this.#bytes = bytes;
    this.#at = at;
    this.#entriesEnd = valueAt;
    this.#valueAt = valueAt;
  }
  *take(count: number): Iterable<Version> {
    for (let i = 0; i < count; i++) yield this.#next();
  }
  #next(): Version {
    const bytes = this.#bytes;
    const at = this.#at;
    const keyEnd = at + FIXED + bytes.readUInt32LE(at);
    const size = bytes.readUInt32LE(at + 4);
    if (this.#chunk.used + size > this.#chunk.bytes.length) this.#chunk = this.#run();
    const lease = bytes.readInt32LE(at + 32) | bytes.readInt32LE(at + 36) ? `${bytes.readBigInt64LE(at + 32)}` : '';
    const version = new Version(
      bytes.toString('latin1', at + FIXED, keyEnd),
      bytes.readDoubleLE(at + 8),
      bytes.readDoubleLE(at + 16),
      bytes.readDoubleLE(at + 24),
      lease,
      this.#chunk,
      size,
    );
    if (size > 0) counted(this.#chunk, version);
    this.#at = keyEnd;
    this.#valueAt += size;
    return version;
  }
  /** The next values, as many as make a chunk. */
  #run(): Chunk {
    let size = 0;
    let at = this.#at;
    for (let count = 0; count < CHUNK_VERSIONS && at < this.#entriesEnd; count++) {
      const next = size + this.#bytes.readUInt32LE(at + 4);
      if (count > 0 && next > CHUNK_MOST_BYTES) break;
      size = next;
      at += FIXED + this.#bytes.readUInt32LE(at);
    }
    return chunkOf(new Uint8Array(this.#bytes.subarray(this.#valueAt, this.#valueAt + size)));
  }
}
