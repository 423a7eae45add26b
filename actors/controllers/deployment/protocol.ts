//! What a Deployment's controller decides, as data.
import type { Draft } from '../../api/types/meta.ts';
import type { DeploymentStatus, ReplicaSet } from '../../api/types/workload.ts';

export type Decision =
  | { readonly type: 'set.create'; readonly set: Draft<ReplicaSet>; readonly name: string; readonly replicas: number }
  /** `from` is what it had, for the event; `set` is what it shall be. */
  | { readonly type: 'set.update'; readonly set: ReplicaSet; readonly from: number }
  | { readonly type: 'set.delete'; readonly set: ReplicaSet };

export interface Plan {
  /** In this order. */
  readonly decisions: readonly Decision[];
  /** `deployment.kubernetes.io/revision`; undefined: as it is. */
  readonly revision: string | undefined;
  readonly status: DeploymentStatus;
  /** When the progress deadline has to be looked at again. */
  readonly afterMs: number | undefined;
}

/** The label that tells ReplicaSets of one Deployment apart. */
export const TEMPLATE_HASH = 'pod-template-hash';
