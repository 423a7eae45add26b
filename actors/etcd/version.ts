//! One version of one key, as small as it can be: a million of them must fit. Its value lies in a chunk of the arena.
import type { Chunk } from './arena.ts';
import type { KeyValue } from './protocol.ts';

export class Version {
  readonly key: string;
  readonly create: number;
  readonly mod: number;
  /** 0: the key was deleted here. */
  readonly version: number;
  /** '' for none. */
  readonly lease: string;
  /** What it replaced, until that is compacted. */
  before: Version | undefined;
  chunk: Chunk;
  at: number;
  readonly size: number;
  /** Its bytes are no longer counted, and lie where they are as long as somebody holds this. */
  released = false;

  constructor(key: string, create: number, mod: number, version: number, lease: string, chunk: Chunk, size: number) {
    this.key = key;
    this.create = create;
    this.mod = mod;
    this.version = version;
    this.lease = lease;
    this.before = undefined;
    this.chunk = chunk;
    this.at = chunk.used;
    this.size = size;
  }
  get weight(): number {
    return this.key.length + this.size;
  }
  /** A view of the arena, which never changes what it once holds. */
  get value(): Uint8Array {
    return this.size === 0
      ? NOTHING
      : new Uint8Array(this.chunk.bytes.buffer, this.chunk.bytes.byteOffset + this.at, this.size);
  }
  kv(keysOnly = false): KeyValue {
    const { key, create: createRevision, mod: modRevision, version, lease } = this;
    const value = keysOnly ? NOTHING : this.value;
    return lease === ''
      ? { key, value, createRevision, modRevision, version }
      : { key, value, createRevision, modRevision, version, lease };
  }
  /** This or what it replaced: the newest up to a revision, if the key was there then. */
  asOf(revision: number): Version | undefined {
    let found: Version | undefined = this;
    while (found !== undefined && found.mod > revision) found = found.before;
    return found === undefined || found.version === 0 ? undefined : found;
  }
}
const NOTHING = new Uint8Array(0);
