//! The controller of Deployments.
import { DEPLOYMENTS, keyOf, PODS, REPLICA_SETS } from '../../api/resource.ts';
import { matches, selectorOf } from '../../api/selector.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { Deployment, ReplicaSet } from '../../api/types/workload.ts';
import { controllerOf } from '../../client/owners.ts';
import { type CacheChange, type Controller, type ControllerIo, watchOf } from '../../client/protocol.ts';
import { claimIndexes } from '../../client/workload/claim.ts';
import { reconcile } from './reconcile.ts';

export const deploymentController: Controller = {
  name: 'deployment-controller',
  watches: [
    watchOf<Deployment>({ resource: DEPLOYMENTS, keys: ({ object }) => [keyOf(object)] }),
    watchOf<ReplicaSet>({
      resource: REPLICA_SETS,
      indexes: claimIndexes,
      keys: ofReplicaSet,
    }),
    // Only the end of a pod matters, and only to a Deployment that recreates.
    watchOf<Pod>({ resource: PODS, indexes: claimIndexes, keys: ofPod }),
  ],
  reconcile,
};

function ofReplicaSet(change: CacheChange<ReplicaSet>, io: ControllerIo): readonly string[] {
  const keys = new Set<string>();
  for (const set of change.type === 'modified' ? [change.old, change.object] : [change.object]) {
    const owner = controllerOf(set);
    if (owner?.kind === DEPLOYMENTS.kind) keys.add(`${set.metadata.namespace}/${owner.name}`);
    else if (owner === undefined && change.type !== 'deleted')
      for (const deployment of io.cache(DEPLOYMENTS).list(set.metadata.namespace))
        if (matches(selectorOf(deployment.spec.selector), set.metadata.labels)) keys.add(keyOf(deployment));
  }
  return [...keys];
}

function ofPod(change: CacheChange<Pod>, io: ControllerIo): readonly string[] {
  if (change.type !== 'deleted') return [];
  const owner = controllerOf(change.object);
  if (owner?.kind !== REPLICA_SETS.kind) return [];
  const set = io.cache(REPLICA_SETS).get(`${change.object.metadata.namespace}/${owner.name}`);
  const deployment = set && controllerOf(set);
  if (deployment?.kind !== DEPLOYMENTS.kind) return [];
  const key = `${change.object.metadata.namespace}/${deployment.name}`;
  return io.cache(DEPLOYMENTS).get(key)?.spec.strategy.type === 'Recreate' ? [key] : [];
}
