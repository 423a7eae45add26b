//! How a rollout stands: counts, availability, progress.
import { semanticEqual } from '../../api/json.ts';
import { parseTime } from '../../api/time.ts';
import type { Deployment, DeploymentStatus } from '../../api/types/workload.ts';
import { findCondition } from '../../client/conditions.ts';
import * as condition from './conditions.ts';
import { limitsOf, progressDeadlineMs } from './limits.ts';
import { actual, available, type PlannedSet, ready, terminating, total } from './sets.ts';

/** `conditions`: those that the plan starts from, which may be newer than the stored ones. */
export function statusOf(
  deployment: Deployment,
  newSet: PlannedSet | undefined,
  sets: readonly PlannedSet[],
  conditions: condition.Conditions,
  now: number,
): DeploymentStatus {
  const { replicas } = deployment.spec;
  const availableReplicas = available(sets);
  const enough = availableReplicas >= replicas - limitsOf(deployment).maxUnavailable;
  return {
    observedGeneration: deployment.metadata.generation ?? 0,
    replicas: actual(sets),
    updatedReplicas: newSet === undefined ? 0 : actual([newSet]),
    readyReplicas: ready(sets),
    availableReplicas,
    unavailableReplicas: Math.max(0, total(sets) - availableReplicas),
    terminatingReplicas: terminating(sets),
    ...(deployment.status?.collisionCount === undefined ? {} : { collisionCount: deployment.status.collisionCount }),
    conditions: condition.withCondition(conditions, condition.availability(enough), now),
  };
}

/** Adds what is to be said about progress, and about sets that cannot make pods. */
export function withProgress(
  deployment: Deployment,
  status: DeploymentStatus,
  newSet: PlannedSet | undefined,
  sets: readonly PlannedSet[],
  now: number,
): DeploymentStatus {
  let conditions = status.conditions ?? [];
  const current = findCondition(conditions, condition.PROGRESSING);
  const what =
    newSet === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newSet.set.metadata.name}"`;
  if (progressDeadlineMs(deployment) === undefined) conditions = condition.without(conditions, condition.PROGRESSING);
  else if (!(status.replicas === status.updatedReplicas && current?.reason === condition.COMPLETE)) {
    if (isComplete(deployment, status)) conditions = condition.withCondition(conditions, condition.complete(what), now);
    else if (hasProgressed(deployment.status ?? {}, status))
      conditions = condition.renewed(conditions, condition.updated(what), now);
    else if (hasTimedOut(deployment, conditions, now))
      conditions = condition.withCondition(conditions, condition.timedOut(what), now);
  }
  const failures = [newSet, ...sets].map((set) =>
    findCondition(set?.set.status?.conditions, condition.REPLICA_FAILURE),
  );
  const failure = failures.find((found) => found !== undefined);
  conditions =
    failure === undefined
      ? condition.without(conditions, condition.REPLICA_FAILURE)
      : condition.withCondition(
          conditions,
          { ...failure, reason: failure.reason ?? '', message: failure.message ?? '' },
          now,
        );
  return { ...status, conditions };
}

export const isComplete = ({ spec, metadata }: Deployment, status: DeploymentStatus): boolean =>
  status.updatedReplicas === spec.replicas &&
  status.replicas === spec.replicas &&
  status.availableReplicas === spec.replicas &&
  (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);

function hasProgressed(before: DeploymentStatus, now: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}
function hasTimedOut(deployment: Deployment, conditions: condition.Conditions, now: number): boolean {
  const left = deadlineIn(deployment, conditions, now);
  return findCondition(conditions, condition.PROGRESSING)?.reason === condition.TIMED_OUT || (left ?? 0) < 0;
}
/** Milliseconds until the progress deadline; negative once it is over, undefined when none runs. */
export function deadlineIn(deployment: Deployment, conditions: condition.Conditions, now: number): number | undefined {
  const deadline = progressDeadlineMs(deployment);
  const current = findCondition(conditions, condition.PROGRESSING);
  const since = parseTime(current?.lastUpdateTime);
  if (deadline === undefined || since === undefined) return undefined;
  if (current?.reason === condition.COMPLETE || current?.reason === condition.TIMED_OUT) return undefined;
  return since + deadline - now;
}

export const sameStatus = (a: DeploymentStatus | undefined, b: DeploymentStatus): boolean => semanticEqual(a ?? {}, b);
