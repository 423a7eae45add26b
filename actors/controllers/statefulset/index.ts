//! The controller of StatefulSets.
import { CONTROLLER_REVISIONS, keyOf, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../../api/resource.ts';
import { matches, selectorOf } from '../../api/selector.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { PersistentVolumeClaim } from '../../api/types/storage.ts';
import type { ControllerRevision, StatefulSet } from '../../api/types/workload.ts';
import { controllerOf } from '../../client/owners.ts';
import { type CacheChange, type Controller, type ControllerIo, watchOf } from '../../client/protocol.ts';
import { claimIndexes } from '../../client/workload/claim.ts';
import { reconcile } from './reconcile.ts';

export const statefulSetController: Controller = {
  name: 'statefulset-controller',
  watches: [
    watchOf<StatefulSet>({ resource: STATEFUL_SETS, keys: ({ object }) => [keyOf(object)] }),
    watchOf<Pod>({ resource: PODS, indexes: claimIndexes, keys: ofOwned }),
    watchOf<ControllerRevision>({ resource: CONTROLLER_REVISIONS, indexes: claimIndexes, keys: ofOwned }),
    watchOf<PersistentVolumeClaim>({ resource: PERSISTENT_VOLUME_CLAIMS, keys: ofClaim }),
  ],
  reconcile,
};

/** The owner that it has or had; of what has none, those that could adopt it. */
function ofOwned(change: CacheChange<KubeObject>, io: ControllerIo): readonly string[] {
  const keys = new Set<string>();
  for (const object of change.type === 'modified' ? [change.old, change.object] : [change.object]) {
    const owner = controllerOf(object);
    if (owner?.kind === STATEFUL_SETS.kind) keys.add(`${object.metadata.namespace}/${owner.name}`);
    else if (owner === undefined && change.type !== 'deleted' && object.metadata.labels !== undefined)
      for (const set of io.cache(STATEFUL_SETS).list(object.metadata.namespace))
        if (matches(selectorOf(set.spec.selector), object.metadata.labels)) keys.add(keyOf(set));
  }
  return [...keys];
}
/** A claim that is gone may have been in the way of a new one. */
function ofClaim({ type, object }: CacheChange<PersistentVolumeClaim>, io: ControllerIo): readonly string[] {
  if (type !== 'deleted') return [];
  const { name, namespace } = object.metadata;
  const named = ({ metadata, spec }: StatefulSet): boolean =>
    spec.volumeClaimTemplates?.some((one) => name.startsWith(`${one.metadata.name}-${metadata.name}-`)) ?? false;
  return io.cache(STATEFUL_SETS).list(namespace).filter(named).map(keyOf);
}
