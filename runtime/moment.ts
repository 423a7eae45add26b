//! Time that has passed, by a machine whose clock may be set and which may sleep.
import type { Clock } from './ports.ts';

/** By both of its clocks. */
export interface Moment {
  readonly wall: number;
  readonly steady: number;
}
export const momentOf = (clock: Clock): Moment => {
  const wall = clock.now();
  return { wall, steady: clock.monotonic?.() ?? wall };
};
/** As long ago as can be: for who has to have stopped by then. */
export const LONG_AGO: Moment = { wall: Number.NEGATIVE_INFINITY, steady: Number.NEGATIVE_INFINITY };

/** By the clock that says more: for who must stop in time. One that was set back, or slept, is overruled. */
export function atMost(clock: Clock, since: Moment): number {
  const { wall, steady } = momentOf(clock);
  return Math.max(wall - since.wall, steady - since.steady);
}
/** For who must wait for long enough: nobody sets this clock, and while it stands still the wait is only longer. */
export const atLeast = (clock: Clock, since: Moment): number => (clock.monotonic?.() ?? clock.now()) - since.steady;

/** The time of day as of the first call, and from there without steps: whatever the clock is set to. */
export function steadyNow(clock: Clock): () => number {
  if (clock.monotonic === undefined) return () => clock.now();
  const { wall, steady } = momentOf(clock);
  return () => wall + (clock.monotonic!() - steady);
}
