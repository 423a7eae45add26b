//! Scores made to be between 0 and 100.
import { SCORE_MAX } from './plugin.ts';

/** The largest becomes 100, the others in proportion; reversed: the largest becomes 0. */
export function proportional(scores: number[], reverse = false): void {
  let most = 0;
  for (const score of scores) if (score > most) most = score;
  for (let i = 0; i < scores.length; i++) {
    const scaled = most === 0 ? 0 : Math.trunc((SCORE_MAX * scores[i]!) / most);
    scores[i] = reverse ? SCORE_MAX - scaled : scaled;
  }
}
/** A point of a function that is straight between its points. */
export interface ShapePoint {
  readonly utilization: number;
  readonly score: number;
}
/** Whole numbers, cut towards zero as Go's division does. */
export function brokenLinear(shape: readonly ShapePoint[], at: number): number {
  for (let i = 0; i < shape.length; i++) {
    const { utilization, score } = shape[i]!;
    if (at > utilization) continue;
    const before = shape[i - 1];
    if (before === undefined) return score;
    const rise = (score - before.score) * (at - before.utilization);
    return before.score + Math.trunc(rise / (utilization - before.utilization));
  }
  return shape.at(-1)?.score ?? 0;
}
