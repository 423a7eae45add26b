//! Linearizable reads that must be confirmed: those that wait share one confirmation, begun after each of them came.
import type { fail } from '../../runtime/fault.ts';
import { TOO_MANY } from './writer.ts';

type Refusal = ReturnType<typeof fail>;
/** Undefined: now. `again`: who leads has changed, ask anew. */
export type Verdict = Refusal | 'again' | undefined;
export type Confirmed = (verdict: Verdict) => void;

export class Reads {
  readonly #max: number;
  #next: Confirmed[] = [];
  #waiting: Confirmed[] = [];
  #round = 0;
  #under = false;
  constructor(max: number) {
    this.#max = max;
  }

  confirm(by: (done: (verdict: Verdict) => void) => void, done: Confirmed): void {
    if (this.#next.length + this.#waiting.length >= this.#max) return done(TOO_MANY);
    this.#next.push(done);
    if (!this.#under) this.#begin(by);
  }
  /** Who leads has changed: nobody waits for the old one. */
  reset(): void {
    this.#round++;
    this.#under = false;
    const waiting = [...this.#waiting, ...this.#next];
    this.#waiting = [];
    this.#next = [];
    for (const done of waiting) done('again');
  }

  #begin(by: (done: (verdict: Verdict) => void) => void): void {
    this.#under = true;
    this.#waiting = this.#next;
    this.#next = [];
    const round = ++this.#round;
    by((verdict) => {
      if (round !== this.#round) return;
      const waiting = this.#waiting;
      this.#waiting = [];
      this.#under = false;
      if (this.#next.length > 0) this.#begin(by);
      for (const done of waiting) done(verdict);
    });
  }
}

/** Who waits until this member has read the log as far as the leader had. */
export class Applied {
  #waiting: { readonly sequence: number; readonly done: () => void }[] = [];
  wait(sequence: number, done: () => void): void {
    this.#waiting.push({ sequence, done });
  }
  reached(sequence: number): void {
    if (this.#waiting.length === 0) return;
    const ready = this.#waiting.filter((one) => one.sequence <= sequence);
    this.#waiting = this.#waiting.filter((one) => one.sequence > sequence);
    for (const { done } of ready) done();
  }
  clear(): void {
    this.#waiting = [];
  }
}
