//! The controller of DaemonSets.
import { equal } from '../../api/json.ts';
import { CONTROLLER_REVISIONS, DAEMON_SETS, keyOf, NODES, PODS } from '../../api/resource.ts';
import { matches, selectorOf } from '../../api/selector.ts';
import type { Node } from '../../api/types/cluster.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { ControllerRevision, DaemonSet } from '../../api/types/workload.ts';
import { controllerOf } from '../../client/owners.ts';
import { type CacheChange, type Controller, type ControllerIo, watchOf } from '../../client/protocol.ts';
import { claimIndexes } from '../../client/workload/claim.ts';
import { eligible } from './eligible.ts';
import { type Memory, reconcile } from './reconcile.ts';

export function daemonSetController(): Controller {
  const memory: Memory = new Map();
  return {
    name: 'daemonset-controller',
    watches: [
      watchOf<DaemonSet>({ resource: DAEMON_SETS, keys: ({ object }) => [keyOf(object)] }),
      watchOf<Pod>({ resource: PODS, indexes: claimIndexes, keys: ofOwned }),
      watchOf<ControllerRevision>({ resource: CONTROLLER_REVISIONS, indexes: claimIndexes, keys: ofOwned }),
      watchOf<Node>({ resource: NODES, keys: ofNode }),
    ],
    start: () => memory.clear(),
    reconcile: (key, io) => reconcile(key, io, memory),
  };
}

/** The owner that it has or had; of what has none, those that could adopt it. */
function ofOwned(change: CacheChange<KubeObject>, io: ControllerIo): readonly string[] {
  const keys = new Set<string>();
  for (const object of change.type === 'modified' ? [change.old, change.object] : [change.object]) {
    const owner = controllerOf(object);
    if (owner?.kind === DAEMON_SETS.kind) keys.add(`${object.metadata.namespace}/${owner.name}`);
    else if (owner === undefined && change.type !== 'deleted' && object.metadata.labels !== undefined)
      for (const set of io.cache(DAEMON_SETS).list(object.metadata.namespace))
        if (matches(selectorOf(set.spec.selector), object.metadata.labels)) keys.add(keyOf(set));
  }
  return [...keys];
}
/** Nodes say often how they are: only what decides about pods counts. */
function ofNode(change: CacheChange<Node>, io: ControllerIo): readonly string[] {
  const { object } = change;
  const before = change.type === 'modified' ? change.old : undefined;
  const same =
    before !== undefined &&
    equal(before.metadata.labels, object.metadata.labels) &&
    equal(before.spec.taints, object.spec.taints);
  if (same) return [];
  const sets = io.cache(DAEMON_SETS).list();
  const concerned = (set: DaemonSet): boolean =>
    before === undefined ? eligible(set, object).shouldRun : !equal(eligible(set, before), eligible(set, object));
  return sets.filter(concerned).map(keyOf);
}
