//! The two kinds of one family: what differs between a ReplicaSet and a ReplicationController.
import { REPLICA_SETS, REPLICATION_CONTROLLERS, type Resource } from '../../api/resource.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { ReplicaSet, ReplicaStatus, ReplicationController } from '../../api/types/workload.ts';
import type { Replicated } from './protocol.ts';

export interface Family<T extends KubeObject> {
  readonly name: string;
  readonly resource: Resource<T>;
  see(object: T): Replicated;
  withStatus(object: T, status: ReplicaStatus): T;
}

export const replicaSets: Family<ReplicaSet> = {
  name: 'replicaset-controller',
  resource: REPLICA_SETS,
  see: (object) => object,
  withStatus: (object, status) => ({ ...object, status }),
};

const seen = new WeakMap<ReplicationController, Replicated>();
export const replicationControllers: Family<ReplicationController> = {
  name: 'replication-controller',
  resource: REPLICATION_CONTROLLERS,
  see: (object) => {
    let view = seen.get(object);
    if (view === undefined) {
      view = { ...object, spec: { ...object.spec, selector: { matchLabels: object.spec.selector } } };
      seen.set(object, view);
    }
    return view;
  },
  withStatus: (object, { terminatingReplicas: _, ...status }) => ({ ...object, status }),
};
