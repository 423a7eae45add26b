//! One step of a rollout: given a Deployment and its ReplicaSets, what to make, resize and delete, and how it stands.

import { equal } from '../../api/json.ts';
import type { Draft } from '../../api/types/meta.ts';
import type { Deployment, ReplicaSet } from '../../api/types/workload.ts';
import { findCondition } from '../../client/conditions.ts';
import { controllerRef } from '../../client/owners.ts';
import { hashOf } from '../../client/workload/hash.ts';
import { newestAnnotations, REVISION, revisionOf } from './annotations.ts';
import * as condition from './conditions.ts';
import { historyLimit, isRolling, type Limits, limitsOf, progressDeadlineMs } from './limits.ts';
import type { Decision, Plan } from './protocol.ts';
import { TEMPLATE_HASH } from './protocol.ts';
import { newSize, roll } from './rolling.ts';
import { resize, wasResized } from './scaling.ts';
import { actual, byRevision, findNew, note, type PlannedSet, planned, scale, total } from './sets.ts';
import { deadlineIn, isComplete, statusOf, withProgress } from './status.ts';

/** `oldPodsRun`: whether pods of old sets, or of sets that are gone, have not finished yet (asked by Recreate only). */
export function plan(
  deployment: Deployment,
  replicaSets: readonly ReplicaSet[],
  oldPodsRun: boolean,
  now: number,
): Plan {
  const { spec, metadata } = deployment;
  const limits = limitsOf(deployment);
  const current = findNew(deployment, replicaSets);
  const old = replicaSets.filter((set) => set !== current).map((set) => planned(set, false));
  let newSet = current && planned(current, true);
  let conditions = pausedConditions(deployment, now);
  const revision = highest(old.map(({ set }) => revisionOf(set))) + 1n;
  const sets = (): readonly PlannedSet[] => (newSet === undefined ? old : [...old, newSet]);

  if (metadata.deletionTimestamp !== undefined)
    return { ...NOTHING, status: statusOf(deployment, newSet, sets(), conditions, now) };

  if (newSet !== undefined) {
    newSet.annotations = newestAnnotations(deployment, newSet.annotations, revision);
    newSet.minReadySeconds = spec.minReadySeconds ?? 0;
    if (hasDeadline(deployment) && findCondition(conditions, condition.PROGRESSING) === undefined)
      conditions = condition.withCondition(conditions, condition.found(newSet.set.metadata.name), now);
  }
  const make = (): PlannedSet => {
    const made = draftNew(deployment, old, revision, limits);
    if (hasDeadline(deployment))
      conditions = condition.withCondition(conditions, condition.created(made.set.metadata.name), now);
    return made;
  };

  const rolls = spec.paused !== true && !wasResized(deployment, sets());
  if (!rolls) resize(deployment, newSet, old, limits);
  else if (isRolling(deployment)) {
    newSet ??= make();
    roll(deployment, newSet, old, limits);
  } else if (total(old) > 0) for (const set of old) scale(set, 0, deployment, limits);
  else if (actual(old) === 0 && !oldPodsRun) {
    newSet ??= make();
    scale(newSet, spec.replicas, deployment, limits);
  }

  const plain = statusOf(deployment, newSet, sets(), conditions, now);
  const status = rolls ? withProgress(deployment, plain, newSet, sets(), now) : plain;
  const tidy = spec.paused === true || (rolls && isComplete(deployment, status));
  const left = rolls ? deadlineIn(deployment, status.conditions ?? [], now) : undefined;
  return {
    decisions: [...decisions(sets()), ...(tidy ? cleanup(deployment, old) : [])],
    revision: changedRevision(deployment, newSet),
    status,
    // A second later than the deadline, so that it is over by then.
    afterMs: left === undefined ? undefined : Math.max(0, left) + 1_000,
  };
}
const NOTHING = { decisions: [], revision: undefined, afterMs: undefined } as const;
const hasDeadline = (deployment: Deployment): boolean => progressDeadlineMs(deployment) !== undefined;

