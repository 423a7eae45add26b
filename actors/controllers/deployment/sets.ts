//! The ReplicaSets of a Deployment while a plan is made: what they are, and what they shall be.
import { semanticEqual } from '../../api/json.ts';
import type { PodTemplateSpec } from '../../api/types/pod.ts';
import type { Deployment, ReplicaSet } from '../../api/types/workload.ts';
import { type Annotations, revisionOf, sized } from './annotations.ts';
import type { Limits } from './limits.ts';
import { TEMPLATE_HASH } from './protocol.ts';

export interface PlannedSet {
  /** As observed. Of one that is yet to be made: as it would be, with an empty status. */
  readonly set: ReplicaSet;
  readonly isNew: boolean;
  readonly exists: boolean;
  replicas: number;
  annotations: Annotations;
  minReadySeconds: number;
}
export const planned = (set: ReplicaSet, isNew: boolean, exists = true): PlannedSet => ({
  set,
  isNew,
  exists,
  replicas: set.spec.replicas,
  annotations: set.metadata.annotations ?? {},
  minReadySeconds: set.spec.minReadySeconds ?? 0,
});

export const total = (sets: readonly PlannedSet[]): number => sets.reduce((sum, set) => sum + set.replicas, 0);
const observed = (count: (set: ReplicaSet) => number | undefined) => (sets: readonly PlannedSet[]) =>
  sets.reduce((sum, { set }) => sum + (count(set) ?? 0), 0);
export const actual = observed(({ status }) => status?.replicas);
export const ready = observed(({ status }) => status?.readyReplicas);
export const available = observed(({ status }) => status?.availableReplicas);
export const terminating = observed(({ status }) => status?.terminatingReplicas);
export const availableOf = ({ set }: PlannedSet): number => set.status?.availableReplicas ?? 0;

/** True when that is a change. */
export function scale(set: PlannedSet, replicas: number, deployment: Deployment, limits: Limits): boolean {
  if (set.replicas === replicas) return false;
  set.replicas = replicas;
  note(set, deployment, limits);
  return true;
}
export const note = (set: PlannedSet, { spec }: Deployment, { maxSurge }: Limits): void => {
  set.annotations = sized(set.annotations, spec.replicas, spec.replicas + maxSurge);
};

/** Two may have the template after a race: then the oldest is the one. */
export const findNew = (deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined =>
  [...sets].sort(byAge).find((set) => sameTemplate(set.spec.template, deployment.spec.template));
export const sameTemplate = (a: PodTemplateSpec, b: PodTemplateSpec): boolean =>
  semanticEqual(unhashed(a), unhashed(b));
function unhashed(template: PodTemplateSpec): PodTemplateSpec {
  if (template.metadata?.labels?.[TEMPLATE_HASH] === undefined) return template;
  const { [TEMPLATE_HASH]: _, ...labels } = template.metadata.labels;
  return { ...template, metadata: { ...template.metadata, labels } };
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
export const byAge = (a: ReplicaSet, b: ReplicaSet): number =>
  order(a.metadata.creationTimestamp, b.metadata.creationTimestamp) || order(a.metadata.name, b.metadata.name);
export const byRevision = (a: ReplicaSet, b: ReplicaSet): number =>
  Number(revisionOf(a) - revisionOf(b)) || byAge(a, b);
