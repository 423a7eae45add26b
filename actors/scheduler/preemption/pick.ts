//! Which node is preempted: the one where the least is lost.
import { type Candidate, startOf } from './victims.ts';

const OFFSET = 2 ** 31;

/** Violated budgets, highest victim, sum of priorities, number of victims; then the latest start. Less is better. */
function costs({ violations, victims }: Candidate, now: number): readonly number[] {
  let sum = 0;
  let earliest = Number.POSITIVE_INFINITY;
  const highest = victims[0]!.priority;
  for (const victim of victims) {
    sum += victim.priority + OFFSET; // so that many unimportant ones cost more than few
    if (victim.priority === highest) earliest = Math.min(earliest, startOf(victim, now));
  }
  return [violations, highest, sum, victims.length, -earliest];
}

/** The first of equally good ones. */
export function pickCandidate(candidates: readonly Candidate[], now: number): Candidate | undefined {
  let best: Candidate | undefined;
  let least: readonly number[] = [];
  for (const candidate of candidates) {
    const cost = costs(candidate, now);
    if (best !== undefined && !(compare(cost, least) < 0)) continue;
    best = candidate;
    least = cost;
  }
  return best;
}
function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}
