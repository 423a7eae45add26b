//! Changes of the cluster as the queue sees them: what kind, of what. Names as in kube-scheduler's metrics.
import { equal } from '../../api/json.ts';
import type { Node } from '../../api/types/cluster.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';

export type EventKind =
  | 'NodeAdd'
  | 'NodeDelete'
  | 'NodeAllocatableChange'
  | 'NodeLabelChange'
  | 'NodeTaintChange'
  | 'NodeAnnotationChange'
  | 'AssignedPodAdd'
  | 'AssignedPodLabelChange'
  | 'AssignedPodScaleDown'
  | 'AssignedPodDelete'
  | 'NamespaceChange'
  | 'PersistentVolumeChange'
  | 'PersistentVolumeClaimChange'
  | 'StorageClassChange'
  | 'CSINodeChange'
  | 'CSIDriverChange'
  | 'CSIStorageCapacityChange'
  | 'VolumeAttachmentChange'
  | 'ResourceClaimChange'
  | 'ResourceSliceChange'
  | 'DeviceClassChange';

export interface ClusterEvent {
  readonly kind: EventKind;
  readonly object: KubeObject;
  readonly old?: KubeObject;
}

/** Nothing after a heartbeat. */
export function nodeEvents(old: Node, object: Node): readonly ClusterEvent[] {
  const kinds: EventKind[] = [];
  if (!equal(old.status?.allocatable, object.status?.allocatable)) kinds.push('NodeAllocatableChange');
  if (!equal(old.metadata.labels, object.metadata.labels)) kinds.push('NodeLabelChange');
  if (!equal(old.spec?.taints, object.spec?.taints) || old.spec?.unschedulable !== object.spec?.unschedulable)
    kinds.push('NodeTaintChange');
  if (!equal(old.metadata.annotations, object.metadata.annotations)) kinds.push('NodeAnnotationChange');
  return kinds.map((kind) => ({ kind, object, old }));
}
/** Of a pod that stands on a node. */
export function podEvents(old: Pod, object: Pod, scaledDown: boolean): readonly ClusterEvent[] {
  const kinds: EventKind[] = [];
  if (!equal(old.metadata.labels, object.metadata.labels)) kinds.push('AssignedPodLabelChange');
  if (scaledDown) kinds.push('AssignedPodScaleDown');
  return kinds.map((kind) => ({ kind, object, old }));
}
