//! What keeps a number of pods: a ReplicaSet, or a ReplicationController seen as one.
import type { KubeObject, LabelSelector } from '../../api/types/meta.ts';
import type { Pod, PodTemplateSpec } from '../../api/types/pod.ts';
import type { ReplicaStatus } from '../../api/types/workload.ts';

export interface Replicated extends KubeObject {
  readonly spec: {
    readonly replicas: number;
    readonly minReadySeconds?: number;
    readonly selector: LabelSelector;
    readonly template: PodTemplateSpec;
  };
  readonly status: ReplicaStatus;
}
export interface Plan {
  /** Pods of the template to make. */
  readonly create: number;
  /** Pods to delete, the first first. */
  readonly remove: readonly Pod[];
}
/** At most so many creations or deletions a reconcile (BurstReplicas). */
export const BURST_MAX = 500;
