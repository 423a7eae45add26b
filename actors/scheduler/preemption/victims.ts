//! Who must go from one node so that a more important pod fits: as few, as unimportant, as little protected as can be.
import { parseTime } from '../../api/time.ts';
import type { PodDisruptionBudget } from '../../api/types/workload.ts';
import { violating } from '../budget.ts';
import { never, type Refusal, type WhatIf } from '../framework/plugin.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodFacts } from '../pod-facts.ts';

export interface Candidate {
  readonly node: NodeInfo;
  /** The most important first. */
  readonly victims: readonly PodFacts[];
  /** Victims that a disruption budget would not let go. */
  readonly violations: number;
}
const NOBODY = never('No preemption victims found for incoming pod');

export function victimsOn(
  node: NodeInfo,
  pod: PodFacts,
  budgets: readonly PodDisruptionBudget[],
  fits: WhatIf,
  now: number,
): Candidate | Refusal {
  const lower = [...node.pods.values()].filter(({ priority }) => priority < pod.priority);
  if (lower.length === 0) return NOBODY;
  return fits.suppose(node, () => {
    for (const one of lower) fits.take(one, node);
    const refusal = fits.ask(node);
    if (refusal !== undefined) return refusal;
    const order = [...lower].sort((a, b) => moreImportant(a, b, now));
    const protectedOnes = violating(order, budgets);
    const victims: PodFacts[] = [];
    let violations = 0;
    /** Back it comes, if the pod still fits beside it. */
    const reprieve = (one: PodFacts): boolean => {
      fits.put(one, node);
      if (fits.ask(node) === undefined) return true;
      fits.take(one, node);
      victims.push(one);
      return false;
    };
    for (const one of order) if (protectedOnes.has(one) && !reprieve(one)) violations++;
    for (const one of order) if (!protectedOnes.has(one)) reprieve(one);
    victims.sort((a, b) => moreImportant(a, b, now));
    return { node, victims, violations };
  });
}

export const startOf = ({ pod }: PodFacts, now: number): number => parseTime(pod.status?.startTime) ?? now;
/** Negative: the first is more important, by priority, then by how long it runs. */
const moreImportant = (a: PodFacts, b: PodFacts, now: number): number =>
  b.priority - a.priority || startOf(a, now) - startOf(b, now);
