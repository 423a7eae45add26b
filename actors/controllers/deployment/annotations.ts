//! What a Deployment and its ReplicaSets note on each other: revisions, and sizes at the time of the last scaling.
import type { Deployment, ReplicaSet } from '../../api/types/workload.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
/** Those of the Deployment that its ReplicaSets do not take over. */
const OWN: ReadonlySet<string> = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deprecated.deployment.rollback.to',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
]);
const HISTORY_MAX = 2_000;

export type Annotations = Readonly<Record<string, string>>;

export const revisionOf = (set: ReplicaSet): bigint => revisionIn(set.metadata.annotations?.[REVISION]);
/** An int64, more than a number holds exactly; 0: it says none. */
function revisionIn(text: string | undefined): bigint {
  const revision = text !== undefined && /^[-+]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : 0n;
  return BigInt.asIntN(64, revision) === revision ? revision : 0n;
}
export const desiredOf = (annotations: Annotations): number | undefined => number(annotations[DESIRED_REPLICAS]);
export const maxOf = (annotations: Annotations): number | undefined => number(annotations[MAX_REPLICAS]);
const number = (text: string | undefined): number | undefined =>
  text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);

/** The newest ReplicaSet wears the Deployment's annotations and the highest revision; older ones are remembered. */
export function newestAnnotations(deployment: Deployment, current: Annotations, revision: bigint): Annotations {
  const annotations: Record<string, string> = { ...current };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {}))
    if (!OWN.has(key)) annotations[key] = value;
  const before = current[REVISION];
  if (revisionIn(before) >= revision) return annotations;
  annotations[REVISION] = String(revision);
  if (before !== undefined) annotations[REVISION_HISTORY] = remembered(current[REVISION_HISTORY], before);
  return annotations;
}
function remembered(history: string | undefined, revision: string): string {
  const revisions = history ? history.split(',') : [];
  revisions.push(revision);
  while (revisions.length > 1 && revisions.join(',').length > HISTORY_MAX) revisions.shift();
  return revisions.join(',');
}
export const sized = (annotations: Annotations, desired: number, max: number): Annotations => ({
  ...annotations,
  [DESIRED_REPLICAS]: String(desired),
  [MAX_REPLICAS]: String(max),
});
