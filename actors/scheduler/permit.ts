//! Pods that a Permit holds back: each until every plugin that held it lets it go, one rejects it, or its time is over.
import type { Clock, Stop } from '../../runtime/ports.ts';
import type { Placement, WaitingPods } from './framework/plugin.ts';

/** As long as a Permit may hold a pod. */
export const PERMIT_MAX_MS = 15 * 60_000;
export type PermitOutcome =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly plugin: string; readonly message: string };

interface Waiting {
  readonly placement: Placement;
  readonly pending: Map<string, Stop>;
  readonly done: (outcome: PermitOutcome) => void;
}

export class PermitRoom implements WaitingPods {
  readonly #clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
  readonly #waiting = new Map<string, Waiting>();
  constructor(clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>) {
    this.#clock = clock;
  }
  /** `holds`: plugins with how long they may. `done` is called once, never at once. */
  hold(placement: Placement, holds: ReadonlyMap<string, number>, done: (outcome: PermitOutcome) => void): void {
    const { key } = placement.pod;
    const pending = new Map<string, Stop>();
    this.#waiting.set(key, { placement, pending, done });
    for (const [plugin, ms] of holds) {
      const late = (): void => this.reject(key, plugin, `timeout in waiting on permit for pod`);
      const timer = this.#clock.setTimeout(late, Math.min(ms, PERMIT_MAX_MS));
      pending.set(plugin, () => this.#clock.clearTimeout(timer));
    }
  }
  keys(): Iterable<string> {
    return this.#waiting.keys();
  }
  get(key: string): Placement | undefined {
    return this.#waiting.get(key)?.placement;
  }
  allow(key: string, plugin: string): void {
    const waiting = this.#waiting.get(key);
    waiting?.pending.get(plugin)?.();
    if (!waiting?.pending.delete(plugin) || waiting.pending.size > 0) return;
    this.#end(key, { allowed: true });
  }
  reject(key: string, plugin: string, message: string): void {
    this.#end(key, { allowed: false, plugin, message });
  }
  #end(key: string, outcome: PermitOutcome): void {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return;
    this.#waiting.delete(key);
    for (const stop of waiting.pending.values()) stop();
    waiting.done(outcome);
  }
}
