//! Deletes what nobody owns any more: in the background, in the foreground (owner last), or not at all (orphans).
import { ok, type Result } from '../../../runtime/fault.ts';
import { all, type Task } from '../../../runtime/task.ts';
import type { Resource } from '../../api/resource.ts';
import type { KubeObject, OwnerReference } from '../../api/types/meta.ts';
import { Lru } from '../../client/lru.ts';
import { ownerUids } from '../../client/owners.ts';
import {
  type CacheChange,
  type Controller,
  type ControllerIo,
  type Outcome,
  type Watch,
  watchOf,
} from '../../client/protocol.ts';
import { cachedOwner, definitionsOf, dependentsOf, hasDependents, locate, placeOf, type Scene } from './graph.ts';
import { COLLECTED, DEFINITIONS, Kinds } from './kinds.ts';
import {
  deletion,
  FOREGROUND,
  isDeleting,
  isOrphaning,
  isWaiting,
  itemKey,
  ORPHAN,
  type Owner,
  parseItem,
  verdict,
} from './logic.ts';

const AT_ONCE = 50;
const ABSENT_MAX = 500;
const UNSEEN_MS = 10_000;
/** The key of the work that keeps the watches right; no item's. */
const FOLLOW = 'definitions';

export const garbageCollector = (): Controller => {
  /** Owners that the server said are gone: a thousand dependents ask once. */
  const absent = new Lru<string, true>(ABSENT_MAX);
  const kinds = new Kinds();
  const watch = (resource: Resource): Watch =>
    watchOf({
      resource,
      indexes: { owner: ownerUids },
      keys: (change, io) => [
        ...keysOf(resource, change, { io, kinds }),
        ...(resource.resource === DEFINITIONS.resource && resource.group === DEFINITIONS.group ? [FOLLOW] : []),
      ],
    });
  return {
    name: 'garbage-collector-controller',
    workers: 20,
    watches: COLLECTED.map(watch),
    start: () => kinds.clear(),
    *reconcile(key, io) {
      const scene = { io, kinds };
      if (key === FOLLOW) {
        const { leave, begin } = kinds.plan(definitionsOf(scene));
        for (const info of leave) io.unfollow(info);
        for (const info of begin) io.follow(watch(info));
        return undefined;
      }
      const item = parseItem(key);
      const resource = kinds.of(item);
      if (resource === undefined) return undefined;
      const path = item.namespace === '' ? item.name : `${item.namespace}/${item.name}`;
      const object = io.cache(resource).get(path);
      if (object === undefined) return undefined;
      if (isDeleting(object)) return yield* beingDeleted(scene, resource, object);
      if (settled(scene, object)) return undefined;
      const live = yield* io.client.get(resource, item.namespace, item.name);
      if (!live.ok) return live.fault.reason === 'NotFound' ? undefined : live.fault;
      if (live.value.metadata.uid !== object.metadata.uid) return undefined; // another: its own change tells of it
      return yield* judged(scene, resource, live.value, absent);
    },
  };
};

function keysOf(resource: Resource, change: CacheChange<KubeObject>, scene: Scene): readonly string[] {
  const { object } = change;
  const keys: string[] = [];
  if (change.type === 'deleted') {
    for (const dependent of dependentsOf(scene, object.metadata.uid))
      keys.push(itemKey(dependent.resource, dependent.object));
  } else if (isWaiting(object) || isOrphaning(object) || (!isDeleting(object) && !settled(scene, object)))
    keys.push(itemKey(resource, object));
  // An owner that waits for its dependents looks again when one has gone or is no longer its.
  if (change.type === 'added') {
    warnMisplaced(scene, object);
    return keys;
  }
  const was = change.type === 'modified' ? change.old : object;
  for (const reference of was.metadata.ownerReferences ?? []) {
    const place = placeOf(reference, object.metadata.namespace ?? '', definitionsOf(scene));
    const owner = cachedOwner(scene, place, reference.uid);
    if (owner && place.at === 'known' && isWaiting(owner)) keys.push(itemKey(place.resource, owner));
  }
  return keys;
}

function warnMisplaced(scene: Scene, object: KubeObject): void {
  if (object.metadata.namespace !== undefined) return;
  for (const reference of object.metadata.ownerReferences ?? []) {
    if (placeOf(reference, '', definitionsOf(scene)).at !== 'misplaced') continue;
    const { apiVersion, kind, name, uid } = reference;
    const which = `[${apiVersion}/${kind}, namespace: , name: ${name}, uid: ${uid}]`;
    const message = `ownerRef ${which} does not exist in namespace ""`;
    scene.io.events.event(object, 'Warning', 'OwnerRefInvalidNamespace', message);
  }
}

/** By the caches alone: all its owners are there and stay. The usual case, and all that most events cost. */
function settled(scene: Scene, object: KubeObject): boolean {
  for (const reference of object.metadata.ownerReferences ?? []) {
    const place = placeOf(reference, object.metadata.namespace ?? '', definitionsOf(scene));
    const owner = cachedOwner(scene, place, reference.uid);
    if (place.at === 'known' && (owner === undefined || isWaiting(owner))) return false;
  }
  return true;
}

