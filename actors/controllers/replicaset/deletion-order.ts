//! Which pod to lose first when there are too many (k8s.io/kubernetes pkg/controller ActivePodsWithRanks).
import { parseTime } from '../../api/time.ts';
import type { Pod } from '../../api/types/pod.ts';
import { ordered, PHASES } from '../../client/workload/active-order.ts';
import { isReady, readySince, restartsOf } from '../../client/workload/pod-state.ts';

const COST_ANNOTATION = 'controller.kubernetes.io/pod-deletion-cost';

/** `neighbours`: how many pods of the same rollout share the node. Cheapest to lose first; the order is total. */
export const deletionOrder = (pods: readonly Pod[], neighbours: (pod: Pod) => number, now: number): readonly Pod[] =>
  ordered(pods, (pod) => values(pod, neighbours, now));
const values = (pod: Pod, neighbours: (pod: Pod) => number, now: number): readonly number[] => [
  pod.spec.nodeName ? 1 : 0,
  PHASES.indexOf(pod.status.phase),
  isReady(pod) ? 1 : 0,
  deletionCost(pod),
  -neighbours(pod),
  // Times count by their order of magnitude: among pods of about one age the choice is spread (LogarithmicScaleDown).
  magnitude(readySince(pod), now),
  -restartsOf(pod),
  magnitude(parseTime(pod.metadata.creationTimestamp), now),
];
const magnitude = (at: number | undefined, now: number): number =>
  at === undefined || now <= at ? -1 : Math.floor(Math.log2((now - at) * 1e6));
/** 0 for what is no 32 bit integer in plain decimal. */
export function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[COST_ANNOTATION];
  if (text === undefined || !/^(0|-?[1-9]\d*)$/.test(text)) return 0;
  const cost = Number(text);
  return cost >= -(2 ** 31) && cost < 2 ** 31 ? cost : 0;
}
