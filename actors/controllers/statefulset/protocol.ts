//! What a StatefulSet's controller decides, as data.
import type { Draft } from '../../api/types/meta.ts';
import type { Pod, PodTemplateSpec } from '../../api/types/pod.ts';
import type { PersistentVolumeClaim } from '../../api/types/storage.ts';

/** Of templates: what pods had, what they shall have. */
export interface Revisions {
  readonly current: { readonly name: string; readonly template: PodTemplateSpec };
  readonly update: { readonly name: string; readonly template: PodTemplateSpec };
}
export type Decision =
  /** Its claims first. */
  | { readonly type: 'pod.create'; readonly pod: Draft<Pod>; readonly ordinal: number }
  | { readonly type: 'pod.delete'; readonly pod: Pod }
  /** It lost the labels of its identity. */
  | { readonly type: 'pod.mark'; readonly pod: Pod; readonly labels: Readonly<Record<string, string>> }
  /** The pod is there already and waits for one. */
  | { readonly type: 'claims.create'; readonly ordinal: number; readonly pod: string }
  /** Who takes it along when it is deleted. */
  | { readonly type: 'claim.own'; readonly claim: PersistentVolumeClaim; readonly pod: string }
  | { readonly type: 'claim.foreign'; readonly claim: PersistentVolumeClaim };

export const POD_NAME = 'statefulset.kubernetes.io/pod-name';
export const POD_INDEX = 'apps.kubernetes.io/pod-index';
/** On its revisions. */
export const HASH_LABEL = 'controller.kubernetes.io/hash';
