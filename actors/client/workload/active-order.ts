//! Which active pod to lose first (k8s.io/kubernetes pkg/controller ActivePods).
import { parseTime } from '../../api/time.ts';
import type { Pod } from '../../api/types/pod.ts';
import { isReady, readySince, restartsOf } from './pod-state.ts';

export const PHASES = ['Pending', 'Unknown', 'Running'];

/** Sorted by these values, smaller first, one after the other; of equals by uid, so that the order is total. */
export function ordered(pods: readonly Pod[], values: (pod: Pod) => readonly number[]): readonly Pod[] {
  return pods
    .map((pod) => ({ pod, values: values(pod) }))
    .sort((a, b) => {
      for (let i = 0; i < a.values.length; i++) {
        const difference = a.values[i]! - b.values[i]!;
        if (difference !== 0) return difference;
      }
      return a.pod.metadata.uid < b.pod.metadata.uid ? -1 : 1;
    })
    .map(({ pod }) => pod);
}
/** The cheapest to lose first: without a node, not yet running, not ready, ready or there for the shortest time. */
export const activeOrder = (pods: readonly Pod[]): readonly Pod[] =>
  ordered(pods, (pod) => [
    pod.spec.nodeName ? 1 : 0,
    PHASES.indexOf(pod.status.phase),
    isReady(pod) ? 1 : 0,
    -(readySince(pod) ?? 0),
    -restartsOf(pod),
    -(parseTime(pod.metadata.creationTimestamp) ?? 0),
  ]);
