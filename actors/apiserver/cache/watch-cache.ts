//! A copy of every object of one resource, a bounded past, and who watches. Plain data: resource.ts keeps it fresh.
import type { Change, KeyValue } from '../../etcd/protocol.ts';
import { prefixEnd } from '../../etcd/protocol.ts';
import { storagePrefix } from '../protocol.ts';
import type { Stored } from '../storage/streams.ts';
import { Entry } from './entry.ts';
import { type Event, HISTORY, History, type HistoryLimits } from './history.ts';
import { newTree, scan, type Tree } from './tree.ts';
import { Watchers } from './watcher.ts';

const NODE_NAME = /"nodeName":/;

export class WatchCache {
  readonly storage: Stored;
  readonly watchers = new Watchers();
  readonly #now: () => number;
  readonly #limits: HistoryLimits;
  #tree: Tree = newTree();
  #history: History | undefined;
  /** Pods by the node they are bound to. */
  readonly #byNode: Map<string, Map<string, Entry>> | undefined;
  /** Contains every change of its stream up to here. 0: not listed yet. */
  revision = 0;

  constructor(storage: Stored, now: () => number, limits: HistoryLimits = HISTORY) {
    this.storage = storage;
    this.#now = now;
    this.#limits = limits;
    this.#byNode = storage.group === '' && storage.resource === 'pods' ? new Map() : undefined;
  }

  get size(): number {
    return this.#tree.size;
  }
  get(key: string): Entry | undefined {
    return this.#tree.get(key);
  }
  /** As it is now, unchanged by what comes. */
  snapshot(): Tree {
    return this.#tree.clone();
  }
  /** Entries of `[from, end)` in order, until `visit` says false. */
  scan(from: string, end: string, visit: (entry: Entry) => boolean): void {
    scan(this.#tree, from, end, visit);
  }
  onNode(node: string): Iterable<Entry> {
    return this.#byNode?.get(node)?.values() ?? [];
  }
  /** All, or of one namespace, in order of keys. */
  *all(namespace = ''): Iterable<Entry> {
    const found: Entry[] = [];
    const prefix = storagePrefix(this.storage.group, this.storage.resource, namespace === '' ? undefined : namespace);
    scan(this.#tree, prefix, prefixEnd(prefix), (entry) => found.push(entry) > 0);
    yield* found;
  }
  /** Undefined: too old, `oldest` says what is not. */
  since(revision: number): readonly Event[] | undefined {
    return this.#history?.since(revision);
  }
  get oldest(): number {
    return this.#history?.floor ?? this.revision;
  }

  /** A whole list: watchers hear the differences, in the order in which they may have happened. */
  replace(kvs: readonly KeyValue[], revision: number): void {
    const first = this.#history === undefined;
    this.#history ??= new History(revision, this.#limits);
    const gone = new Set(first ? [] : this.#tree.keys());
    const changed: Entry[] = [];
    for (const kv of kvs) {
      const same = this.#tree.get(kv.key)?.revision === kv.modRevision;
      const entry = same ? undefined : Entry.read(kv);
      if (!same && entry === undefined) continue; // nobody is shown what is no object
      gone.delete(kv.key);
      if (entry) changed.push(entry);
    }
    if (first) for (const entry of changed) this.#put(entry, undefined);
    else {
      changed.sort((a, b) => a.revision - b.revision);
      for (const entry of changed) this.#apply(entry, false);
      for (const key of gone) this.#apply(this.#tree.get(key)!.at(revision), true);
    }
    this.revision = revision;
  }

  /** What a change is to this copy; `next` has been applied. */
  receive(change: Change): 'old' | 'next' | 'gap' {
    if (change.revision < this.revision) return 'old';
    if (change.type === 'change.progress') return change.revision > this.revision ? 'gap' : 'old';
    // Several keys of one txn share a revision.
    if (change.revision === this.revision && this.#known(change)) return 'old';
    const follows = change.prevRevision !== 0 && change.prevRevision <= this.revision;
    if (change.revision > this.revision && !follows) return 'gap';
    this.revision = change.revision;
    const before = this.#tree.get(change.key);
    if (change.type === 'change.put') this.#apply(Entry.of(change.key, change.value, change.revision), false);
    else if (before !== undefined) {
      const { value } = change;
      this.#apply(
        value === undefined ? before.at(change.revision) : Entry.of(change.key, value, change.revision),
        true,
      );
    }
    return 'next';
  }
  /** The store is at `revision` and the last change of the stream was at `streamRevision`. */
  advance(revision: number, streamRevision: number): void {
    if (this.revision >= streamRevision && revision > this.revision) this.revision = revision;
  }
  /** Whether everything of the stream up to there is here. */
  has(streamRevision: number): boolean {
    return this.#history !== undefined && this.revision >= streamRevision;
  }

  #known(change: Exclude<Change, { type: 'change.progress' }>): boolean {
    const here = this.#tree.get(change.key);
    return change.type === 'change.put' ? here?.revision === change.revision : here === undefined;
  }
  #apply(entry: Entry, deleted: boolean): void {
    const before = this.#tree.get(entry.key);
    if (deleted) this.#remove(entry.key, before);
    else this.#put(entry, before);
    const event: Event = { entry, deleted, before, at: this.#now() };
    this.#history?.add(event);
    this.watchers.tell(event);
  }
  #put(entry: Entry, before: Entry | undefined): void {
    this.#tree.set(entry.key, entry);
    if (this.#byNode === undefined) return;
    const was = nodeOf(before);
    const is = nodeOf(entry);
    if (was !== is) this.#leave(was, entry.key);
    if (is === '') return;
    const pods = this.#byNode.get(is) ?? new Map<string, Entry>();
    this.#byNode.set(is, pods.set(entry.key, entry));
  }
  #remove(key: string, before: Entry | undefined): void {
    this.#tree.delete(key);
    this.#leave(nodeOf(before), key);
  }
  #leave(node: string, key: string): void {
    const pods = this.#byNode?.get(node);
    if (!pods?.delete(key)) return;
    if (pods.size === 0) this.#byNode?.delete(node);
  }
}

function nodeOf(entry: Entry | undefined): string {
  if (entry === undefined || !NODE_NAME.test(entry.text)) return '';
  return (entry.object as { spec?: { nodeName?: string } }).spec?.nodeName ?? '';
}
