//! What the scheduler watches: each change goes to what it knows, and who waits is told.
import type { Host } from '../../runtime/host.ts';
import type { Stop } from '../../runtime/ports.ts';
import {
  keyOf,
  NAMESPACES,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  POD_DISRUPTION_BUDGETS,
  PODS,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  type Resource,
  SERVICES,
  STORAGE_CLASSES,
} from '../api/resource.ts';
import type { KubeObject } from '../api/types/meta.ts';
import type { Pod } from '../api/types/pod.ts';
import { informers } from '../client/informer/set.ts';
import type { CacheChange } from '../client/protocol.ts';
import { RESOURCE_CLAIMS } from './devices/dynamic-resources.ts';
import type { EventKind } from './framework/event.ts';
import type { Selecting } from './owners.ts';
import type { Scheduler } from './scheduler.ts';

const STATEFUL_SETS: Resource<Selecting> = {
  group: 'apps',
  version: 'v1',
  resource: 'statefulsets',
  kind: 'StatefulSet',
  namespaced: true,
};

const of = (group: string, kind: string, resource: string, namespaced = false): Resource => ({
  group: `${group}.k8s.io`,
  version: 'v1',
  resource,
  kind,
  namespaced,
});
interface Kept {
  set(object: KubeObject, gone: boolean): void;
}

export interface Feeding {
  readonly host: Host;
  readonly scheduler: Scheduler;
  readonly now: () => number;
  /** After a change, and after `scheduler` knows it. */
  readonly changed: () => void;
  readonly podSeen: (pod: Pod) => void;
  /** Every first list is in. */
  readonly synced: () => void;
}

export function feed({ host, scheduler, now, changed, podSeen, synced }: Feeding): readonly Stop[] {
  const set = informers(host);
  const { cluster } = scheduler;
  const releases: Stop[] = [];
  let missing = 0;
  const follow = <T extends KubeObject>(resource: Resource<T>, take: (change: CacheChange<T>) => void): void => {
    missing++;
    const listener = {
      changed: (change: CacheChange<T>): void => {
        take(change);
        changed();
      },
      synced: (): void => {
        if (--missing === 0) synced();
      },
    };
    const cache = set.get<T>({ resource }, listener);
    releases.push(() => cache.release());
  };
  missing++; // not before all are asked for
  follow(NAMESPACES, (change) => scheduler.namespaceChanged(change, now()));
  follow(NODES, (change) => scheduler.nodeChanged(change, now()));
  for (const resource of [SERVICES, REPLICATION_CONTROLLERS, REPLICA_SETS, STATEFUL_SETS] as Resource<Selecting>[])
    follow(resource, ({ type, object }) =>
      cluster.owners.changed({ ...object, kind: resource.kind }, type === 'deleted'),
    );
  follow(POD_DISRUPTION_BUDGETS, ({ type, object }) =>
    cluster.setBudget(keyOf(object), type === 'deleted' ? undefined : object),
  );
  const keep = <T extends KubeObject>(resource: Resource<T>, into: Kept, kind: EventKind): void =>
    follow(resource, ({ type, object }) => {
      into.set({ ...object, kind: resource.kind }, type === 'deleted');
      scheduler.happened({ kind, object }, now());
    });
  const { storage, devices } = cluster;
  keep(PERSISTENT_VOLUMES, storage, 'PersistentVolumeChange');
  keep(PERSISTENT_VOLUME_CLAIMS, storage, 'PersistentVolumeClaimChange');
  keep(STORAGE_CLASSES, storage, 'StorageClassChange');
  keep(of('storage', 'CSINode', 'csinodes'), storage, 'CSINodeChange');
  keep(of('storage', 'CSIDriver', 'csidrivers'), storage, 'CSIDriverChange');
  keep(of('storage', 'CSIStorageCapacity', 'csistoragecapacities', true), storage, 'CSIStorageCapacityChange');
  keep(RESOURCE_CLAIMS, devices, 'ResourceClaimChange');
  keep(of('resource', 'ResourceSlice', 'resourceslices'), devices, 'ResourceSliceChange');
  keep(of('resource', 'DeviceClass', 'deviceclasses'), devices, 'DeviceClassChange');
  follow(PODS, (change) => {
    scheduler.podChanged(change, now());
    if (change.type !== 'deleted') podSeen(change.object);
  });
  if (--missing === 0) synced();
  return releases;
}
