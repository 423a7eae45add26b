//! The caches of one server, started at first use, and the wait for one of them as a step of a task.
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import type { Bus, Message, Stop } from '../../../runtime/ports.ts';
import { ask, type Task } from '../../../runtime/task.ts';
import type { Stored } from '../storage/streams.ts';
import type { Entry } from './entry.ts';
import { Feed, type FeedPorts } from './feed.ts';
import type { WatchCache } from './watch-cache.ts';

/** A subject of this server alone: tasks ask here, the bus never sees it. */
const LOCAL = 'local.cache';
interface Fresh extends Message {
  readonly type: 'cache.fresh';
  readonly feed: string;
  readonly revision: number;
}

export class Caches {
  readonly #feeds = new Map<string, Feed>();
  readonly #ports: FeedPorts;
  constructor(ports: FeedPorts) {
    this.#ports = ports;
  }
  feed(storage: Stored): Feed {
    const key = `${storage.group}/${storage.resource}`;
    let feed = this.#feeds.get(key);
    if (feed === undefined) {
      feed = new Feed(storage, this.#ports);
      this.#feeds.set(key, feed);
    }
    feed.start();
    return feed;
  }
  /** What the cache knows, if there is one: perhaps not the newest. Starts none. */
  peek(storage: Stored, key: string): Entry | undefined {
    const feed = this.#feeds.get(`${storage.group}/${storage.resource}`);
    return feed?.fresh ? feed.cache.get(key) : undefined;
  }
  /** Of each that is fresh, by `resource.group`. */
  *sizes(): Iterable<readonly [string, number]> {
    for (const [key, feed] of this.#feeds) {
      const [group = '', resource = ''] = key.split('/');
      if (feed.fresh) yield [group === '' ? resource : `${resource}.${group}`, feed.cache.size];
    }
  }
  /** How many there are; undefined: it is not known yet. */
  objects(group: string, resource: string): number | undefined {
    const feed = this.#feeds.get(`${group}/${resource}`);
    return feed?.fresh ? feed.cache.size : undefined;
  }
  watchers(group: string, resource: string, namespace: string): number {
    return this.#feeds.get(`${group}/${resource}`)?.cache.watchers.countOf(namespace) ?? 0;
  }
  relist(): void {
    for (const feed of this.#feeds.values()) feed.relist();
  }
  stop(): void {
    for (const feed of this.#feeds.values()) feed.stop();
  }

  /** The cache, once it contains every change of its stream up to `revision`. */
  *fresh(storage: Stored, revision: number, deadline: number): Task<Result<WatchCache>> {
    const feed = this.feed(storage);
    if (feed.fresh && feed.cache.has(revision)) return ok(feed.cache);
    const left = deadline - this.#ports.now();
    if (left <= 0) return fail('Timeout', 'the watch cache is behind');
    const message: Fresh = { type: 'cache.fresh', feed: `${storage.group}/${storage.resource}`, revision };
    const result = yield* ask<Message>(LOCAL, message, left);
    return result.ok ? ok(feed.cache) : result;
  }
  /** As fresh as a read of etcd at this moment. */
  *newest(storage: Stored, deadline: number): Task<Result<WatchCache>> {
    const feed = this.feed(storage);
    const revised = yield* this.#ports.store.revision(feed.stream, deadline);
    if (!revised.ok) return revised;
    const { revision, streamRevision } = revised.value;
    const cache = yield* this.fresh(storage, streamRevision, deadline);
    if (cache.ok) cache.value.advance(revision, streamRevision);
    return cache;
  }

  /** The bus of this server's tasks. */
  bus(outside: Pick<Bus, 'request'>): Pick<Bus, 'request'> {
    return {
      request: (subject, message, timeoutMs, done, meta): Stop => {
        if (subject !== LOCAL) return outside.request(subject, message, timeoutMs, done, meta);
        const { feed, revision } = message as Fresh;
        return this.#feeds
          .get(feed)!
          .when(revision, timeoutMs, (result) => done(result.ok ? ok({ type: 'cache.is-fresh' }) : result));
      },
    };
  }
}
