//! Supervision as data, as in OTP: what restarts with what, and how often is too often.
import type { ActorHandle, Ended } from './host.ts';

export interface ChildSpec {
  readonly id: string;
  /** A fresh actor. What it throws is the supervisor's own failure. */
  start(): ActorHandle;
  /** permanent: always; transient: unless it was done or stopped; temporary: never. */
  readonly restart: 'permanent' | 'transient' | 'temporary';
  /** How long an orderly stop may take before it is killed. */
  readonly shutdownMs: number;
}
/** With a child that died are restarted: only it; it and those started after it; all. */
export type Strategy = 'one_for_one' | 'rest_for_one' | 'one_for_all';

/** More restarts than `max` within `periodMs`: whatever is wrong, restarting does not help. */
export interface Intensity {
  readonly max: number;
  readonly periodMs: number;
}

export const wantsRestart = (restart: ChildSpec['restart'], how: Ended['how']): boolean =>
  restart === 'permanent' || (restart === 'transient' && (how === 'failed' || how === 'killed'));

/** Restarts that still count, with the new one; undefined: it would be one too many. */
export function noteRestart(
  before: readonly number[],
  at: number,
  intensity: Intensity,
): readonly number[] | undefined {
  const recent = before.filter((earlier) => earlier > at - intensity.periodMs);
  return recent.length >= intensity.max ? undefined : [...recent, at];
}

/** In order of start. */
export function affected(strategy: Strategy, ids: readonly string[], failed: string): readonly string[] {
  if (strategy === 'one_for_all') return ids;
  if (strategy === 'rest_for_one') return ids.slice(ids.indexOf(failed));
  return [failed];
}