/** While it is paused no deadline runs: the condition says so, and says when that is over. */
function pausedConditions(deployment: Deployment, now: number): condition.Conditions {
  const conditions = deployment.status?.conditions ?? [];
  const current = findCondition(conditions, condition.PROGRESSING);
  if (!hasDeadline(deployment) || current?.reason === condition.TIMED_OUT) return conditions;
  const wasPaused = current?.reason === condition.PAUSED;
  if (deployment.spec.paused === true && !wasPaused) return condition.withCondition(conditions, condition.paused, now);
  if (deployment.spec.paused !== true && wasPaused) return condition.withCondition(conditions, condition.resumed, now);
  return conditions;
}

const highest = (revisions: readonly bigint[]): bigint =>
  revisions.reduce((most, one) => (one - most > 0n ? one : most), 0n);

function draftNew(deployment: Deployment, old: readonly PlannedSet[], revision: bigint, limits: Limits): PlannedSet {
  const { metadata, spec } = deployment;
  const hash = hashOf(spec.template, deployment.status?.collisionCount ?? 0);
  const labels = { ...spec.template.metadata?.labels, [TEMPLATE_HASH]: hash };
  const set: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      namespace: metadata.namespace ?? '',
      labels,
      ownerReferences: [controllerRef(deployment)],
      uid: '',
      resourceVersion: '',
      creationTimestamp: '',
    },
    spec: {
      replicas: newSize(deployment, old, 0, limits),
      minReadySeconds: spec.minReadySeconds ?? 0,
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [TEMPLATE_HASH]: hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
    status: { replicas: 0 },
  };
  const made = planned(set, true, false);
  made.annotations = newestAnnotations(deployment, {}, revision);
  note(made, deployment, limits);
  return made;
}

function decisions(sets: readonly PlannedSet[]): readonly Decision[] {
  return sets.flatMap((planned): readonly Decision[] => {
    const { set, replicas, annotations, minReadySeconds } = planned;
    const { name, namespace, labels, ownerReferences } = set.metadata;
    if (!planned.exists) {
      const metadata = { name, namespace: namespace!, labels: labels!, ownerReferences: ownerReferences!, annotations };
      const draft: Draft<ReplicaSet> = { metadata, spec: { ...set.spec, replicas } };
      return [{ type: 'set.create', set: draft, name, replicas }];
    }
    const same =
      set.spec.replicas === replicas &&
      (set.spec.minReadySeconds ?? 0) === minReadySeconds &&
      equal(set.metadata.annotations ?? {}, annotations);
    if (same) return [];
    const changed = {
      ...set,
      metadata: { ...set.metadata, annotations },
      spec: { ...set.spec, replicas, minReadySeconds },
    };
    return [{ type: 'set.update', set: changed, from: set.spec.replicas }];
  });
}

/** Old sets beyond the history limit go, the lowest revision first; one that still has or wants pods stays. */
function cleanup(deployment: Deployment, old: readonly PlannedSet[]): readonly Decision[] {
  const limit = historyLimit(deployment);
  if (limit === undefined) return [];
  const alive = old.filter(({ set }) => set.metadata.deletionTimestamp === undefined);
  return alive
    .sort((a, b) => byRevision(a.set, b.set))
    .slice(0, Math.max(0, alive.length - limit))
    .filter(({ set, replicas }) => {
      const seen = (set.metadata.generation ?? 0) <= (set.status?.observedGeneration ?? 0);
      return (set.status?.replicas ?? 0) === 0 && set.spec.replicas === 0 && replicas === 0 && seen;
    })
    .map(({ set }): Decision => ({ type: 'set.delete', set }));
}

function changedRevision(deployment: Deployment, newSet: PlannedSet | undefined): string | undefined {
  const revision = newSet?.annotations[REVISION];
  return revision === undefined || deployment.metadata.annotations?.[REVISION] === revision ? undefined : revision;
}
