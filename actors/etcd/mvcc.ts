//! Keys with their history, as etcd v3 numbers it. A plain class: the actor around it decides when.
import BTreeModule from 'sorted-btree';
import { fail, ok, type Result } from '../../runtime/fault.ts';
import { Fifo } from '../../runtime/fifo.ts';
import { END_OF_KEYS, type KeyValue } from './protocol.ts';

// The package is CommonJS: its default export is one level deeper for Node than for the type checker's eyes.
type Tree<V> = import('sorted-btree').default<string, V>;
const BTree = ((BTreeModule as unknown as { default?: unknown }).default ?? BTreeModule) as unknown as new <V>(
  entries: undefined,
  compare: (a: string, b: string) => number,
) => Tree<V>;
// By UTF-16 unit; etcd's order, by byte, differs beyond U+FFFF only.
const byKey = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The versions of one key, oldest first. A deleted one has version 0. */
interface History {
  readonly key: string;
  readonly versions: KeyValue[];
}
export interface RangeOptions {
  readonly limit?: number;
  readonly revision?: number;
  readonly maxBytes?: number;
  readonly countOnly?: boolean;
}
export interface Range {
  readonly kvs: readonly KeyValue[];
  readonly more: boolean;
  readonly count: number;
}

const NOTHING = new Uint8Array(0);

export class Mvcc {
  readonly #keys: Tree<History> = new BTree<History>(undefined, byKey);
  /** What compaction up to a revision can drop, in order of revision. */
  readonly #superseded = new Fifo<{ readonly revision: number; readonly history: History }>();
  /** Of the last write. etcd's first is 1: an empty store. */
  revision = 1;
  compacted = 0;
  /** Of all versions kept. */
  bytes = 0;
  /** Keys that are there now. */
  size = 0;

  get(key: string, revision = this.revision): KeyValue | null {
    const history = this.#keys.get(key);
    return history ? alive(history, revision) : null;
  }

  range(key: string, end: string | undefined, options: RangeOptions = {}): Result<Range> {
    const revision = options.revision ?? this.revision;
    if (revision > this.revision) return fail('Invalid', 'etcdserver: mvcc: required revision is a future revision');
    if (revision < this.compacted) return fail('Expired', 'etcdserver: mvcc: required revision has been compacted');
    const kvs: KeyValue[] = [];
    if (end === undefined) {
      const found = this.get(key, revision);
      if (found && !options.countOnly) kvs.push(found);
      return ok({ kvs, more: false, count: found ? 1 : 0 });
    }
    const limit = options.countOnly ? 0 : (options.limit ?? 0) || Number.POSITIVE_INFINITY;
    const maxBytes = options.maxBytes ?? Number.POSITIVE_INFINITY;
    let count = 0;
    let bytes = 0;
    let full = false;
    const visit = (_: string, history: History): void => {
      const found = alive(history, revision);
      if (found === null) return;
      count++;
      if (full) return;
      if (kvs.length >= limit || (bytes + found.value.length > maxBytes && kvs.length > 0)) {
        full = true;
        return;
      }
      kvs.push(found);
      bytes += found.value.length;
    };
    if (end !== END_OF_KEYS) this.#keys.forRange(key, end, false, visit);
    else {
      const last = this.#keys.maxKey();
      if (last !== undefined) this.#keys.forRange(key, last, true, visit);
    }
    return ok({ kvs, more: !options.countOnly && count > kvs.length, count });
  }

  /** `revision` is that of the write this belongs to: the store's own, or one above it. */
  put(key: string, value: Uint8Array, revision: number): KeyValue {
    let history = this.#keys.get(key);
    if (history === undefined) {
      history = { key, versions: [] };
      this.#keys.set(key, history);
    }
    const before = history.versions.at(-1);
    const fresh = before === undefined || before.version === 0;
    if (fresh) this.size++;
    const stored: KeyValue = {
      key,
      value,
      createRevision: fresh ? revision : before.createRevision,
      modRevision: revision,
      version: fresh ? 1 : before.version + 1,
    };
    this.#add(history, stored, revision);
    return stored;
  }

  /** The key as it was; null when it was not there, and nothing changes then. */
  delete(key: string, revision: number): KeyValue | null {
    const history = this.#keys.get(key);
    const before = history?.versions.at(-1);
    if (history === undefined || before === undefined || before.version === 0) return null;
    this.size--;
    this.#add(history, { key, value: NOTHING, createRevision: 0, modRevision: revision, version: 0 }, revision);
    return before;
  }

  #add(history: History, version: KeyValue, revision: number): void {
    history.versions.push(version);
    if (history.versions.length > 1) this.#superseded.push({ revision, history });
    this.bytes += version.value.length + version.key.length;
    this.revision = revision;
  }

  /** Forgets what only older revisions than this one can see. */
  compact(revision: number): void {
    if (revision <= this.compacted) return;
    this.compacted = revision;
    for (let next = this.#superseded.peek(); next && next.revision <= revision; next = this.#superseded.peek()) {
      this.#superseded.shift();
      this.#drop(next.history, revision);
    }
  }
  #drop({ key, versions }: History, revision: number): void {
    let keep = versions.length - 1;
    while (keep > 0 && versions[keep]!.modRevision > revision) keep--;
    // A deletion needs to be remembered only as long as what it deleted can be seen.
    if (versions[keep]?.version === 0 && versions[keep]!.modRevision <= revision) keep++;
    for (const gone of versions.splice(0, keep)) this.bytes -= gone.value.length + gone.key.length;
    if (versions.length === 0) this.#keys.delete(key);
  }

  /** The keys as they are now, in order. */
  *now(): Iterable<KeyValue> {
    for (const history of this.#keys.values()) {
      const last = history.versions.at(-1)!;
      if (last.version > 0) yield last;
    }
  }
  /** A store of just these, whose history begins at `revision`. Keys come in order. */
  restore(revision: number, keys: Iterable<KeyValue>): void {
    for (const stored of keys) {
      this.#keys.set(stored.key, { key: stored.key, versions: [stored] });
      this.bytes += stored.value.length + stored.key.length;
      this.size++;
    }
    this.revision = revision;
    this.compacted = revision;
  }
}

function alive({ versions }: History, revision: number): KeyValue | null {
  for (let i = versions.length - 1; i >= 0; i--) {
    const version = versions[i]!;
    if (version.modRevision <= revision) return version.version === 0 ? null : version;
  }
  return null;
}
