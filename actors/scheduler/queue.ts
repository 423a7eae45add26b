//! Pods that wait for a node: active (by priority, then age), backing off, or unschedulable until something changes.
import { Heap } from '../../runtime/heap.ts';
import type { PodFacts } from './pod-facts.ts';

export const BACKOFF_INITIAL_MS = 1_000;
export const BACKOFF_MAX_MS = 10_000;
/** After this long an unschedulable pod is tried again, whatever happened. */
export const UNSCHEDULABLE_MAX_MS = 300_000;

export const backoffMs = (attempts: number): number =>
  Math.min(BACKOFF_INITIAL_MS * 2 ** Math.max(0, attempts - 1), BACKOFF_MAX_MS);

type Place = 'active' | 'backoff' | 'unschedulable' | 'cycle';
export interface Entry {
  facts: PodFacts;
  place: Place;
  attempts: number;
  /** When it came into the place that it is in. */
  since: number;
  /** When a back-off ends. */
  due: number;
  filters: ReadonlySet<string>;
  /** First come, first served among equals; a heap's item of an older ticket counts no more. */
  ticket: number;
}
interface Item {
  readonly entry: Entry;
  readonly ticket: number;
  readonly priority: number;
  readonly at: number;
}
const live = ({ entry, ticket }: Item, place: Place): boolean => entry.ticket === ticket && entry.place === place;

export class SchedulingQueue {
  readonly #entries = new Map<string, Entry>();
  readonly #unschedulable = new Set<Entry>();
  /** The unschedulable ones by what refused them: a change asks only those that it may concern. */
  readonly #refused = new Map<string, Set<Entry>>();
  readonly #active = new Heap<Item>(
    (a, b) =>
      a.priority > b.priority || (a.priority === b.priority && (a.at < b.at || (a.at === b.at && a.ticket < b.ticket))),
  );
  readonly #backoff = new Heap<Item>((a, b) => a.at < b.at || (a.at === b.at && a.ticket < b.ticket));
  #tickets = 0;

  get size(): number {
    return this.#entries.size;
  }
  /** Items kept, also stale ones: bounded by a multiple of `size`. */
  get weight(): number {
    return this.#active.size + this.#backoff.size;
  }
  /** A pod that is new here, or that has changed in a way that may help it. */
  add(facts: PodFacts, now: number): void {
    const known = this.#entries.get(facts.key);
    if (known === undefined) {
      const entry: Entry = { facts, place: 'active', attempts: 0, since: now, due: 0, filters: NONE, ticket: 0 };
      this.#entries.set(facts.key, entry);
      return this.#activate(entry, now);
    }
    const before = known.facts.priority;
    known.facts = facts;
    if (known.place === 'unschedulable') this.#release(known, now);
    else if (known.place === 'active' && before !== facts.priority) this.#activate(known, known.since);
  }
  /** The same pod, newer; nothing that would help it. */
  refresh(facts: PodFacts): void {
    const known = this.#entries.get(facts.key);
    if (known !== undefined) known.facts = facts;
  }
  get(key: string): PodFacts | undefined {
    return this.#entries.get(key)?.facts;
  }
  remove(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#unpark(entry);
    entry.ticket = -1;
  }
  /** The next pod to schedule. It stays known until it is placed (`remove`) or comes back. */
  pop(now: number): Entry | undefined {
    this.#advance(now);
    for (let item = this.#active.pop(); item !== undefined; item = this.#active.pop()) {
      if (!live(item, 'active')) continue;
      item.entry.place = 'cycle';
      item.entry.attempts++;
      return item.entry;
    }
    return undefined;
  }
  /** No node fits: until something changes that `filters` care about. */
  park(entry: Entry, filters: ReadonlySet<string>, now: number): void {
    if (this.#entries.get(entry.facts.key) !== entry) return;
    entry.place = 'unschedulable';
    entry.filters = filters;
    entry.since = now;
    entry.due = now + backoffMs(entry.attempts);
    entry.ticket = ++this.#tickets;
    this.#unschedulable.add(entry);
    for (const filter of filters) {
      let refused = this.#refused.get(filter);
      if (refused === undefined) {
        refused = new Set();
        this.#refused.set(filter, refused);
      }
      refused.add(entry);
    }
  }
  #unpark(entry: Entry): void {
    if (!this.#unschedulable.delete(entry)) return;
    for (const filter of entry.filters) this.#refused.get(filter)?.delete(entry);
  }
  /** It went wrong on the way (a binding that failed): again after its back-off. */
  retry(facts: PodFacts, attempts: number, now: number): void {
    if (this.#entries.has(facts.key)) return;
    const entry: Entry = { facts, place: 'backoff', attempts, since: now, due: 0, filters: NONE, ticket: 0 };
    entry.due = now + backoffMs(attempts);
    this.#entries.set(facts.key, entry);
    this.#backOff(entry, now);
  }
  /** Something changed: pods that one of these filters refused may fit now, if `mayHelp` says so. */
  wake(filters: readonly string[] | 'all', now: number, mayHelp: (facts: PodFacts) => boolean = () => true): void {
    const sets =
      filters === 'all' ? [this.#unschedulable] : filters.map((filter) => this.#refused.get(filter) ?? NOBODY);
    for (const set of sets) for (const entry of set) if (mayHelp(entry.facts)) this.#release(entry, now);
  }
  ready(now: number): boolean {
    this.#advance(now);
    for (let item = this.#active.peek(); item !== undefined; item = this.#active.peek()) {
      if (live(item, 'active')) return true;
      this.#active.pop();
    }
    return false;
  }
  /** When to look again, if nothing happens before. */
  nextDue(): number | undefined {
    let item = this.#backoff.peek();
    while (item !== undefined && !live(item, 'backoff')) {
      this.#backoff.pop();
      item = this.#backoff.peek();
    }
    // Insertion order is order of time: the first has waited longest.
    const [oldest] = this.#unschedulable;
    const flush = oldest === undefined ? undefined : oldest.since + UNSCHEDULABLE_MAX_MS;
    if (item === undefined) return flush;
    return flush === undefined ? item.at : Math.min(item.at, flush);
  }

  #advance(now: number): void {
    for (let item = this.#backoff.peek(); item !== undefined && item.at <= now; item = this.#backoff.peek()) {
      this.#backoff.pop();
      if (live(item, 'backoff')) this.#activate(item.entry, now);
    }
    for (const entry of this.#unschedulable) {
      if (entry.since + UNSCHEDULABLE_MAX_MS > now) break;
      this.#release(entry, now);
    }
  }
  #release(entry: Entry, now: number): void {
    this.#unpark(entry);
    if (entry.due > now) this.#backOff(entry, now);
    else this.#activate(entry, now);
  }
  #backOff(entry: Entry, now: number): void {
    this.#enter(entry, 'backoff', now);
    this.#backoff.push({ entry, ticket: entry.ticket, priority: 0, at: entry.due });
  }
  #activate(entry: Entry, now: number): void {
    this.#enter(entry, 'active', now);
    this.#active.push({ entry, ticket: entry.ticket, priority: entry.facts.priority, at: now });
    // Who follows another scheduler takes nothing out: what is gone must not pile up.
    if (this.#active.size > STALE_MAX + 2 * this.#entries.size) this.#active.keep((item) => live(item, 'active'));
  }
  #enter(entry: Entry, place: Place, now: number): void {
    entry.place = place;
    entry.since = now;
    entry.ticket = ++this.#tickets;
  }
}
const STALE_MAX = 100;
const NONE: ReadonlySet<string> = new Set();
const NOBODY: ReadonlySet<Entry> = new Set();
