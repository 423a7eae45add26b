//! Three controllers that take a finalizer away once nobody uses what it holds.
import type { Task } from '../../../runtime/task.ts';
import {
  keyOf,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  type Resource,
  splitKey,
} from '../../api/resource.ts';
import { findResource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { type Controller, type ControllerIo, type Outcome, watchOf } from '../../client/protocol.ts';
import {
  CLAIM_FINALIZER,
  CLASS_FINALIZER,
  claimsOf,
  classesOf,
  isBound,
  isHeld,
  VOLUME_FINALIZER,
  without,
} from './logic.ts';

const CLASSES: Resource = findResource('storage.k8s.io', 'v1', 'volumeattributesclasses')!;

export const claimProtection: Controller = {
  name: 'persistentvolumeclaim-protection-controller',
  watches: [
    watchOf({
      resource: PODS,
      indexes: { claim: claimsOf },
      // A pod that goes may have been the last.
      keys: ({ type, object }) => (type === 'deleted' ? claimsOf(object) : []),
    }),
    watchOf({ resource: PERSISTENT_VOLUME_CLAIMS, keys: ({ object }) => [keyOf(object)] }),
  ],
  *reconcile(key, io) {
    const claim = io.cache(PERSISTENT_VOLUME_CLAIMS).get(key);
    if (claim === undefined || !isHeld(claim, CLAIM_FINALIZER)) return undefined;
    if (io.cache(PODS).by('claim', key).length > 0) return undefined;
    return yield* released(io, PERSISTENT_VOLUME_CLAIMS, claim, CLAIM_FINALIZER);
  },
};
export const volumeProtection: Controller = {
  name: 'persistentvolume-protection-controller',
  watches: [watchOf({ resource: PERSISTENT_VOLUMES, keys: ({ object }) => [object.metadata.name] })],
  *reconcile(name, io) {
    const volume = io.cache(PERSISTENT_VOLUMES).get(name);
    if (volume === undefined || !isHeld(volume, VOLUME_FINALIZER) || isBound(volume)) return undefined;
    return yield* released(io, PERSISTENT_VOLUMES, volume, VOLUME_FINALIZER);
  },
};
const USERS = [PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES] as readonly Resource[];
export const attributesClassProtection: Controller = {
  name: 'volumeattributesclass-protection-controller',
  watches: [
    ...USERS.map((resource) =>
      watchOf({ resource, indexes: { class: classesOf }, keys: ({ object }) => classesOf(object) }),
    ),
    watchOf({ resource: CLASSES, keys: ({ object }) => [object.metadata.name] }),
  ],
  *reconcile(name, io) {
    const held = io.cache(CLASSES).get(name);
    if (held === undefined || !isHeld(held, CLASS_FINALIZER)) return undefined;
    if (USERS.some((resource) => io.cache(resource).by('class', name).length > 0)) return undefined;
    return yield* released(io, CLASSES, held, CLASS_FINALIZER);
  },
};

function* released(io: ControllerIo, resource: Resource, object: KubeObject, finalizer: string): Task<Outcome> {
  const [namespace, name] = splitKey(keyOf(object));
  const { uid, resourceVersion } = object.metadata;
  const metadata = { uid, resourceVersion, finalizers: without(object, finalizer) };
  const done = yield* io.client.patch(resource, namespace, name, { metadata });
  return done.ok || done.fault.reason === 'NotFound' || done.fault.reason === 'Conflict' ? undefined : done.fault;
}
