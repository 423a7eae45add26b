//! CPU time of a simulated container: its rate, summed up over virtual time.
import type { Clock } from '../../../runtime/ports.ts';

/** One milli-CPU for one millisecond. */
const NANOS = 1_000;

export class CpuMeter {
  readonly #clock: Clock;
  #milli: number;
  #since: number;
  #nanos = 0;
  constructor(clock: Clock, milli: number) {
    this.#clock = clock;
    this.#milli = milli;
    this.#since = clock.now();
  }
  /** From now on. */
  set milli(milli: number) {
    this.#nanos = this.nanos;
    this.#since = this.#clock.now();
    this.#milli = milli;
  }
  get nanos(): number {
    return this.#nanos + Math.round((this.#clock.now() - this.#since) * this.#milli * NANOS);
  }
}
