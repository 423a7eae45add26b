//! Who is told what of the keys. A watch that has been told everything hears each revision as it becomes durable;
//! another one catches up from the history in pieces, and joins in the same step in which nothing is left. A plain
//! class: its timers are the caller's clock.
import { Fifo } from '../../runtime/fifo.ts';
import type { Clock } from '../../runtime/ports.ts';
import { Intervals } from './intervals.ts';
import { within } from './logic.ts';
import type { Mvcc } from './mvcc.ts';
import type { Watch, WatchEvent, WatchRequest, WatchSink } from './server.ts';
import type { Revision, Written } from './txn.ts';
import { WatchEvents } from './watch-events.ts';

/** Versions that one piece looks at, and bytes that it hands over, if one revision does not hold more. */
const PIECE_VERSIONS = 1_000;
const PIECE_BYTES = 1024 * 1024;
/** Versions looked at before others get their turn on this process. */
const STEP_VERSIONS = 10_000;
/** etcd's: how often a quiet watch is told how far it is (api/v3rpc/watch.go). */
const PROGRESS_MS = 600_000;
const WATCHERS_MAX = 200_000;

export interface WatchHubOptions {
  readonly mvcc: Mvcc;
  /** The newest durable revision: nothing beyond it is told. */
  readonly revision: number;
  readonly clock: Clock;
  readonly progressMs?: number;
  readonly watchersMax?: number;
}
type State = 'behind' | 'told' | 'paused' | 'over';
/** All watches of one range that have been told everything. */
interface Group {
  readonly watchers: Set<Watcher>;
  /** Of the revision that is being told. */
  written: Written[];
}
interface Watcher {
  readonly request: WatchRequest;
  readonly sink: WatchSink;
  state: State;
  queued: boolean;
  /** The first revision that it has not been told of; later than the next one: it waits for that one. */
  next: number;
  /** No event since the last progress. */
  quiet: boolean;
  asksProgress: boolean;
}

export class WatchHub {
  readonly #clock: Clock;
  readonly #progressMs: number;
  readonly #watchersMax: number;
  #mvcc: Mvcc;
  #revision: number;
  readonly #watchers = new Set<Watcher>();
  /** Who is behind, and perhaps no longer is. */
  readonly #queue = new Fifo<Watcher>();
  readonly #groups = new Intervals<Group>();
  #events = new WatchEvents();
  /** Whose sink is still to be told something outside of the call that made it so. */
  #over: (readonly [sink: WatchSink, reason: string])[] = [];
  #asking: Watcher[] = [];
  readonly #notified = new Set<Watcher>();
  #stepTimer: unknown;
  #progressTimer: unknown;

  constructor({ mvcc, revision, clock, progressMs = PROGRESS_MS, watchersMax = WATCHERS_MAX }: WatchHubOptions) {
    this.#mvcc = mvcc;
    this.#revision = revision;
    this.#clock = clock;
    this.#progressMs = progressMs;
    this.#watchersMax = watchersMax;
  }
  get size(): number {
    return this.#watchers.size;
  }
  get revision(): number {
    return this.#revision;
  }

