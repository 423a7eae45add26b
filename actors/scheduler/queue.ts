//! Pods that wait for a node: active (in the order of QueueSort), backing off, unschedulable until something changes
//! that may help, or gated by a PreEnqueue.
import { Heap } from '../../runtime/heap.ts';
import type { Queued } from './framework/plugin.ts';
import type { PodFacts } from './pod-facts.ts';

/** After this long an unschedulable pod is tried again, whatever happened. */
export const UNSCHEDULABLE_MAX_MS = 300_000;

export type Place = 'active' | 'backoff' | 'unschedulable' | 'gated' | 'cycle';
export interface Entry extends Queued {
  facts: PodFacts;
  place: Place;
  /** How often it was taken out. */
  attempts: number;
  /** When it came first: what latencies count from. */
  readonly added: number;
  since: number;
  /** When a back-off ends. */
  due: number;
  /** An error, not a lack of room: then even an idle scheduler waits for the end of its back-off. */
  failed: boolean;
  /** Who refused it. */
  plugins: ReadonlySet<string>;
  /** First come, first served among equals; a heap's item of an older ticket counts no more. */
  ticket: number;
  /** What had happened when it was taken out. */
  events: number;
}
/** As the entry was when it came: a heap's order must not change under it. */
interface Item extends Queued {
  readonly entry: Entry;
  readonly ticket: number;
  readonly at: number;
}
const live = ({ entry, ticket }: Item, place: Place): boolean => entry.ticket === ticket && entry.place === place;

export interface QueueOptions {
  readonly initialBackoffMs?: number;
  readonly maxBackoffMs?: number;
  readonly sort?: (a: Queued, b: Queued) => number;
  /** PreEnqueue: which plugin keeps the pod out; undefined: none. */
  readonly gate?: (pod: PodFacts) => string | undefined;
  /** For metrics: why it came into which place. */
  readonly came?: (place: Place, event: string) => void;
}
const byPriority = (a: Queued, b: Queued): number => b.facts.priority - a.facts.priority || a.since - b.since;

export class SchedulingQueue {
  readonly #options: QueueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #unschedulable = new Set<Entry>();
  /** The unschedulable and the gated ones by what refused them: an event asks only those that it may concern. */
  readonly #refused = new Map<string, Set<Entry>>();
  readonly #active: Heap<Item>;
  readonly #backoff = new Heap<Item>((a, b) => a.at < b.at || (a.at === b.at && a.ticket < b.ticket));
  readonly #counts: Record<Place, number> = { active: 0, backoff: 0, unschedulable: 0, gated: 0, cycle: 0 };
  #tickets = 0;
  #events = 0;

