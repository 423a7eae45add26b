//! Binds claims to volumes, and says what becomes of a volume whose claim is gone.
import type { Task } from '../../../runtime/task.ts';
import { get, textOf } from '../../api/json.ts';
import {
  keyOf,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  STORAGE_CLASSES,
  splitKey,
} from '../../api/resource.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/types/storage.ts';
import { type Cache, type Controller, type ControllerIo, type Outcome, watchOf } from '../../client/protocol.ts';
import {
  annotated,
  annotation,
  CLASS,
  classOf,
  DEFAULT_CLASS,
  DEFAULT_CLASS_BEFORE,
  PROVISIONER,
  PROVISIONER_BEFORE,
} from '../../client/storage/annotations.ts';
import { bind, left, phased } from './bind.ts';
import { isProvisioned, planClaim, type Said } from './claim.ts';
import { planReclaim, planVolume, unbound } from './volume.ts';

/** --pvclaimbinder-sync-period: what waits is looked at, and told, again. */
const AGAIN_MS = 15_000;
const BY_CLAIM = 'claim';
const BY_CLASS = 'class';
const PENDING = 'pending';

// Keys: `claim/<namespace>/<name>`, `volume/<name>`.
const claimKey = (claim: KubeObject): string => `claim/${keyOf(claim)}`;
const refKey = ({ spec }: PersistentVolume): string | undefined =>
  spec.claimRef === undefined ? undefined : `${spec.claimRef.namespace}/${spec.claimRef.name}`;

export const persistentVolumeBinder: Controller = {
  name: 'persistentvolume-binder-controller',
  // Two claims must not take one volume: they are looked at one after the other.
  workers: 1,
  watches: [
    watchOf({
      resource: PERSISTENT_VOLUMES,
      indexes: { [BY_CLASS]: (volume) => [classOf(volume)] },
      keys: ({ object }, io) => {
        const ref = refKey(object);
        const waiting = io.cache(PERSISTENT_VOLUME_CLAIMS).by(PENDING, ref === undefined ? classOf(object) : '/none');
        const named = io.cache(PERSISTENT_VOLUME_CLAIMS).by('volume', object.metadata.name);
        const keys = [...waiting, ...named].map(claimKey);
        return [
          ...new Set([`volume/${object.metadata.name}`, ...(ref === undefined ? [] : [`claim/${ref}`]), ...keys]),
        ];
      },
    }),
    watchOf({
      resource: PERSISTENT_VOLUME_CLAIMS,
      indexes: {
        [PENDING]: (claim) => ((claim.spec.volumeName ?? '') === '' ? [classOf(claim)] : []),
        volume: ({ spec }) => ((spec.volumeName ?? '') === '' ? [] : [spec.volumeName!]),
      },
      keys: ({ object }) => [claimKey(object), ...(object.spec.volumeName ? [`volume/${object.spec.volumeName}`] : [])],
    }),
    watchOf({
      resource: STORAGE_CLASSES,
      keys: ({ object }, io) => {
        const claims = io.cache(PERSISTENT_VOLUME_CLAIMS);
        const classless = isDefault(object) ? claims.by(PENDING, '') : [];
        return [...claims.by(PENDING, object.metadata.name), ...classless].map(claimKey);
      },
    }),
    watchOf({ resource: PODS, indexes: { [BY_CLAIM]: waitsFor } }),
  ],
  reconcile(key, io) {
    const slash = key.indexOf('/');
    const name = key.slice(slash + 1);
    return key.slice(0, slash) === 'claim' ? claimLooked(name, io) : volumeLooked(name, io);
  },
};
/** Claims of a pod that has no node yet. */
function waitsFor({ metadata, spec }: Pod): readonly string[] {
  if (spec.nodeName) return [];
  return (spec.volumes ?? []).flatMap((volume) => {
    const name = textOf(get(volume, 'persistentVolumeClaim', 'claimName'));
    return name === '' ? [] : [`${metadata.namespace}/${name}`];
  });
}
const isDefault = (storageClass: StorageClass): boolean =>
  [DEFAULT_CLASS, DEFAULT_CLASS_BEFORE].some((key) => annotation(storageClass, key) === 'true');
const tell = (io: ControllerIo, about: KubeObject, said: Said | undefined): void =>
  said && io.events.event(about, said.type, said.reason, said.message);

