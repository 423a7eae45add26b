//! A StatefulSet's pods: each has an ordinal, by which it, its host name and its claims are named.
import type { Draft, KubeObject, OwnerReference } from '../../api/types/meta.ts';
import type { Pod, PodTemplateSpec, Volume } from '../../api/types/pod.ts';
import type { PersistentVolumeClaim } from '../../api/types/storage.ts';
import type { StatefulSet } from '../../api/types/workload.ts';
import { controllerOf, controllerRef } from '../../client/owners.ts';
import { podOf } from '../../client/workload/pod-control.ts';
import { availableAt, isReady, isTerminating } from '../../client/workload/pod-state.ts';
import { REVISION_HASH } from '../../client/workload/revisions.ts';
import { POD_INDEX, POD_NAME } from './protocol.ts';

const NAME = /^(.*)-(\d+)$/;
/** Undefined: not a name that this set gives. */
export function ordinalOf(set: StatefulSet, { metadata }: KubeObject): number | undefined {
  const match = NAME.exec(metadata.name);
  return match !== null && match[1] === set.metadata.name && Number(match[2]) < 2 ** 31 ? Number(match[2]) : undefined;
}
export const startOf = ({ spec }: StatefulSet): number => spec.ordinals?.start ?? 0;
export const podName = (set: StatefulSet, ordinal: number): string => `${set.metadata.name}-${ordinal}`;
export const revisionOf = (pod: Pod): string | undefined => pod.metadata.labels?.[REVISION_HASH];

export const isRunning = (pod: Pod): boolean => pod.status.phase === 'Running' && isReady(pod);
export const isAvailable = ({ spec }: StatefulSet, pod: Pod, now: number): boolean =>
  isRunning(pod) && (availableAt(pod, spec.minReadySeconds ?? 0) ?? Number.POSITIVE_INFINITY) <= now;
/** Missing, on its way out, or not available yet. */
export const isUnavailable = (set: StatefulSet, pod: Pod | undefined, now: number): boolean =>
  pod === undefined || isTerminating(pod) || !isAvailable(set, pod, now);

export const identityLabels = (set: StatefulSet, ordinal: number): Readonly<Record<string, string>> => ({
  [POD_NAME]: podName(set, ordinal),
  [POD_INDEX]: String(ordinal),
});
export function podAt(set: StatefulSet, ordinal: number, revision: string, template: PodTemplateSpec): Draft<Pod> {
  const name = podName(set, ordinal);
  const { metadata, spec } = template;
  const labels = { ...metadata?.labels, ...identityLabels(set, ordinal), [REVISION_HASH]: revision };
  const claims = (set.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name);
  const own = claims.map((claim) => ({
    name: claim,
    persistentVolumeClaim: { claimName: claimName(set, claim, ordinal) },
  }));
  const volumes: readonly Volume[] = [...own, ...(spec.volumes ?? []).filter((one) => !claims.includes(one.name))];
  const place = {
    hostname: name,
    ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
    ...(volumes.length === 0 ? {} : { volumes }),
  };
  return podOf(set, { metadata: { ...metadata, labels }, spec: { ...spec, ...place } }, { name });
}

export const claimName = (set: StatefulSet, template: string, ordinal: number): string =>
  `${template}-${set.metadata.name}-${ordinal}`;
export const claimsAt = (set: StatefulSet, ordinal: number): readonly Draft<PersistentVolumeClaim>[] =>
  (set.spec.volumeClaimTemplates ?? []).map(({ metadata, spec }) => {
    const labels = { ...metadata.labels, ...set.spec.selector.matchLabels };
    return {
      metadata: {
        name: claimName(set, metadata.name, ordinal),
        labels,
        ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
      },
      spec,
    };
  });

/** Whom the retention policy makes the owner of a claim: the set, the pod that is scaled away, or nobody. */
export function ownersOf(
  set: StatefulSet,
  claim: PersistentVolumeClaim,
  pod: Pod,
  condemned: boolean,
): readonly OwnerReference[] {
  const { whenDeleted = 'Retain', whenScaled = 'Retain' } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const withPod = whenScaled === 'Delete' && condemned;
  const withSet = whenDeleted === 'Delete' && !withPod;
  const others = (claim.metadata.ownerReferences ?? []).filter(
    ({ uid }) => uid !== set.metadata.uid && uid !== pod.metadata.uid,
  );
  return [...others, ...(withSet ? [controllerRef(set)] : []), ...(withPod ? [controllerRef(pod)] : [])];
}
/** Another controller has it: the policy does not count. */
export function isForeign(set: StatefulSet, claim: PersistentVolumeClaim, pod: Pod): boolean {
  const owner = controllerOf(claim);
  return owner !== undefined && owner.uid !== set.metadata.uid && owner.uid !== pod.metadata.uid;
}
/** It still belongs to an earlier pod of that name, and goes with it. */
export const isStale = (claim: PersistentVolumeClaim, pod: string): boolean =>
  claim.metadata.ownerReferences?.some(({ kind, name }) => kind === 'Pod' && name === pod) ?? false;
