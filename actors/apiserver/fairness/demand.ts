//! How many seats a level has wanted, over time (k8s.io/apiserver/pkg/util/flowcontrol/fairqueuing integrator).

export interface Wanted {
  readonly average: number;
  readonly deviation: number;
  readonly high: number;
}
export class Demand {
  #value = 0;
  #high = 0;
  #at: number;
  #sum = 0;
  #squares = 0;
  #since: number;
  constructor(nowMs: number) {
    this.#at = nowMs;
    this.#since = nowMs;
  }
  set(value: number, nowMs: number): void {
    this.#advance(nowMs);
    this.#value = value;
    this.#high = Math.max(this.#high, value);
  }
  /** Of the time since it was last asked. */
  take(nowMs: number): Wanted {
    this.#advance(nowMs);
    const time = nowMs - this.#since;
    const average = time > 0 ? this.#sum / time : this.#value;
    const variance = time > 0 ? Math.max(0, this.#squares / time - average * average) : 0;
    const wanted = { average, deviation: Math.sqrt(variance), high: this.#high };
    this.#since = nowMs;
    this.#sum = 0;
    this.#squares = 0;
    this.#high = this.#value;
    return wanted;
  }
  #advance(nowMs: number): void {
    const passed = Math.max(0, nowMs - this.#at);
    this.#at = Math.max(this.#at, nowMs);
    this.#sum += passed * this.#value;
    this.#squares += passed * this.#value * this.#value;
  }
}

/** Half of a demand is forgotten in five minutes of such periods. */
const SMOOTHING = 0.977;
export const smoothed = (before: number, { average, deviation }: Wanted): number => {
  const envelope = average + deviation;
  return Math.max(envelope, SMOOTHING * before + (1 - SMOOTHING) * envelope);
};
