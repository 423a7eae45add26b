//! A work queue as client-go's: a key is with one worker at a time; added again meanwhile, it comes once more.
import { Fifo } from './fifo.ts';
import type { Clock } from './ports.ts';

const RETRY_LEAST_MS = 5;
const RETRY_MOST_MS = 1_000_000;
const CAPACITY = 1_000_000;

export interface QueueOptions {
  readonly clock: Clock;
  /** Told when something can be got: once until `get` has found nothing. */
  readonly onReady: () => void;
  /** Keys waiting, delayed ones included. */
  readonly capacity?: number;
  readonly retryLeastMs?: number;
  readonly retryMostMs?: number;
  readonly observer?: QueueObserver;
}
/** Told as it happens; times in ms. */
export interface QueueObserver {
  added(): void;
  /** A worker has it, so long after it was added. */
  taken(waitedMs: number): void;
  ended(workedMs: number): void;
  /** It is to come again later. */
  retried(): void;
}

interface Delayed {
  readonly at: number;
  readonly timer: unknown;
}

export class WorkQueue {
  readonly #options: QueueOptions;
  /** Wants work, once each, since when; in order of arrival in `#order`. */
  readonly #ready = new Map<string, number>();
  readonly #order = new Fifo<string>();
  /** With a worker, since when. */
  readonly #processing = new Map<string, number>();
  /** Added while with a worker, when: ready when it is done. */
  readonly #again = new Map<string, number>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #failures = new Map<string, number>();
  #closed = false;
  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Keys that can be got now. */
  get length(): number {
    return this.#ready.size;
  }
  get processing(): number {
    return this.#processing.size;
  }
  /** How long each key is with its worker, in ms. */
  get working(): readonly number[] {
    const now = this.#options.clock.now();
    return [...this.#processing.values()].map((since) => Math.max(0, now - since));
  }
  get delayed(): number {
    return this.#delayed.size;
  }
  /** Nothing waits, nothing is worked on. */
  get idle(): boolean {
    return this.#ready.size + this.#processing.size + this.#delayed.size === 0;
  }

  /** False when it is full: the caller lists again later. */
  add(key: string): boolean {
    if (this.#closed) return false;
    if (this.#ready.has(key) || this.#again.has(key)) return true;
    const now = this.#options.clock.now();
    if (this.#processing.has(key)) {
      this.#again.set(key, now);
      this.#options.observer?.added();
      return true;
    }
    if (!this.#delayed.has(key) && this.#full()) return false;
    this.#options.observer?.added();
    this.#enter(key, now);
    return true;
  }
  #enter(key: string, at: number): void {
    this.#ready.set(key, at);
    this.#order.push(key);
    if (this.#ready.size === 1) this.#options.onReady();
  }

  /** Adds it when the time has come; of several times the soonest counts. */
  addAfter(key: string, ms: number): boolean {
    if (this.#closed) return false;
    if (ms <= 0) return this.add(key);
    const { clock, observer } = this.#options;
    observer?.retried();
    const at = clock.now() + ms;
    const before = this.#delayed.get(key);
    if (before !== undefined && before.at <= at) return true;
    if (before === undefined && this.#full()) return false;
    if (before !== undefined) clock.clearTimeout(before.timer);
    const timer = clock.setTimeout(() => {
      this.#delayed.delete(key);
      this.add(key);
    }, ms);
    this.#delayed.set(key, { at, timer });
    return true;
  }

  /** Again after 5 ms, doubled at each failure of this key, up to 1,000 s. The wait. */
  addRateLimited(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const least = this.#options.retryLeastMs ?? RETRY_LEAST_MS;
    const ms = Math.min(least * 2 ** failures, this.#options.retryMostMs ?? RETRY_MOST_MS);
    this.addAfter(key, ms);
    return ms;
  }
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }
  /** It went well: the next failure is the first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Undefined when nothing is ready. Whoever gets a key says `done` with it. */
  get(): string | undefined {
    const key = this.#order.shift();
    if (key === undefined) return undefined;
    const now = this.#options.clock.now();
    this.#options.observer?.taken(Math.max(0, now - (this.#ready.get(key) ?? now)));
    this.#ready.delete(key);
    this.#processing.set(key, now);
    return key;
  }
  done(key: string): void {
    const now = this.#options.clock.now();
    this.#options.observer?.ended(Math.max(0, now - (this.#processing.get(key) ?? now)));
    this.#processing.delete(key);
    const again = this.#again.get(key);
    if (again === undefined || this.#closed) return;
    this.#again.delete(key);
    this.#enter(key, again);
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#delayed.values()) this.#options.clock.clearTimeout(timer);
    this.#delayed.clear();
    this.#ready.clear();
    this.#order.clear();
    this.#again.clear();
    this.#failures.clear();
  }

  #full(): boolean {
    return this.#ready.size + this.#delayed.size >= (this.#options.capacity ?? CAPACITY);
  }
}
