//! The controllers of ReplicaSets and ReplicationControllers: one logic for both.
import { keyOf, PODS } from '../../api/resource.ts';
import { matches, selectorOf } from '../../api/selector.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import { controllerOf } from '../../client/owners.ts';
import { type CacheChange, type Controller, type ControllerIo, watchOf } from '../../client/protocol.ts';
import { claimIndexes } from '../../client/workload/claim.ts';
import { isTerminating } from '../../client/workload/pod-state.ts';
import { type Family, replicaSets, replicationControllers } from './family.ts';
import { reconcile } from './reconcile.ts';

function controllerOfFamily<T extends KubeObject>(family: Family<T>): Controller {
  return {
    name: family.name,
    watches: [
      watchOf<T>({
        resource: family.resource,
        indexes: claimIndexes,
        keys: ({ object }) => [keyOf(object)],
      }),
      watchOf<Pod>({
        resource: PODS,
        indexes: claimIndexes,
        keys: (change, io) => concerned(family, change, io),
      }),
    ],
    reconcile: (key, io) => reconcile(family, key, io),
  };
}

/** The owner that a pod has or had; of a pod without one, those that could adopt it. */
function concerned<T extends KubeObject>(
  family: Family<T>,
  change: CacheChange<Pod>,
  io: ControllerIo,
): readonly string[] {
  const keys = new Set<string>();
  for (const pod of change.type === 'modified' ? [change.old, change.object] : [change.object]) {
    const owner = controllerOf(pod);
    if (owner?.kind === family.resource.kind) keys.add(`${pod.metadata.namespace}/${owner.name}`);
    else if (owner === undefined && change.type !== 'deleted' && !isTerminating(pod))
      for (const object of io.cache(family.resource).list(pod.metadata.namespace))
        if (matches(selectorOf(family.see(object).spec.selector), pod.metadata.labels)) keys.add(keyOf(object));
  }
  return [...keys];
}

export const replicasetController: Controller = controllerOfFamily(replicaSets);
export const replicationController: Controller = controllerOfFamily(replicationControllers);
