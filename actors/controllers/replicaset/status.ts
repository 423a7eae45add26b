//! The status that follows from the pods.

import { equal } from '../../api/json.ts';
import { matches, selectorOfMap } from '../../api/selector.ts';
import { timestamp } from '../../api/time.ts';
import type { Condition } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { ReplicaStatus } from '../../api/types/workload.ts';
import { findCondition } from '../../client/conditions.ts';
import { availableAt, isReady } from '../../client/workload/pod-state.ts';
import type { Replicated } from './protocol.ts';

export interface Failure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly message: string;
}
export interface Observed {
  readonly active: readonly Pod[];
  readonly terminating: number;
  readonly failure: Failure | undefined;
}

export function statusOf(owner: Replicated, { active, terminating, failure }: Observed, now: number): ReplicaStatus {
  const template = selectorOfMap(owner.spec.template.metadata?.labels ?? {});
  const minReadySeconds = owner.spec.minReadySeconds ?? 0;
  let fullyLabeledReplicas = 0;
  let readyReplicas = 0;
  let availableReplicas = 0;
  for (const pod of active) {
    if (matches(template, pod.metadata.labels)) fullyLabeledReplicas++;
    if (isReady(pod)) readyReplicas++;
    if ((availableAt(pod, minReadySeconds) ?? Number.POSITIVE_INFINITY) <= now) availableReplicas++;
  }
  const conditions = conditionsOf(owner.status?.conditions ?? [], failure, now);
  return {
    replicas: active.length,
    fullyLabeledReplicas,
    readyReplicas,
    availableReplicas,
    terminatingReplicas: terminating,
    observedGeneration: owner.metadata.generation ?? 0,
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}
function conditionsOf(
  conditions: readonly Condition[],
  failure: Failure | undefined,
  now: number,
): readonly Condition[] {
  const known = findCondition(conditions, 'ReplicaFailure');
  const others = conditions.filter((condition) => condition !== known);
  if (failure === undefined) return others;
  if (known?.status === 'True' && known.reason === failure.reason) return conditions;
  return [...others, { type: 'ReplicaFailure', status: 'True', ...failure, lastTransitionTime: timestamp(now) }];
}

export const sameStatus = (a: ReplicaStatus | undefined, b: ReplicaStatus): boolean =>
  a !== undefined &&
  a.replicas === b.replicas &&
  (a.fullyLabeledReplicas ?? 0) === b.fullyLabeledReplicas &&
  (a.readyReplicas ?? 0) === b.readyReplicas &&
  (a.availableReplicas ?? 0) === b.availableReplicas &&
  (a.terminatingReplicas ?? 0) === (b.terminatingReplicas ?? 0) &&
  (a.observedGeneration ?? 0) === b.observedGeneration &&
  equal(a.conditions ?? [], b.conditions ?? []);

/** When the next ready pod becomes available by mere passing of time. */
export function nextAvailableMs(owner: Replicated, active: readonly Pod[], now: number): number | undefined {
  const minReadySeconds = owner.spec.minReadySeconds ?? 0;
  let next: number | undefined;
  for (const pod of active) {
    const at = availableAt(pod, minReadySeconds);
    if (at !== undefined && at > now && (next === undefined || at < next)) next = at;
  }
  return next === undefined ? undefined : next - now;
}
