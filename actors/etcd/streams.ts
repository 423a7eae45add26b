//! The last revision of every stream, and who must still be told that it is the last.
import { progressSubject } from '../../runtime/address.ts';
import { PROGRESS_MS, type Stream } from './protocol.ts';

interface Published {
  revision: number;
  readonly subject: string;
  changedAt: number;
  /** How many of PROGRESS_MS have passed. */
  told: number;
}
export interface StreamState {
  readonly stream: string;
  readonly subject: string;
  readonly revision: number;
}
export interface Progress extends StreamState {}

export class Streams {
  readonly #max: number;
  /** As far as txns have run, durable or not: what the next change follows. */
  readonly #last = new Map<string, number>();
  readonly #published = new Map<string, Published>();
  readonly #restless = new Set<string>();
  constructor(max: number) {
    this.#max = max;
  }

  /** The revision that a change of the stream follows; 0: not known. */
  advance(stream: string, revision: number): number {
    const before = this.#last.get(stream) ?? 0;
    if (before === 0 && this.#last.size >= this.#max) this.#last.delete(this.#last.keys().next().value!);
    this.#last.set(stream, revision);
    return before;
  }

  publish({ stream, subject }: Stream, revision: number, now: number): void {
    const known = this.#published.get(stream);
    if (known) {
      known.revision = revision;
      known.changedAt = now;
      known.told = 0;
    } else {
      if (this.#published.size >= this.#max) this.#forget(this.#published.keys().next().value!);
      this.#published.set(stream, { revision, subject: progressSubject(subject), changedAt: now, told: 0 });
    }
    this.#restless.add(stream);
  }
  #forget(stream: string): void {
    this.#published.delete(stream);
    this.#restless.delete(stream);
  }

  revision(stream: string): number {
    return this.#published.get(stream)?.revision ?? 0;
  }
  /** Somebody must still be told. */
  get restless(): boolean {
    return this.#restless.size > 0;
  }
  /** Streams that have been quiet long enough to say so now. */
  due(now: number): readonly Progress[] {
    const due: Progress[] = [];
    for (const stream of this.#restless) {
      const state = this.#published.get(stream)!;
      const wait = PROGRESS_MS[state.told];
      if (wait === undefined || now - state.changedAt < wait) continue;
      due.push({ stream, subject: state.subject, revision: state.revision });
      if (++state.told >= PROGRESS_MS.length) this.#restless.delete(stream);
    }
    return due;
  }

  all(): readonly StreamState[] {
    return [...this.#published].map(([stream, { subject, revision }]) => ({ stream, subject, revision }));
  }
  restore(states: readonly StreamState[], now: number): void {
    for (const { stream, subject, revision } of states) {
      this.#last.set(stream, revision);
      this.publish({ stream, subject }, revision, now);
    }
  }
}
