//! The claims of a pod: those that it names, and those that are made for it alone.
import type { Pod, Volume } from '../../api/types/pod.ts';
import type { PersistentVolumeClaim } from '../../api/types/storage.ts';
import type { Storage } from './storage.ts';

export interface ClaimRef {
  readonly key: string;
  readonly name: string;
  readonly ephemeral: boolean;
}
export function claimRefs({ metadata, spec }: Pod): readonly ClaimRef[] {
  const refs: ClaimRef[] = [];
  for (const volume of spec.volumes ?? []) {
    const name = claimName(metadata.name, volume);
    if (name === undefined) continue;
    refs.push({ key: `${metadata.namespace}/${name}`, name, ephemeral: volume.ephemeral !== undefined });
  }
  return refs;
}
const claimName = (pod: string, { name, persistentVolumeClaim, ephemeral }: Volume): string | undefined =>
  persistentVolumeClaim?.claimName ?? (ephemeral === undefined ? undefined : `${pod}-${name}`);

/** Those that there are; others say so elsewhere. */
export const claimsOf = (pod: Pod, { claims }: Storage): readonly PersistentVolumeClaim[] =>
  claimRefs(pod)
    .map(({ key }) => claims.get(key))
    .filter((claim) => claim !== undefined);
