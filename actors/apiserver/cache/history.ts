//! The last changes of a resource, oldest first: what serves a watch from a resourceVersion.
import type { Entry } from './entry.ts';

export interface Event {
  /** Of a delete: the last state, at the revision of the delete. */
  readonly entry: Entry;
  readonly deleted: boolean;
  readonly before: Entry | undefined;
  readonly at: number;
  /** What it was, at the revision of this event: told to whom it has ceased to match. */
  ceased?: Entry;
}
export interface HistoryLimits {
  readonly events: number;
  readonly characters: number;
  /** Younger ones stay, as far as the other two allow. */
  readonly ageMs: number;
}
export const HISTORY: HistoryLimits = { events: 20_000, characters: 64 * 1024 * 1024, ageMs: 300_000 };

export class History {
  readonly #limits: HistoryLimits;
  #events: Event[] = [];
  #head = 0;
  #characters = 0;
  /** Changes after this revision are here. */
  floor: number;
  constructor(floor: number, limits: HistoryLimits = HISTORY) {
    this.floor = floor;
    this.#limits = limits;
  }
  get size(): number {
    return this.#events.length - this.#head;
  }
  add(event: Event): void {
    this.#events.push(event);
    this.#characters += event.entry.text.length;
    const { events, characters, ageMs } = this.#limits;
    for (;;) {
      const oldest = this.#events[this.#head];
      if (oldest === undefined) return;
      const young = oldest.at >= event.at - ageMs;
      if (young && this.size <= events && this.#characters <= characters) return;
      this.#characters -= oldest.entry.text.length;
      this.floor = oldest.entry.revision;
      this.#head++;
      if (this.#head > 1_024 && this.#head * 2 > this.#events.length) {
        this.#events = this.#events.slice(this.#head);
        this.#head = 0;
      }
    }
  }
  /** Undefined: some of them are gone. */
  since(revision: number): readonly Event[] | undefined {
    if (revision < this.floor) return undefined;
    let low = this.#head;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle]!.entry.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#events.slice(low);
  }
}