  constructor(options: QueueOptions = {}) {
    this.#options = options;
    const sort = options.sort ?? byPriority;
    this.#active = new Heap<Item>((a, b) => {
      const order = sort(a, b);
      return order < 0 || (order === 0 && a.ticket < b.ticket);
    });
  }

  get size(): number {
    return this.#entries.size;
  }
  count(place: Place): number {
    return this.#counts[place];
  }
  /** Items kept, also stale ones: bounded by a multiple of `size`. */
  get weight(): number {
    return this.#active.size + this.#backoff.size;
  }
  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }
  backoffMs(attempts: number): number {
    const { initialBackoffMs = 1_000, maxBackoffMs = 10_000 } = this.#options;
    return Math.min(initialBackoffMs * 2 ** Math.max(0, attempts - 1), maxBackoffMs);
  }

  /** A pod that is new here, or that has changed in a way that may help it. */
  add(facts: PodFacts, now: number, event = 'PodAdd'): void {
    const known = this.#entries.get(facts.key);
    if (known === undefined) {
      const entry = this.#enter(facts, now);
      return this.#release(entry, now, event);
    }
    known.facts = facts;
    this.#events++;
    if (known.place === 'unschedulable' || known.place === 'gated') this.#release(known, now, 'PodUpdate');
    // Its priority may be another.
    else if (known.place === 'active') this.#activate(known, known.since);
  }
  #enter(facts: PodFacts, now: number): Entry {
    const entry: Entry = {
      facts,
      place: 'cycle',
      attempts: 0,
      added: now,
      since: now,
      due: 0,
      failed: false,
      plugins: NONE,
      ticket: 0,
      events: 0,
    };
    this.#entries.set(facts.key, entry);
    this.#counts.cycle++;
    return entry;
  }
  /** The same pod, newer; nothing that would help it. */
  refresh(facts: PodFacts): void {
    const known = this.#entries.get(facts.key);
    if (known !== undefined) known.facts = facts;
  }
  remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#unpark(entry);
    this.#counts[entry.place]--;
    entry.ticket = -1;
  }
  /** The next pod to schedule. It stays known until it is placed (`remove`) or comes back. */
  pop(now: number): Entry | undefined {
    this.#advance(now);
    const item = this.#next(this.#active, 'active') ?? this.#early();
    if (item === undefined) return undefined;
    const { entry } = item;
    this.#move(entry, 'cycle');
    entry.attempts++;
    entry.events = this.#events;
    return entry;
  }
  /** While nothing else is to do, a back-off that no error began need not be waited for. */
  #early(): Item | undefined {
    const item = this.#peek(this.#backoff, 'backoff');
    if (item === undefined || item.entry.failed) return undefined;
    return this.#backoff.pop();
  }
  #next(heap: Heap<Item>, place: Place): Item | undefined {
    const item = this.#peek(heap, place);
    if (item !== undefined) heap.pop();
    return item;
  }
  #peek(heap: Heap<Item>, place: Place): Item | undefined {
    for (let item = heap.peek(); item !== undefined; item = heap.peek()) {
      if (live(item, place)) return item;
      heap.pop();
    }
    return undefined;
  }
  /** No node fits: until something changes that `plugins` care about. */
  park(entry: Entry, plugins: ReadonlySet<string>, now: number): void {
    if (this.#entries.get(entry.facts.key) !== entry) return;
    entry.since = now;
    entry.failed = false;
    entry.due = now + this.backoffMs(entry.attempts);
    // Something happened while it was out: it may have helped.
    if (entry.events !== this.#events) return this.#release(entry, now, 'ScheduleAttemptFailure');
    this.#park(entry, 'unschedulable', plugins);
    this.#options.came?.('unschedulable', 'ScheduleAttemptFailure');
  }
  /** A Permit refused it after all: as if it had fitted nowhere. */
  reject(entry: Entry, plugins: ReadonlySet<string>, now: number): void {
    entry.failed = false;
    entry.events = this.#events;
    this.park(entry, plugins, now);
  }
  #park(entry: Entry, place: 'unschedulable' | 'gated', plugins: ReadonlySet<string>): void {
    this.#move(entry, place);
    entry.plugins = plugins;
    if (place === 'unschedulable') this.#unschedulable.add(entry);
    for (const plugin of plugins) {
      let refused = this.#refused.get(plugin);
      if (refused === undefined) {
        refused = new Set();
        this.#refused.set(plugin, refused);
      }
      refused.add(entry);
    }
  }
  #unpark(entry: Entry): void {
    this.#unschedulable.delete(entry);
    for (const plugin of entry.plugins) {
      const refused = this.#refused.get(plugin);
      refused?.delete(entry);
      if (refused?.size === 0) this.#refused.delete(plugin);
    }
    entry.plugins = NONE;
  }
  /** It went wrong on the way (a binding that failed): again after its back-off. */
  retry(facts: PodFacts, attempts: number, now: number): void {
    let entry = this.#entries.get(facts.key);
    if (entry !== undefined && entry.place !== 'cycle') return;
    entry ??= this.#enter(facts, now);
    entry.facts = facts;
    entry.attempts = attempts;
    entry.failed = true;
    entry.since = now;
    entry.due = now + this.backoffMs(attempts);
    this.#backOff(entry);
    this.#options.came?.('backoff', 'ScheduleAttemptFailure');
  }
  /** Something changed: pods that one of the plugins refused may fit now, if it says so of them. */
  wake(event: string, now: number, mayHelp: (facts: PodFacts, plugin: string) => boolean): void {
    this.#events++;
    const helped = new Set<Entry>();
    for (const [plugin, entries] of this.#refused)
      for (const entry of entries) if (!helped.has(entry) && mayHelp(entry.facts, plugin)) helped.add(entry);
    for (const entry of helped) this.#release(entry, now, event);
  }
  /** Asks the gate again. */
  regate(key: string, now: number): void {
    const entry = this.#entries.get(key);
    if (entry?.place === 'gated') this.#release(entry, now, 'ForceActivate');
  }
  /** At once, whatever refused it. */
  activate(key: string, now: number): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.place === 'cycle' || entry.place === 'active') return;
    entry.due = now;
    this.#release(entry, now, 'ForceActivate');
  }
  ready(now: number): boolean {
    this.#advance(now);
    if (this.#peek(this.#active, 'active') !== undefined) return true;
    const item = this.#peek(this.#backoff, 'backoff');
    return item !== undefined && !item.entry.failed;
  }
  /** When to look again, if nothing happens before. */
  nextDue(): number | undefined {
    const item = this.#peek(this.#backoff, 'backoff');
    // Insertion order is order of time: the first has waited longest.
    const [oldest] = this.#unschedulable;
    const flush = oldest === undefined ? undefined : oldest.since + UNSCHEDULABLE_MAX_MS;
    if (item === undefined) return flush;
    return flush === undefined ? item.at : Math.min(item.at, flush);
  }
  /** By plugin: how many wait because of it. */
  reasons(): ReadonlyMap<string, number> {
    return new Map([...this.#refused].map(([plugin, entries]) => [plugin, entries.size]));
  }

  #advance(now: number): void {
    for (let item = this.#backoff.peek(); item !== undefined && item.at <= now; item = this.#backoff.peek()) {
      this.#backoff.pop();
      if (!live(item, 'backoff')) continue;
      this.#activate(item.entry, now);
      this.#options.came?.('active', 'BackoffComplete');
    }
    for (const entry of this.#unschedulable) {
      if (entry.since + UNSCHEDULABLE_MAX_MS > now) break;
      this.#release(entry, now, 'UnschedulableTimeout');
    }
  }
  #release(entry: Entry, now: number, event: string): void {
    this.#unpark(entry);
    const gate = this.#options.gate?.(entry.facts);
    if (gate !== undefined) {
      this.#park(entry, 'gated', new Set([gate]));
      this.#options.came?.('gated', event);
    } else if (entry.due > now) {
      this.#backOff(entry);
      this.#options.came?.('backoff', event);
    } else {
      this.#activate(entry, now);
      this.#options.came?.('active', event);
    }
  }
  #backOff(entry: Entry): void {
    this.#move(entry, 'backoff');
    this.#backoff.push(item(entry, entry.due));
  }
  #activate(entry: Entry, now: number): void {
    entry.since = now;
    this.#move(entry, 'active');
    this.#active.push(item(entry, now));
    // Who follows another scheduler takes nothing out: what is gone must not pile up.
    if (this.#active.size > STALE_MAX + 2 * this.#entries.size) this.#active.keep((item) => live(item, 'active'));
  }
  #move(entry: Entry, place: Place): void {
    this.#counts[entry.place]--;
    this.#counts[place]++;
    entry.place = place;
    entry.ticket = ++this.#tickets;
  }
}
const item = (entry: Entry, at: number): Item => ({
  entry,
  ticket: entry.ticket,
  facts: entry.facts,
  since: entry.since,
  at,
});
const STALE_MAX = 100;
const NONE: ReadonlySet<string> = new Set();
