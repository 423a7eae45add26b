//! What the binder writes beside specs, and who reads it (k8s.io/component-helpers/storage/volume).
import type { KubeObject } from '../../api/types/meta.ts';

/** On a claim: it has been bound; one that then has no volume is lost, not new. */
export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
/** On a volume or claim: it was this controller that wrote whom it is bound to, so it may undo it. */
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
/** On a volume: who made it, and so who deletes it. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** On a claim: who is to make a volume for it. */
export const PROVISIONER = 'volume.kubernetes.io/storage-provisioner';
export const PROVISIONER_BEFORE = 'volume.beta.kubernetes.io/storage-provisioner';
/** On a claim: for which node, by the scheduler. */
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';
export const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';
export const DEFAULT_CLASS_BEFORE = 'storageclass.beta.kubernetes.io/is-default-class';
/** On volumes and claims of long ago. */
export const CLASS = 'volume.beta.kubernetes.io/storage-class';
export const YES = 'yes';

export const annotation = ({ metadata }: KubeObject, key: string): string | undefined => metadata.annotations?.[key];
export const annotated = <T extends KubeObject>(object: T, added: Readonly<Record<string, string>>): T => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...added } },
});
export const classOf = (object: KubeObject & { readonly spec: { readonly storageClassName?: string } }): string =>
  annotation(object, CLASS) ?? object.spec.storageClassName ?? '';
