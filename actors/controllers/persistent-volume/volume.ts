//! What a volume needs next (pkg/controller/volume/persistentvolume syncVolume).
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/types/storage.ts';
import { boundByController, sameMode } from '../../client/storage/match.ts';
import { isProvisioned, type Said } from './claim.ts';

export type VolumeTodo =
  | { readonly what: 'phase'; readonly phase: PersistentVolume['status']['phase']; readonly said?: Said }
  /** Its claim is gone. */
  | { readonly what: 'reclaim' }
  /** Given back: its claim took another. */
  | { readonly what: 'unbind' }
  /** The claim is to look at it again. */
  | { readonly what: 'wake'; readonly said?: Said };

/** `claim`: of the name that the volume knows, in the cache or, if not there, at the server. */
export function planVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumeTodo {
  const { claimRef } = volume.spec;
  if (claimRef === undefined || (claimRef.uid ?? '') === '') return { what: 'phase', phase: 'Available' };
  const own = claim?.metadata.uid === claimRef.uid ? claim : undefined;
  if (own === undefined) return { what: 'reclaim' };
  const { volumeName = '' } = own.spec;
  if (volumeName === volume.metadata.name) return { what: 'phase', phase: 'Bound' };
  if (volumeName === '') {
    if (sameMode(volume, own)) return { what: 'wake' };
    const message = `Cannot bind PersistentVolume "${volume.metadata.name}" to requested PersistentVolumeClaim "${own.metadata.name}" due to incompatible volumeMode.`;
    return { what: 'wake', said: { type: 'Warning', reason: 'VolumeMismatch', message } };
  }
  if (isProvisioned(volume) && volume.spec.persistentVolumeReclaimPolicy === 'Delete') return { what: 'reclaim' };
  return { what: 'unbind' };
}

export type Reclaimed =
  /** Kept as it is for a person, or for its provisioner. */
  { readonly what: 'leave' } | { readonly what: 'fail'; readonly said: Said };
export function planReclaim({ metadata, spec }: PersistentVolume, provisioned: boolean): Reclaimed {
  switch (spec.persistentVolumeReclaimPolicy) {
    case 'Retain':
      return { what: 'leave' };
    case 'Delete': {
      if (provisioned) return { what: 'leave' };
      const message = `error getting deleter volume plugin for volume "${metadata.name}": no deletable volume plugin matched`;
      return { what: 'fail', said: { type: 'Warning', reason: 'VolumeFailedDelete', message } };
    }
    case 'Recycle':
      return {
        what: 'fail',
        said: {
          type: 'Warning',
          reason: 'VolumeFailedRecycle',
          message: 'No recycler plugin found for the volume!',
        },
      };
  }
}

/** Without its claim; a claim that a person wrote in stays, without the one that had its name. */
export function unbound(volume: PersistentVolume): PersistentVolume {
  const { claimRef, ...spec } = volume.spec;
  if (!boundByController(volume)) {
    const { uid: _, resourceVersion: __, ...kept } = claimRef ?? {};
    return { ...volume, spec: { ...spec, claimRef: kept } };
  }
  const { 'pv.kubernetes.io/bound-by-controller': _, ...annotations } = volume.metadata.annotations ?? {};
  return { ...volume, metadata: { ...volume.metadata, annotations }, spec };
}
