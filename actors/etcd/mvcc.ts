//! Keys with their history, as etcd v3 numbers it. A plain class: the actor around it decides when.
import { fail } from '../../runtime/fault.ts';
import { Arena } from './arena.ts';
import { History } from './history.ts';
import { Keys } from './keys.ts';
import { END_OF_KEYS, type KeyValue } from './protocol.ts';
import type { Version } from './version.ts';

export class Mvcc {
  readonly #keys = new Keys();
  readonly #arena = new Arena();
  /** From revision `compacted` on. */
  readonly history = new History();
  /** Of the last write. etcd's first is 1: an empty store. */
  revision = 1;
  /** Reads below it are refused. */
  compacted = 0;
  /** Of all versions kept: keys and values. */
  bytes = 0;
  /** Of those that are there now. */
  usedBytes = 0;

  /** Keys that are there now. */
  get size(): number {
    return this.#keys.alive;
  }
  /** The newest of a key, if it is there. */
  find(key: string): Version | undefined {
    const newest = this.#keys.get(key);
    return newest?.version === 0 ? undefined : newest;
  }
  versionAt(key: string, revision: number): Version | undefined {
    return this.#keys.get(key)?.asOf(revision);
  }
  get(key: string, revision = this.revision): KeyValue | null {
    return this.versionAt(key, revision)?.kv() ?? null;
  }

  /** Why a revision cannot be read; undefined: it can. */
  unreadable(revision: number): ReturnType<typeof fail> | undefined {
    return revision > this.revision ? FUTURE : revision < this.compacted ? COMPACTED : undefined;
  }
  /** What is there of `[key, end)` at a revision, in order or backwards, until `visit` says false. */
  scan(key: string, end: string, revision: number, visit: (found: Version) => boolean, backwards = false): void {
    const look = (newest: Version): boolean => {
      const found = newest.asOf(revision);
      return found === undefined || visit(found);
    };
    if (backwards) this.#keys.scanBack(key, end, look);
    else this.#keys.scan(key, end, look);
  }
  /** How many keys of `[key, end)` were there at a revision: those that are, less what came since, plus what went. */
  count(key: string, end: string, revision: number): number {
    let count = this.#keys.count(key, end);
    const since = this.history.after(revision);
    if (this.history.length - since > 1_000 + 4 * count) {
      // Much has happened since: looking at the range is less.
      count = 0;
      this.scan(key, end, revision, () => ++count > 0);
      return count;
    }
    for (let i = since; i < this.history.length; i++) {
      const version = this.history.at(i)!;
      if (version.key < key || (end !== END_OF_KEYS && version.key >= end)) continue;
      if (version.version === 0) count++;
      else if (version.version === 1) count--;
    }
    return count;
  }

  /** `revision` is that of the write this belongs to: the store's own, or one above it. */
  put(key: string, value: Uint8Array, revision: number, lease = ''): Version {
    const before = this.#keys.get(key);
    const stored =
      before === undefined || before.version === 0
        ? this.#arena.add(before?.key ?? ownCopy(key), revision, revision, 1, lease, value)
        : this.#arena.add(before.key, before.create, revision, before.version + 1, lease, value);
    this.#add(stored, before);
    return stored;
  }
  /** The deletion, whose `before` is the key as it was; undefined when it was not there, and nothing changes then. */
  delete(key: string, revision: number): Version | undefined {
    const before = this.#keys.get(key);
    if (before === undefined || before.version === 0) return undefined;
    const deletion = this.#arena.add(before.key, 0, revision, 0, '', NOTHING);
    this.#add(deletion, before);
    return deletion;
  }
  #add(version: Version, before: Version | undefined): void {
    version.before = before;
    if (before !== undefined && before.version > 0) this.usedBytes -= before.weight;
    if (version.version > 0) this.usedBytes += version.weight;
    this.#keys.set(version);
    this.history.push(version);
    this.bytes += version.weight;
    this.revision = version.mod;
  }

  /**
   * Forgets what only older revisions than this one can see. A deletion stays until what is compacted is beyond it: a
   * watch may begin at the compacted revision, and is told of it.
   */
  compact(revision: number): void {
    if (revision <= this.compacted) return;
    this.compacted = revision;
    for (let next = this.history.at(0); next && next.mod < revision; next = this.history.at(0)) {
      this.history.shift();
      this.#forget(next);
    }
    for (let i = 0, next = this.history.at(0); next?.mod === revision; next = this.history.at(++i))
      this.#forgetBefore(next);
  }
  /** The version itself leaves the history. */
  #forget(version: Version): void {
    this.#forgetBefore(version);
    if (version.version > 0) return;
    // What came after it may still stand on it, to no effect.
    if (this.#keys.get(version.key) === version) this.#keys.delete(version.key);
    this.#release(version);
  }
  #forgetBefore(version: Version): void {
    if (version.before === undefined) return;
    this.#release(version.before);
    version.before = undefined;
  }
  #release(version: Version): void {
    if (version.released) return;
    this.bytes -= version.weight;
    this.#arena.release(version);
  }

  /** Versions that a reader of some revision from `compacted` on can see, of each key the oldest first. */
  *all(): Iterable<Version> {
    for (const newest of this.#newest())
      if (newest.before === undefined) yield newest;
      else yield* oldestFirst(newest);
  }
  *#newest(): Iterable<Version> {
    for (const block of this.#keys.blocks()) yield* block;
  }
  /** By key, one each: what is there at the compacted revision and was written before it. */
  *base(): Iterator<Version> {
    for (const newest of this.#newest()) {
      let oldest = newest;
      while (oldest.before !== undefined) oldest = oldest.before;
      if (oldest.mod < this.compacted && oldest.version > 0) yield oldest;
    }
  }
  /** Keys that belong to a lease. */
  *leased(): Iterable<Version> {
    for (const newest of this.#newest()) if (newest.lease !== '') yield newest;
  }
  /** As of a snapshot, in order: first what the history begins with, by key, then the history. */
  restore(revision: number, compacted: number, base: Iterable<Version>, history: Iterable<Version>): void {
    for (const version of base) {
      this.#keys.set(version);
      this.bytes += version.weight;
      this.usedBytes += version.weight;
    }
    for (const version of history) {
      this.#add(version, this.#keys.get(version.key));
      if (version.mod === compacted) this.#forgetBefore(version);
    }
    this.revision = revision;
    this.compacted = compacted;
  }
}

export const FUTURE = fail('Invalid', 'etcdserver: mvcc: required revision is a future revision');
export const COMPACTED = fail('Expired', 'etcdserver: mvcc: required revision has been compacted');
const NOTHING = new Uint8Array(0);
/** Strings that were cut out of a message keep all of it alive. */
const ownCopy = (key: string): string => Buffer.from(key, 'latin1').toString('latin1');

function* oldestFirst(newest: Version): Iterable<Version> {
  const versions: Version[] = [];
  for (let version: Version | undefined = newest; version; version = version.before) versions.push(version);
  yield* versions.reverse();
}