function* judged(scene: Scene, resource: Resource, object: KubeObject, absent: Lru<string, true>): Task<Outcome> {
  const { io } = scene;
  const { name, namespace = '', uid, resourceVersion, ownerReferences = [] } = object.metadata;
  const owners: [OwnerReference, Owner][] = [];
  for (const reference of ownerReferences) {
    const state = yield* ownerState(scene, object, reference, absent);
    if (!state.ok) return state.fault;
    owners.push([reference, state.value]);
  }
  const decided = verdict(object, owners, hasDependents(scene, uid));
  // The server has an owner that the caches lack: should it never come here, its end would not be heard of either.
  if (decided.do === 'nothing') return settled(scene, object) ? undefined : { afterMs: UNSEEN_MS };
  if (decided.do === 'disown') {
    const metadata = { uid, resourceVersion, ownerReferences: decided.keep };
    const patched = yield* io.client.patch(resource, namespace, name, { metadata });
    return patched.ok || patched.fault.reason === 'NotFound' ? undefined : patched.fault;
  }
  if (decided.policy === 'Foreground' && dependentsOf(scene, uid).some((dependent) => isWaiting(dependent.object))) {
    // A circle: what waits for this would be waited for by this. It no longer holds up its owners.
    const unblocked = ownerReferences.map((reference) => ({ ...reference, blockOwnerDeletion: false }));
    const metadata = { uid, resourceVersion, ownerReferences: unblocked };
    if (ownerReferences.some((reference) => reference.blockOwnerDeletion === true)) {
      const patched = yield* io.client.patch(resource, namespace, name, { metadata });
      return patched.ok || patched.fault.reason === 'NotFound' ? { afterMs: 1 } : patched.fault;
    }
  }
  const gone = yield* io.client.delete(resource, namespace, name, {
    propagationPolicy: decided.policy,
    preconditions: { uid, resourceVersion },
  });
  return gone.ok || gone.fault.reason === 'NotFound' ? undefined : gone.fault;
}

function* ownerState(
  scene: Scene,
  object: KubeObject,
  reference: OwnerReference,
  absent: Lru<string, true>,
): Task<Result<Owner>> {
  const place = placeOf(reference, object.metadata.namespace ?? '', definitionsOf(scene));
  if (place.at !== 'known') return ok('solid');
  if (absent.get(reference.uid)) return ok('absent');
  let owner = cachedOwner(scene, place, reference.uid);
  if (owner === undefined) {
    const live = yield* scene.io.client.get<KubeObject>(place.resource, ...locate(place));
    if (!live.ok && live.fault.reason !== 'NotFound') return live;
    owner = live.ok && live.value.metadata.uid === reference.uid ? live.value : undefined;
    if (owner === undefined) {
      absent.set(reference.uid, true);
      return ok('absent');
    }
  }
  return ok(isWaiting(owner) ? 'waiting' : 'solid');
}

function* beingDeleted(scene: Scene, resource: Resource, object: KubeObject): Task<Outcome> {
  const { io } = scene;
  const dependents = dependentsOf(scene, object.metadata.uid);
  const decided = deletion(
    object,
    dependents.map((dependent) => dependent.object),
  );
  switch (decided.do) {
    case 'nothing':
      return undefined;
    case 'finish':
      return yield* withoutFinalizer(io, resource, object, FOREGROUND);
    case 'wait':
      for (const dependent of dependents)
        if (!isDeleting(dependent.object)) io.enqueue(itemKey(dependent.resource, dependent.object));
      return undefined;
    case 'orphan': {
      const { uid } = object.metadata;
      for (let from = 0; from < dependents.length; from += AT_ONCE) {
        const some = dependents.slice(from, from + AT_ONCE);
        const outcomes = yield* all(some.map((dependent) => disown(io, dependent.resource, dependent.object, uid)));
        const failed = outcomes.find((outcome) => outcome !== undefined);
        if (failed !== undefined) return failed;
      }
      return yield* withoutFinalizer(io, resource, object, ORPHAN);
    }
  }
}

function* disown(io: ControllerIo, resource: Resource, object: KubeObject, ownerUid: string): Task<Outcome> {
  const { name, namespace = '', uid, resourceVersion, ownerReferences = [] } = object.metadata;
  const keep = ownerReferences.filter((reference) => reference.uid !== ownerUid);
  const metadata = { uid, resourceVersion, ownerReferences: keep };
  const patched = yield* io.client.patch(resource, namespace, name, { metadata });
  return patched.ok || patched.fault.reason === 'NotFound' ? undefined : patched.fault;
}

function* withoutFinalizer(io: ControllerIo, resource: Resource, object: KubeObject, name: string): Task<Outcome> {
  const { namespace = '', uid, resourceVersion, finalizers = [] } = object.metadata;
  const metadata = { uid, resourceVersion, finalizers: finalizers.filter((finalizer) => finalizer !== name) };
  const patched = yield* io.client.patch(resource, namespace, object.metadata.name, { metadata });
  return patched.ok || patched.fault.reason === 'NotFound' ? undefined : patched.fault;
}
