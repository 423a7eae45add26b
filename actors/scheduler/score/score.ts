//! A score says how well a node suits a pod: 0 to 100 after normalizing, times its weight.
import type { NodeInfo } from '../node-info.ts';
import type { NodeTable } from '../node-table.ts';
import type { PodFacts } from '../pod-facts.ts';

export const SCORE_MAX = 100;
export interface Score {
  readonly name: string;
  readonly weight: number;
  /** Undefined: it would say the same of every node, and nothing is asked. */
  prepare(pod: PodFacts, nodes: readonly NodeInfo[], table: NodeTable): ((node: NodeInfo) => number) | undefined;
  /** In place; absent: scores are 0 to 100 as they are. */
  readonly normalize?: (scores: number[]) => void;
}

/** The largest becomes 100, the others in proportion; reversed: the largest becomes 0. */
export function proportional(scores: number[], reverse = false): void {
  let most = 0;
  for (const score of scores) if (score > most) most = score;
  for (let i = 0; i < scores.length; i++) {
    const scaled = most === 0 ? 0 : Math.trunc((SCORE_MAX * scores[i]!) / most);
    scores[i] = reverse ? SCORE_MAX - scaled : scaled;
  }
}
