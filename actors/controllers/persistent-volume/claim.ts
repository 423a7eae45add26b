//! What a claim needs next (pkg/controller/volume/persistentvolume syncClaim).
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types/storage.ts';
import {
  annotation,
  BIND_COMPLETED,
  classOf,
  PROVISIONED_BY,
  SELECTED_NODE,
} from '../../client/storage/annotations.ts';
import { bestMatch, boundByController, isOf, mismatch } from '../../client/storage/match.ts';

export interface Said {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}
export type ClaimTodo =
  | { readonly what: 'bind'; readonly volume: PersistentVolume }
  | { readonly what: 'pending'; readonly said?: Said }
  /** It had a volume once. */
  | { readonly what: 'lost'; readonly said: Said }
  /** Somebody makes a volume for it: his name stands on the claim. */
  | { readonly what: 'provision'; readonly provisioner: string; readonly said: Said };

const warning = (reason: string, message: string): Said => ({ type: 'Warning', reason, message });
const normal = (reason: string, message: string): Said => ({ type: 'Normal', reason, message });
const pending = (said?: Said): ClaimTodo => ({ what: 'pending', ...(said === undefined ? {} : { said }) });

export interface Surroundings {
  readonly volume: (name: string) => PersistentVolume | undefined;
  readonly volumes: () => readonly PersistentVolume[];
  readonly storageClass: (name: string) => StorageClass | undefined;
  /** A pod that uses the claim and has no node yet. */
  readonly waitingPod: string | undefined;
}

export function planClaim(claim: PersistentVolumeClaim, around: Surroundings): ClaimTodo {
  if (annotation(claim, BIND_COMPLETED) !== undefined) return bound(claim, around);
  const { volumeName = '' } = claim.spec;
  return volumeName === '' ? unbound(claim, around) : asked(claim, volumeName, around);
}
function unbound(claim: PersistentVolumeClaim, around: Surroundings): ClaimTodo {
  const name = classOf(claim);
  const storageClass = name === '' ? undefined : around.storageClass(name);
  const delays = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
  const delayed = delays && annotation(claim, SELECTED_NODE) === undefined;
  const volume = bestMatch(around.volumes(), claim, delays);
  if (volume !== undefined) return { what: 'bind', volume };
  if (delayed)
    return pending(
      around.waitingPod === undefined
        ? normal('WaitForFirstConsumer', 'waiting for first consumer to be created before binding')
        : normal('WaitForPodScheduled', `waiting for pod ${around.waitingPod} to be scheduled`),
    );
  if (name === '')
    return pending(
      normal('FailedBinding', 'no persistent volumes available for this claim and no storage class is set'),
    );
  if (storageClass === undefined)
    return pending(warning('ProvisioningFailed', `storageclass.storage.k8s.io ${JSON.stringify(name)} not found`));
  const { provisioner } = storageClass;
  if (provisioner === 'kubernetes.io/no-provisioner')
    return pending(warning('ProvisioningFailed', 'no volume plugin matched name: kubernetes.io/no-provisioner'));
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  return { what: 'provision', provisioner, said: normal('ExternalProvisioning', message) };
}
/** A volume by its name. */
function asked(claim: PersistentVolumeClaim, name: string, around: Surroundings): ClaimTodo {
  const volume = around.volume(name);
  if (volume === undefined) return pending();
  if (volume.spec.claimRef === undefined) {
    const wrong = mismatch(volume, claim);
    if (wrong === undefined) return { what: 'bind', volume };
    return pending(warning('VolumeMismatch', `Cannot bind to requested volume ${JSON.stringify(name)}: ${wrong}`));
  }
  if (isOf(volume, claim)) return { what: 'bind', volume };
  if (boundByController(claim)) return pending();
  return pending(warning('FailedBinding', `volume ${JSON.stringify(name)} already bound to a different claim.`));
}
function bound(claim: PersistentVolumeClaim, around: Surroundings): ClaimTodo {
  const lost = (reason: string, message: string): ClaimTodo => ({ what: 'lost', said: warning(reason, message) });
  const { volumeName = '' } = claim.spec;
  if (volumeName === '')
    return lost('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
  const volume = around.volume(volumeName);
  if (volume === undefined)
    return lost('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  const { claimRef } = volume.spec;
  if (claimRef === undefined || claimRef.uid === claim.metadata.uid) return { what: 'bind', volume };
  if ((claimRef.uid ?? '') === '' && isOf(volume, claim)) return { what: 'bind', volume };
  return lost('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
}
/** Who made the volume deletes it too. */
export const isProvisioned = (volume: PersistentVolume): boolean => annotation(volume, PROVISIONED_BY) !== undefined;
