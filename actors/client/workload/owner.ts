//! Who owns what: the controller reference that says which object answers for another.
import type { ObjectMeta, OwnerReference } from '../../api/types/meta.ts';

interface Owned {
  readonly metadata: Pick<ObjectMeta, 'ownerReferences' | 'namespace'>;
}

/** The one reference with `controller: true`. */
export const controllerOf = (object: Owned): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((reference) => reference.controller === true);
export const isControlledBy = (object: Owned, owner: { readonly metadata: { readonly uid: string } }): boolean =>
  controllerOf(object)?.uid === owner.metadata.uid;

/** An index: objects by the uid of their controller. */
export const byController = (object: Owned): readonly string[] => {
  const owner = controllerOf(object);
  return owner === undefined ? [] : [owner.uid];
};
/** An index: objects of a namespace that nobody controls, which somebody may adopt. */
export const byOrphanage = (object: Owned): readonly string[] =>
  controllerOf(object) === undefined ? [object.metadata.namespace ?? ''] : [];
export const CONTROLLER = 'controller';
export const ORPHANAGE = 'orphanage';

/** What an owner writes into what it makes (metav1.NewControllerRef). */
export const controllerReference = (
  apiVersion: string,
  kind: string,
  owner: { readonly metadata: { readonly name: string; readonly uid: string } },
): OwnerReference => ({
  apiVersion,
  kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
});

/** A strategic merge patch that lets the object go; the uid makes sure that it is still the same one. */
export const releasePatch = (object: { readonly metadata: { readonly uid: string } }, ownerUid: string): object => ({
  metadata: { uid: object.metadata.uid, ownerReferences: [{ $patch: 'delete', uid: ownerUid }] },
});
/** A strategic merge patch that takes the object in. */
export const adoptPatch = (
  object: { readonly metadata: { readonly uid: string } },
  reference: OwnerReference,
): object => ({
  metadata: { uid: object.metadata.uid, ownerReferences: [reference] },
});
