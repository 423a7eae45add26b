//! Keeps one watch cache fresh: subscribed before it lists, lists again after a gap, wakes who waits for a revision.
import { watchAll } from '../../../runtime/address.ts';
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import type { Stop } from '../../../runtime/ports.ts';
import type { Task } from '../../../runtime/task.ts';
import { expiredBecause } from '../../api/status.ts';
import { type Change, prefixEnd } from '../../etcd/protocol.ts';
import { resourceStream, storagePrefix } from '../protocol.ts';
import type { Range, Store } from '../storage/store.ts';
import type { Stored } from '../storage/streams.ts';
import { WatchCache } from './watch-cache.ts';

const LIST_MS = 30_000;
const AGAIN_MS = 200;
const WAITING_CHANGES_MAX = 20_000;
const WAITERS_MAX = 10_000;
const BOOKMARK_MS = 60_000;
/** Somebody waits so long for a change that etcd has: then it, and what tells of its loss, may be lost. */
const BEHIND_MS = 1_500;

/** What a feed needs of the actor it lives in. */
export interface FeedPorts {
  readonly cluster: string;
  readonly store: Store;
  now(): number;
  after(ms: number, run: () => void): Stop;
  run<T>(task: Task<T>, done: (value: T) => void): Stop;
  subscribe(subject: string, handler: (change: Change) => void): Stop;
  warn(fields: object, message: string): void;
}
interface Waiter {
  readonly revision: number;
  readonly since: number;
  readonly done: (result: Result<WatchCache>) => void;
  readonly cancel: Stop;
}

export class Feed {
  readonly cache: WatchCache;
  readonly #ports: FeedPorts;
  readonly #stream: string;
  #state: 'idle' | 'listing' | 'following' = 'idle';
  /** What came while it lists. */
  #changes: Change[] = [];
  #overflown = false;
  readonly #waiters = new Set<Waiter>();
  #bookmarks: Stop | undefined;
  #behind: Stop | undefined;

  constructor(storage: Stored, ports: FeedPorts) {
    this.#ports = ports;
    this.#stream = resourceStream(storage.group, storage.resource);
    this.cache = new WatchCache(storage, () => ports.now());
  }
  get stream(): string {
    return this.#stream;
  }
  /** It has listed, and missed nothing that it knows of. */
  get fresh(): boolean {
    return this.#state === 'following';
  }

  start(): void {
    if (this.#state !== 'idle') return;
    const { group, resource } = this.cache.storage;
    this.#ports.subscribe(watchAll(this.#ports.cluster, group, resource), (change) => this.#receive(change));
    this.#list();
  }
  /** Messages may have been lost. */
  relist(): void {
    if (this.#state === 'following') this.#list();
  }

  /** Calls back once the cache contains the stream up to `revision` (0: once it has anything), never inside. */
  when(revision: number, timeoutMs: number, done: (result: Result<WatchCache>) => void): Stop {
    this.start();
    const ready = this.#has(revision);
    if (!ready && this.#waiters.size >= WAITERS_MAX) done = refuse(done);
    const waiter: Waiter = {
      revision,
      since: this.#ports.now(),
      done,
      cancel: this.#ports.after(ready ? 0 : timeoutMs, () => {
        this.#waiters.delete(waiter);
        done(this.#has(revision) ? ok(this.cache) : fail('Timeout', 'the watch cache is behind'));
      }),
    };
    this.#waiters.add(waiter);
    if (!ready) this.#doubt(BEHIND_MS);
    return () => {
      this.#waiters.delete(waiter);
      waiter.cancel();
    };
  }
  /** Bookmarks as long as somebody watches. */
  beat(): void {
    if (this.#bookmarks !== undefined || this.cache.watchers.size === 0) return;
    this.#bookmarks = this.#ports.after(BOOKMARK_MS, () => {
      const task = this.#ports.store.revision(this.#stream, this.#ports.now() + LIST_MS);
      this.#ports.run(task, (result) => {
        this.#bookmarks = undefined;
        if (result.ok && this.fresh) {
          this.cache.advance(result.value.revision, result.value.streamRevision);
          for (const watcher of this.cache.watchers) watcher.bookmark?.(this.cache.revision, false);
        }
        this.beat();
      });
    });
  }
  stop(): void {
    this.#behind?.();
    this.#bookmarks?.();
    for (const waiter of this.#waiters) waiter.cancel();
    for (const watcher of this.cache.watchers) watcher.end();
  }

  /** Lists again once somebody has waited too long. */
  #doubt(ms: number): void {
    this.#behind ??= this.#ports.after(ms, () => {
      this.#behind = undefined;
      const now = this.#ports.now();
      const oldest = [...this.#waiters].find((waiter) => !this.#has(waiter.revision));
      if (oldest === undefined) return;
      const waited = now - oldest.since;
      if (waited >= BEHIND_MS) this.relist();
      this.#doubt(waited >= BEHIND_MS ? BEHIND_MS : BEHIND_MS - waited);
    });
  }
  #has(revision: number): boolean {
    return this.#state === 'following' ? this.cache.has(revision) : revision === 0 && this.cache.revision > 0;
  }
  #list(): void {
    this.#state = 'listing';
    this.#changes = [];
    this.#overflown = false;
    const { group, resource } = this.cache.storage;
    const prefix = storagePrefix(group, resource);
    const { store } = this.#ports;
    this.#ports.run(store.range(prefix, prefixEnd(prefix), this.#ports.now() + LIST_MS), (result) =>
      this.#listed(result),
    );
  }
  #listed(result: Result<Range>): void {
    if (!result.ok) {
      this.#ports.warn({ stream: this.#stream, fault: result.fault }, 'list failed');
      this.#ports.after(AGAIN_MS, () => this.#list());
      return;
    }
    this.cache.replace(result.value.kvs, result.value.revision);
    this.#state = 'following';
    const waited = this.#changes;
    this.#changes = [];
    if (this.#overflown) return this.#list();
    for (const change of waited) if (!this.#follow(change)) return;
    this.#wake();
  }
  #receive(change: Change): void {
    if (change.stream !== this.#stream) return;
    if (this.#state === 'listing') {
      if (this.#changes.length < WAITING_CHANGES_MAX) this.#changes.push(change);
      else this.#overflown = true;
    } else if (this.#follow(change) && change.type !== 'change.progress') this.#wake();
  }
  #follow(change: Change): boolean {
    if (this.cache.receive(change) !== 'gap') return true;
    this.#list();
    // What the list may not contain is looked at again after it.
    this.#changes.push(change);
    return false;
  }
  #wake(): void {
    for (const waiter of [...this.#waiters]) {
      if (!this.#has(waiter.revision)) continue;
      this.#waiters.delete(waiter);
      waiter.cancel();
      waiter.done(ok(this.cache));
    }
  }
}
const refuse =
  (done: Waiter['done']): Waiter['done'] =>
  () =>
    done(fail('Busy', 'too many requests wait for the watch cache'));
/** What a watcher hears that cannot be served on. */
export const TOO_SLOW = expiredBecause('the watch was closed because its events were not read');
