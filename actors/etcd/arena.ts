//! Values of many keys in few buffers: a typed array a value would cost 200 bytes and more. Bytes are written once, and
//! a chunk that holds more dead bytes than live ones is given up, so that old chunks do not stay for a few values.
import { Version } from './version.ts';

const CHUNK_LEAST_BYTES = 16 * 1024;
export const CHUNK_MOST_BYTES = 1024 * 1024;
/** A chunk knows its versions, also those that are dead: small values must not fill one without end. */
export const CHUNK_VERSIONS = 4_096;
/** Values from here on get a chunk of their own. */
const LARGE_BYTES = CHUNK_MOST_BYTES / 8;

export interface Chunk {
  readonly bytes: Uint8Array;
  used: number;
  live: number;
  /** How many of its versions are released. */
  dead: number;
  /** Whose values lie here; some may have moved or been released. */
  versions: Version[];
}

export class Arena {
  #open = chunkOf(new Uint8Array(0));

  /** Copies the value: what comes in is often a piece of a larger buffer that would live as long as the key. */
  add(key: string, create: number, mod: number, version: number, lease: string, value: Uint8Array): Version {
    const chunk = this.#room(value.length);
    const made = new Version(key, create, mod, version, lease, chunk, value.length);
    if (value.length > 0) place(chunk, made, value);
    return made;
  }
  release(version: Version): void {
    if (version.released) return;
    version.released = true;
    if (version.size === 0) return;
    const { chunk } = version;
    chunk.live -= version.size;
    chunk.dead++;
    if (chunk !== this.#open && isDead(chunk)) this.#giveUp(chunk);
  }

  #room(size: number): Chunk {
    if (size >= LARGE_BYTES) return chunkOf(new Uint8Array(size));
    const before = this.#open;
    const crowded = before.versions.length >= CHUNK_VERSIONS;
    if (!crowded && before.used + size <= before.bytes.length) return before;
    const wanted = crowded ? before.used : before.bytes.length * 2;
    const length = Math.min(CHUNK_MOST_BYTES, Math.max(CHUNK_LEAST_BYTES, wanted, size));
    this.#open = chunkOf(new Uint8Array(length));
    if (isDead(before)) this.#giveUp(before);
    return this.#room(size);
  }
  #giveUp(chunk: Chunk): void {
    const { versions } = chunk;
    chunk.versions = [];
    for (const version of versions) {
      if (version.released || version.chunk !== chunk) continue;
      const { value } = version;
      const to = this.#room(version.size);
      version.chunk = to;
      version.at = to.used;
      place(to, version, value);
    }
  }
}
/** A chunk of bytes that are there already: those of `live` bytes of values that the caller gives to versions. */
export const chunkOf = (bytes: Uint8Array): Chunk => ({ bytes, used: 0, live: 0, dead: 0, versions: [] });
const isDead = ({ used, live, dead, versions }: Chunk): boolean => live * 2 < used || dead * 2 > versions.length;

function place(chunk: Chunk, version: Version, value: Uint8Array): void {
  chunk.bytes.set(value, chunk.used);
  counted(chunk, version);
}
/** The bytes of `version`, which begin where the chunk's used part ends, are in use from now on. */
export function counted(chunk: Chunk, version: Version): void {
  chunk.used += version.size;
  chunk.live += version.size;
  chunk.versions.push(version);
}
