//! What a disruption budget allows, from its pods and from how many there should be (pkg/controller/disruption).
import { resolve } from '../../api/intstr.ts';
import { parseTime } from '../../api/time.ts';
import type { Condition } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { DisruptionStatus, PodDisruptionBudget } from '../../api/types/workload.ts';
import { setCondition } from '../../client/conditions.ts';
import { isReady, isTerminating } from '../../client/workload/pod-state.ts';

/** A pod that was let go and is not being deleted after this long counts again (DeletionTimeout). */
export const DELETION_MS = 120_000;
const ALLOWED = 'DisruptionAllowed';

/** Replicas of what owns the pods; `unmanaged`: names of pods that nobody owns. */
export interface Scale {
  readonly replicas: number;
  readonly unmanaged: readonly string[];
}
export interface Expectation {
  readonly expected: number;
  readonly desired: number;
}
/** Whether the owners must be asked: a number of pods that must be there needs none of them. */
export const needsScale = ({ spec }: PodDisruptionBudget): boolean =>
  spec.maxUnavailable !== undefined || typeof spec.minAvailable === 'string';

/** `scale`: undefined where `needsScale` says so. */
export function expectation({ spec }: PodDisruptionBudget, pods: number, scale: Scale | undefined): Expectation {
  const replicas = scale?.replicas ?? 0;
  if (spec.maxUnavailable !== undefined) {
    const unavailable = resolve(spec.maxUnavailable, replicas, 'up') ?? 0;
    return { expected: replicas, desired: Math.max(0, replicas - unavailable) };
  }
  if (typeof spec.minAvailable === 'number') return { expected: pods, desired: spec.minAvailable };
  if (spec.minAvailable === undefined) return { expected: 0, desired: 0 };
  return { expected: replicas, desired: resolve(spec.minAvailable, replicas, 'up') ?? 0 };
}

export interface Plan {
  /** Undefined: it says this already. */
  readonly status: DisruptionStatus | undefined;
  /** Names of pods that were let go long ago and are still there. */
  readonly overdue: readonly string[];
  /** Look again then, in ms. */
  readonly afterMs: number | undefined;
}
export function plan(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  { expected, desired }: Expectation,
  nowMs: number,
): Plan {
  const { leaving, overdue, afterMs } = leavingOf(budget, pods, nowMs);
  const healthy = pods.filter(
    (pod) => !isTerminating(pod) && leaving[pod.metadata.name] === undefined && isReady(pod),
  ).length;
  const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
  const condition: Condition =
    allowed > 0
      ? { type: ALLOWED, status: 'True', reason: 'SufficientPods', message: '' }
      : { type: ALLOWED, status: 'False', reason: 'InsufficientPods', message: '' };
  const status = {
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    ...(Object.keys(leaving).length > 0 ? { disruptedPods: leaving } : {}),
    ...generationAnd(budget, condition, nowMs),
  };
  return { status: isSaid(budget.status, status) ? undefined : status, overdue, afterMs };
}
/** What is said when it cannot be counted: nobody may go. */
export function failed(budget: PodDisruptionBudget, message: string, nowMs: number): DisruptionStatus | undefined {
  const condition: Condition = { type: ALLOWED, status: 'False', reason: 'SyncFailed', message };
  const { currentHealthy = 0, desiredHealthy = 0, expectedPods = 0, disruptedPods } = budget.status ?? {};
  const status = {
    disruptionsAllowed: 0,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    ...(disruptedPods === undefined ? {} : { disruptedPods }),
    ...generationAnd(budget, condition, nowMs),
  };
  return isSaid(budget.status, status) ? undefined : status;
}
const generationAnd = (
  { metadata, status }: PodDisruptionBudget,
  condition: Condition,
  nowMs: number,
): Pick<DisruptionStatus, 'observedGeneration' | 'conditions'> => {
  const observedGeneration = metadata.generation ?? 0;
  return {
    observedGeneration,
    conditions: setCondition(status?.conditions, { ...condition, observedGeneration }, nowMs),
  };
};
function isSaid(said: DisruptionStatus | undefined, now: DisruptionStatus): boolean {
  if (said === undefined || said.conditions !== now.conditions) return false;
  const names = (status: DisruptionStatus): string =>
    Object.keys(status.disruptedPods ?? {})
      .sort()
      .join();
  return (
    said.disruptionsAllowed === now.disruptionsAllowed &&
    said.currentHealthy === now.currentHealthy &&
    said.desiredHealthy === now.desiredHealthy &&
    said.expectedPods === now.expectedPods &&
    said.observedGeneration === now.observedGeneration &&
    names(said) === names(now)
  );
}

/** Who was let go and is neither being deleted, nor gone, nor overdue. */
function leavingOf(
  { status }: PodDisruptionBudget,
  pods: readonly Pod[],
  nowMs: number,
): { leaving: Record<string, string>; overdue: readonly string[]; afterMs: number | undefined } {
  const leaving: Record<string, string> = {};
  const overdue: string[] = [];
  let afterMs: number | undefined;
  for (const pod of pods) {
    const { name } = pod.metadata;
    const since = status?.disruptedPods?.[name];
    if (since === undefined || isTerminating(pod)) continue;
    const left = (parseTime(since) ?? 0) + DELETION_MS - nowMs;
    if (left < 0) overdue.push(name);
    else {
      leaving[name] = since;
      afterMs = Math.min(afterMs ?? left, left);
    }
  }
  return { leaving, overdue, afterMs: afterMs === undefined ? undefined : afterMs + 1 };
}

/** The mark of an eviction on a pod that nobody deleted then: after this long it is taken back. */
export function staleAfterMs(pod: Pod, nowMs: number): number | undefined {
  const mark = pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
  if (mark?.status !== 'True' || mark.reason !== 'EvictionByEvictionAPI' || isTerminating(pod)) return undefined;
  if (pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed') return undefined;
  return Math.max(0, (parseTime(mark.lastTransitionTime) ?? 0) + DELETION_MS - nowMs);
}
