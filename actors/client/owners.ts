//! Who owns an object: the references that the garbage collector and controllers go by.
import type { KubeObject, OwnerReference } from '../api/types/meta.ts';

/** As metav1.NewControllerRef. */
export const controllerRef = (owner: KubeObject): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
});
export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((owner) => owner.controller === true);
export const isControlledBy = (object: KubeObject, owner: KubeObject): boolean =>
  controllerOf(object)?.uid === owner.metadata.uid;
/** Index functions: `indexes: { controller: controllerUid, owner: ownerUids }`. */
export const controllerUid = (object: KubeObject): readonly string[] => {
  const owner = controllerOf(object);
  return owner === undefined ? [] : [owner.uid];
};
export const ownerUids = (object: KubeObject): readonly string[] =>
  object.metadata.ownerReferences?.map((owner) => owner.uid) ?? [];
