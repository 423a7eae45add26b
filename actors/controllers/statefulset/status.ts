//! The status that follows from the pods.
import type { Pod } from '../../api/types/pod.ts';
import type { StatefulSet, StatefulSetStatus } from '../../api/types/workload.ts';
import { availableAt, isTerminating } from '../../client/workload/pod-state.ts';
import { isAvailable, isRunning, revisionOf } from './pods.ts';
import type { Revisions } from './protocol.ts';

export function statusOf(
  set: StatefulSet,
  revisions: Revisions,
  pods: readonly Pod[],
  collisions: number,
  now: number,
): StatefulSetStatus {
  const count = (is: (pod: Pod) => boolean): number => pods.filter(is).length;
  const of = (name: string) => count((pod) => !isTerminating(pod) && revisionOf(pod) === name);
  const { replicas: wanted, updateStrategy } = set.spec;
  const replicas = pods.length;
  const ready = count(isRunning);
  const updated = of(revisions.update.name);
  const done =
    updateStrategy.type === 'RollingUpdate' && [updated, ready, replicas].every((number) => number === wanted);
  const current = done ? updated : of(revisions.current.name);
  return {
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    replicas,
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    availableReplicas: count((pod) => isAvailable(set, pod, now)),
    ...(current === 0 ? {} : { currentReplicas: current }),
    ...(updated === 0 ? {} : { updatedReplicas: updated }),
    currentRevision: done ? revisions.update.name : revisions.current.name,
    updateRevision: revisions.update.name,
    collisionCount: collisions,
    ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }),
  };
}
/** When the next ready pod becomes available by mere passing of time. */
export function nextAvailableMs({ spec }: StatefulSet, pods: readonly Pod[], now: number): number | undefined {
  const times = pods.map((pod) => (availableAt(pod, spec.minReadySeconds ?? 0) ?? 0) - now).filter((ms) => ms > 0);
  return times.length === 0 ? undefined : Math.min(...times);
}
