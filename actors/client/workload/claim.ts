//! How an object changes hands: orphans are found, adopted and released.
import type { KubeObject, OwnerReference } from '../../api/types/meta.ts';
import { controllerOf, controllerUid } from '../owners.ts';

/** Indexes of what is controlled, by the uid of the controller, and of what nobody controls, by namespace. */
export const CONTROLLER = 'controller';
export const ORPHANAGE = 'orphanage';
const orphanage = (object: KubeObject): readonly string[] =>
  controllerOf(object) === undefined ? [object.metadata.namespace ?? ''] : [];
export const claimIndexes = { [CONTROLLER]: controllerUid, [ORPHANAGE]: orphanage } as const;

/** Strategic merge patches; the uid makes sure that it is still the same object. */
export const releasePatch = ({ metadata }: KubeObject, ownerUid: string): object => ({
  metadata: { uid: metadata.uid, ownerReferences: [{ $patch: 'delete', uid: ownerUid }] },
});
export const adoptPatch = ({ metadata }: KubeObject, reference: OwnerReference): object => ({
  metadata: { uid: metadata.uid, ownerReferences: [reference] },
});