function* claimLooked(key: string, io: ControllerIo): Task<Outcome> {
  const found = io.cache(PERSISTENT_VOLUME_CLAIMS).get(key);
  if (found === undefined) return undefined;
  const claim = withDefaultClass(found, io.cache(STORAGE_CLASSES));
  if (claim !== found) return left(yield* io.client.update(PERSISTENT_VOLUME_CLAIMS, claim));
  const volumes = io.cache(PERSISTENT_VOLUMES);
  const [pod] = io.cache(PODS).by(BY_CLAIM, key);
  const todo = planClaim(claim, {
    volume: (name) => volumes.get(name),
    volumes: () => volumes.list(),
    storageClass: (name) => io.cache(STORAGE_CLASSES).get(name),
    waitingPod: pod?.metadata.name,
  });
  switch (todo.what) {
    case 'bind':
      return yield* bind(io, todo.volume, claim);
    case 'lost':
      if (claim.status?.phase !== 'Lost') tell(io, claim, todo.said);
      return yield* said(io, claim, 'Lost');
    case 'provision': {
      tell(io, claim, todo.said);
      const { provisioner } = todo;
      const marked = [PROVISIONER, PROVISIONER_BEFORE].every((name) => annotation(claim, name) === provisioner);
      if (!marked) {
        const marks = { [PROVISIONER]: provisioner, [PROVISIONER_BEFORE]: provisioner };
        const done = yield* io.client.update(PERSISTENT_VOLUME_CLAIMS, annotated(claim, marks));
        if (!done.ok) return left(done);
      }
      return { afterMs: AGAIN_MS };
    }
    case 'pending': {
      tell(io, claim, todo.said);
      return (yield* said(io, claim, 'Pending')) ?? (todo.said === undefined ? undefined : { afterMs: AGAIN_MS });
    }
  }
}
function* said(
  io: ControllerIo,
  claim: PersistentVolumeClaim,
  phase: PersistentVolumeClaim['status']['phase'],
): Task<Outcome> {
  if (claim.status?.phase === phase) return undefined;
  const status = { phase } as const;
  return left(yield* io.client.update(PERSISTENT_VOLUME_CLAIMS, { ...claim, status }, 'status'));
}
/** A claim that was made before there was a default class gets it when there is one. */
function withDefaultClass(claim: PersistentVolumeClaim, classes: Cache<StorageClass>): PersistentVolumeClaim {
  const { storageClassName, volumeName = '' } = claim.spec;
  if (storageClassName !== undefined || volumeName !== '' || annotation(claim, CLASS) !== undefined) return claim;
  const made = ({ metadata }: StorageClass): string => metadata.creationTimestamp ?? '';
  const [newest] = classes
    .list()
    .filter(isDefault)
    .sort((a, b) => (made(a) === made(b) ? (a.metadata.name < b.metadata.name ? -1 : 1) : made(a) > made(b) ? -1 : 1));
  return newest === undefined ? claim : { ...claim, spec: { ...claim.spec, storageClassName: newest.metadata.name } };
}

function* volumeLooked(name: string, io: ControllerIo): Task<Outcome> {
  const volume = io.cache(PERSISTENT_VOLUMES).get(name);
  if (volume === undefined) return undefined;
  const ref = refKey(volume);
  let claim = ref === undefined ? undefined : io.cache(PERSISTENT_VOLUME_CLAIMS).get(ref);
  if (claim === undefined && ref !== undefined && (volume.spec.claimRef?.uid ?? '') !== '') {
    // The cache may be behind: nothing is given away on its word.
    const [namespace, own] = splitKey(ref);
    const live = yield* io.client.get(PERSISTENT_VOLUME_CLAIMS, namespace, own);
    if (!live.ok && live.fault.reason !== 'NotFound') return live.fault;
    if (live.ok) claim = live.value;
  }
  const todo = planVolume(volume, claim);
  switch (todo.what) {
    case 'phase':
      return left(yield* phased(io, volume, todo.phase));
    case 'wake':
      tell(io, volume, todo.said);
      if (ref !== undefined) io.enqueue(`claim/${ref}`);
      return undefined;
    case 'unbind': {
      const done = yield* io.client.update(PERSISTENT_VOLUMES, unbound(volume));
      return done.ok ? left(yield* phased(io, done.value, 'Available')) : left(done);
    }
    case 'reclaim': {
      if (volume.status.phase === 'Failed') return undefined;
      const released = yield* phased(io, volume, 'Released');
      if (!released.ok) return left(released);
      const reclaimed = planReclaim(released.value, isProvisioned(volume));
      if (reclaimed.what === 'leave') return undefined;
      tell(io, volume, reclaimed.said);
      return left(yield* phased(io, released.value, 'Failed', reclaimed.said.message));
    }
  }
}
