//! Why a pod is not scheduled, in the sentence that people know from `kubectl describe pod`.
import type { PodSpec } from '../api/types/pod.ts';
import type { Refusals } from './logic.ts';

export function refusalMessage({ nodes, reasons, resolvable }: Refusals, spec: PodSpec): string {
  if (nodes === 0) return 'no nodes available to schedule pods';
  return `0/${nodes} nodes are available: ${counted(reasons)} ${afterwards(nodes, resolvable, spec)}`;
}
/** `2 Insufficient cpu, 3 node(s) were unschedulable.`, in the order of the words. */
const counted = (reasons: ReadonlyMap<string, number>): string =>
  `${[...reasons]
    .map(([reason, nodes]) => `${nodes} ${reason}`)
    .sort()
    .join(', ')}.`;

/** What dynamic resources and preemption have to say once nothing fits. */
function afterwards(nodes: number, resolvable: number, spec: PodSpec): string {
  const claims = 'no new claims to deallocate';
  if (spec.preemptionPolicy === 'Never') return `${claims}, preemption: not eligible due to preemptionPolicy=Never.`;
  const reasons = new Map<string, number>();
  if (resolvable > 0) reasons.set('No preemption victims found for incoming pod', resolvable);
  if (nodes > resolvable) reasons.set('Preemption is not helpful for scheduling', nodes - resolvable);
  return `${claims}, preemption: 0/${nodes} nodes are available: ${counted(reasons)}`;
}
