import type { Task } from '../../../runtime/task.ts';
import { keyOf, PODS, type Resource, splitKey } from '../../api/resource.ts';
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

const CLAIMS: Resource = findResource('', 'v1', 'persistentvolumeclaims')!;
const VOLUMES: Resource = findResource('', 'v1', 'persistentvolumes')!;
const CLASSES: Resource = findResource('storage.k8s.io', 'v1', 'volumeattributesclasses')!;

// Keys: `claim/<namespace>/<name>`, `volume/<name>`, `class/<name>`.
export const storageProtectionController: Controller = {
  name: 'storage-protection-controller',
  watches: [
    watchOf({
      resource: PODS,
      indexes: { claim: claimsOf },
      // A pod that goes may have been the last.
      keys: ({ type, object }) => (type === 'deleted' ? claimsOf(object).map((key) => `claim/${key}`) : []),
    }),
    watchOf({
      resource: CLAIMS,
      indexes: { class: classesOf },
      keys: ({ object }) => [`claim/${keyOf(object)}`, ...classesOf(object).map((name) => `class/${name}`)],
    }),
    watchOf({
      resource: VOLUMES,
      indexes: { class: classesOf },
      keys: ({ object }) => [`volume/${object.metadata.name}`, ...classesOf(object).map((name) => `class/${name}`)],
    }),
    watchOf({ resource: CLASSES, keys: ({ object }) => [`class/${object.metadata.name}`] }),
  ],
  *reconcile(key, io) {
    const at = key.indexOf('/');
    const [kind, name] = [key.slice(0, at), key.slice(at + 1)];
    switch (kind) {
      case 'claim': {
        const claim = io.cache(CLAIMS).get(name);
        if (claim === undefined || !isHeld(claim, CLAIM_FINALIZER)) return undefined;
        return io.cache(PODS).by('claim', name).length > 0
          ? undefined
          : yield* released(io, CLAIMS, claim, CLAIM_FINALIZER);
      }
      case 'volume': {
        const volume = io.cache(VOLUMES).get(name);
        if (volume === undefined || !isHeld(volume, VOLUME_FINALIZER) || isBound(volume)) return undefined;
        return yield* released(io, VOLUMES, volume, VOLUME_FINALIZER);
      }
      default: {
        const held = io.cache(CLASSES).get(name);
        if (held === undefined || !isHeld(held, CLASS_FINALIZER)) return undefined;
        const used = [CLAIMS, VOLUMES].some((resource) => io.cache(resource).by('class', name).length > 0);
        return used ? undefined : yield* released(io, CLASSES, held, CLASS_FINALIZER);
      }
    }
  },
};

function* released(io: ControllerIo, resource: Resource, object: KubeObject, finalizer: string): Task<Outcome> {
  const [namespace, name] = splitKey(keyOf(object));
  const { uid, resourceVersion } = object.metadata;
  const metadata = { uid, resourceVersion, finalizers: without(object, finalizer) };
  const done = yield* io.client.patch(resource, namespace, name, { metadata });
  return done.ok || done.fault.reason === 'NotFound' || done.fault.reason === 'Conflict' ? undefined : done.fault;
}
