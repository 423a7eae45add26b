import { parseTime } from '../../api/time.ts';
import type { Node } from '../../api/types/cluster.ts';
import type { Pod } from '../../api/types/pod.ts';

/** Terminated pods that may stay (--terminated-pod-gc-threshold). */
export const TERMINATED_MAX = 12_500;
/** So long a node must be gone before its pods are. */
export const QUARANTINE_MS = 40_000;
/** Terminated pods are counted so often at most. */
export const SWEEP_MS = 20_000;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

export const isTerminated = (pod: Pod): boolean => pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
export const isDeleting = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;
export const isOutOfService = (node: Node): boolean =>
  node.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE) === true &&
  node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') !== true;

/** Terminated pods beyond the threshold: those that failed by eviction first, then the oldest. */
export function surplus(terminated: readonly Pod[], max: number): readonly Pod[] {
  if (terminated.length <= max) return [];
  const rank = (pod: Pod): number => (pod.status.reason === 'Evicted' ? 0 : 1);
  const made = (pod: Pod): number => parseTime(pod.metadata.creationTimestamp) ?? 0;
  const name = (pod: Pod): string => `${pod.metadata.namespace}/${pod.metadata.name}`;
  return [...terminated]
    .sort((a, b) => rank(a) - rank(b) || made(a) - made(b) || (name(a) < name(b) ? -1 : 1))
    .slice(0, terminated.length - max);
}

/** Why a pod is to go now, in the words of its condition; undefined: it stays. `node`: as in the cache. */
export type Reason = 'orphaned' | 'out-of-service' | 'unscheduled';
export function reasonToGo(pod: Pod, node: Node | undefined, nodeIsGone: boolean): Reason | undefined {
  const { nodeName = '' } = pod.spec;
  if (nodeName === '') return isDeleting(pod) ? 'unscheduled' : undefined;
  if (nodeIsGone) return 'orphaned';
  return node !== undefined && isDeleting(pod) && isOutOfService(node) ? 'out-of-service' : undefined;
}