  /** The sink is never called inside. */
  watch(asked: WatchRequest, sink: WatchSink): Watch {
    const request = asked.key === '' ? { ...asked, key: '\0' } : asked;
    const { key, end, startRevision = 0 } = request;
    const empty = end ? !within(key, key, end) : false;
    if (empty || this.#watchers.size >= this.#watchersMax) {
      this.#over.push([sink, empty ? 'mvcc: watcher range is empty' : 'etcdserver: too many watches']);
      this.#soon();
      return { resume: () => {}, requestProgress: () => {}, stop: () => this.#silence(sink) };
    }
    const watcher: Watcher = {
      request,
      sink,
      state: 'behind',
      queued: false,
      // As etcd's, a negative one is before all that is kept.
      next: startRevision === 0 ? this.#revision + 1 : Math.max(startRevision, 1),
      quiet: true,
      asksProgress: false,
    };
    this.#watchers.add(watcher);
    if (request.progressNotify) this.#notify(watcher);
    if (watcher.next > this.#revision) this.#join(watcher);
    else this.#fallBehind(watcher);
    return {
      resume: () => {
        if (watcher.state === 'paused') this.#fallBehind(watcher);
      },
      requestProgress: () => {
        if (watcher.asksProgress || watcher.state === 'over') return;
        watcher.asksProgress = true;
        this.#asking.push(watcher);
        this.#soon();
      },
      stop: () => this.#leave(watcher),
    };
  }

  /** What has become durable, in order. */
  tell({ revision, events }: Revision): void {
    this.#revision = revision;
    if (this.#groups.size === 0) return;
    const touched: Group[] = [];
    for (const written of events)
      this.#groups.at(written.version.key, (group) => {
        if (group.written.length === 0) touched.push(group);
        group.written.push(written);
      });
    for (const group of touched) {
      const variants = this.#events.variants(group.written);
      group.written = [];
      for (const watcher of group.watchers) {
        if (watcher.next > revision) continue;
        const told = variants(watcher.request);
        if (told.length > 0 && !this.#hand(watcher, revision, told)) watcher.next = revision + 1;
      }
    }
  }

  /** The store has started over, from a snapshot or the log: all go on from where they are. */
  restart(mvcc: Mvcc, revision: number): void {
    for (const watcher of this.#watchers) {
      if (watcher.state !== 'told') continue;
      this.#part(watcher);
      watcher.next = Math.max(watcher.next, this.#revision + 1);
      this.#fallBehind(watcher);
    }
    this.#mvcc = mvcc;
    this.#revision = revision;
    this.#events = new WatchEvents();
  }
  /** The member goes. */
  close(reason: string): void {
    for (const watcher of [...this.#watchers]) this.#cancel(watcher, 0, reason);
    for (const [sink, why] of this.#over) sink.canceled(0, why);
    this.#over = [];
    this.#clock.clearTimeout(this.#stepTimer);
    this.#clock.clearTimeout(this.#progressTimer);
  }

  /** False: it takes no more. */
  #hand(watcher: Watcher, revision: number, events: readonly WatchEvent[]): boolean {
    watcher.quiet = false;
    if (watcher.sink.events(revision, events)) return true;
    if (watcher.state === 'told') this.#part(watcher);
    if (watcher.state !== 'over') watcher.state = 'paused';
    return false;
  }

  #soon(): void {
    this.#stepTimer ??= this.#clock.setTimeout(() => {
      this.#stepTimer = undefined;
      this.#step();
    }, 0);
  }
  #step(): void {
    const over = this.#over;
    this.#over = [];
    for (const [sink, reason] of over) sink.canceled(0, reason);
    for (let left = STEP_VERSIONS; left > 0; ) {
      const watcher = this.#queue.shift();
      if (watcher === undefined) break;
      watcher.queued = false;
      if (watcher.state === 'behind') left -= this.#catchUp(watcher) + 1;
    }
    const asking = this.#asking;
    this.#asking = [];
    for (const watcher of asking) {
      if (watcher.state !== 'told') {
        if (watcher.state !== 'over') this.#asking.push(watcher);
        continue;
      }
      watcher.asksProgress = false;
      watcher.sink.progress(this.#revision);
    }
    if (this.#queue.length > 0) this.#soon();
  }
  /** One piece. How many versions it looked at. */
  #catchUp(watcher: Watcher): number {
    const { compacted, history } = this.#mvcc;
    const { request } = watcher;
    if (watcher.next < compacted) {
      this.#cancel(watcher, compacted, 'etcdserver: mvcc: required revision has been compacted');
      return 0;
    }
    const found: Written[] = [];
    const first = history.after(watcher.next - 1);
    let [i, bytes, last] = [first, 0, watcher.next - 1];
    for (; ; i++) {
      const version = history.at(i);
      if (version === undefined || version.mod > this.#revision) {
        last = Math.max(last, this.#revision);
        break;
      }
      // Revisions are never split.
      if (version.mod !== last && (i - first >= PIECE_VERSIONS || bytes >= PIECE_BYTES)) break;
      last = version.mod;
      if (!within(version.key, request.key, request.end || undefined)) continue;
      found.push({ version, before: version.before?.asOf(version.mod - 1) });
      bytes += version.weight;
    }
    const events = this.#events.variants(found)(request);
    watcher.next = last + 1;
    // Before its sink is called, which may ask for anything.
    if (last >= this.#revision) this.#join(watcher);
    else this.#fallBehind(watcher);
    if (events.length > 0) this.#hand(watcher, events.at(-1)!.kv.modRevision, events);
    return i - first;
  }

  #fallBehind(watcher: Watcher): void {
    watcher.state = 'behind';
    if (!watcher.queued) this.#queue.push(watcher);
    watcher.queued = true;
    this.#soon();
  }
  #join(watcher: Watcher): void {
    const { key, end } = watcher.request;
    let group = this.#groups.get(key, end);
    if (group === undefined) {
      group = { watchers: new Set(), written: [] };
      this.#groups.add(key, end, group);
    }
    group.watchers.add(watcher);
    watcher.state = 'told';
    if (watcher.asksProgress) this.#soon();
  }
  #part(watcher: Watcher): void {
    const { key, end } = watcher.request;
    const group = this.#groups.get(key, end);
    if (!group?.watchers.delete(watcher) || group.watchers.size > 0) return;
    this.#groups.delete(key, end);
  }
  #leave(watcher: Watcher): void {
    if (watcher.state === 'told') this.#part(watcher);
    watcher.state = 'over';
    this.#watchers.delete(watcher);
    this.#notified.delete(watcher);
  }
  #cancel(watcher: Watcher, compactRevision: number, reason: string): void {
    this.#leave(watcher);
    watcher.sink.canceled(compactRevision, reason);
  }
  #silence(sink: WatchSink): void {
    this.#over = this.#over.filter(([one]) => one !== sink);
  }

  #notify(watcher: Watcher): void {
    this.#notified.add(watcher);
    this.#progressTimer ??= this.#clock.setTimeout(() => {
      this.#progressTimer = undefined;
      for (const one of [...this.#notified]) {
        if (one.state === 'told' && one.quiet) one.sink.progress(this.#revision);
        one.quiet = true;
      }
      const [next] = this.#notified;
      if (next) this.#notify(next);
    }, this.#progressMs);
  }
}
