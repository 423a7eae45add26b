//! Why a pod is not scheduled, in the sentence that people know from `kubectl describe pod`.
import type { Refusal, Refusals } from './framework/plugin.ts';

export const NO_NODES = 'no nodes available to schedule pods';

/** `after`: what PostFilter plugins have to say. */
export function refusalMessage({ nodes, counts, outright }: Refusals, after: readonly string[]): string {
  const why = outright === undefined ? nobodyFits(nodes, counts) : `0/${nodes} nodes are available: ${outright}.`;
  return after.length === 0 ? why : `${why} ${after.join(', ')}`;
}
/** `0/5 nodes are available: 2 Insufficient cpu, 3 node(s) were unschedulable.`, in the order of the words. */
export function nobodyFits(nodes: number, counts: ReadonlyMap<Refusal, number>): string {
  const reasons = new Map<string, number>();
  for (const [refusal, count] of counts)
    for (const reason of refusal.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  if (reasons.size === 0) return `0/${nodes} nodes are available:`;
  const words = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort();
  return `0/${nodes} nodes are available: ${words.join(', ')}.`;
}
