//! How an object changes hands: orphans are found, adopted and released.
import { ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import type { Resource } from '../../api/resource.ts';
import { matches, type Selector } from '../../api/selector.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { controllerOf, controllerRef, controllerUid } from '../owners.ts';
import type { ControllerIo } from '../protocol.ts';

/** Indexes of what is controlled, by the uid of the controller, and of what nobody controls, by namespace. */
export const CONTROLLER = 'controller';
export const ORPHANAGE = 'orphanage';
const orphanage = (object: KubeObject): readonly string[] =>
  controllerOf(object) === undefined ? [object.metadata.namespace ?? ''] : [];
export const claimIndexes = { [CONTROLLER]: controllerUid, [ORPHANAGE]: orphanage } as const;

/** Who claims, and what; the cache of `resource` has the indexes of claims. */
export interface Claiming<O extends KubeObject, T extends KubeObject> {
  readonly owner: KubeObject;
  readonly ownerResource: Resource<O>;
  readonly resource: Resource<T>;
  readonly selector: Selector;
  /** Absent: all. What must not change hands stays as it is. */
  readonly moves?: (object: T) => boolean;
  /** What has an owner also has this. */
  readonly finalizer?: string;
}
export interface Claims<T> {
  readonly own: readonly T[];
  readonly adopt: readonly T[];
  readonly release: readonly T[];
}
/** Whose is whose: `objects` are those it controls, and those of its namespace that nobody does. */
export function claims<T extends KubeObject>(
  { owner, selector, moves = () => true }: Pick<Claiming<KubeObject, T>, 'owner' | 'selector' | 'moves'>,
  objects: readonly T[],
): Claims<T> {
  const deleting = owner.metadata.deletionTimestamp !== undefined;
  const own: T[] = [];
  const adopt: T[] = [];
  const release: T[] = [];
  for (const object of objects) {
    const controller = controllerOf(object);
    const matching = matches(selector, object.metadata.labels);
    if (controller === undefined) {
      if (matching && !deleting && object.metadata.deletionTimestamp === undefined && moves(object)) adopt.push(object);
    } else if (controller.uid === owner.metadata.uid) {
      if (matching) own.push(object);
      else if (!deleting && moves(object)) release.push(object);
    }
  }
  return { own, adopt, release };
}

/** Takes and gives away what has to be, and returns what it then has. */
export function* claim<O extends KubeObject, T extends KubeObject>(
  claiming: Claiming<O, T>,
  io: ControllerIo,
): Task<Result<readonly T[]>> {
  const { owner, resource, finalizer } = claiming;
  const { namespace = '', name, uid } = owner.metadata;
  const cache = io.cache(resource);
  const { own, adopt, release } = claims(claiming, [...cache.by(CONTROLLER, uid), ...cache.by(ORPHANAGE, namespace)]);
  for (const object of release) {
    const patch = releasePatch(object, uid, finalizer);
    const result = yield* io.client.patch(resource, namespace, object.metadata.name, patch, { type: 'strategic' });
    if (!result.ok && result.fault.reason !== 'NotFound' && result.fault.reason !== 'Invalid') return result;
  }
  if (adopt.length === 0) return ok(own);
  // The cache may be behind: only one that lives, and is the one we mean, adopts.
  const fresh = yield* io.client.get(claiming.ownerResource, namespace, name);
  if (!fresh.ok) return fresh.fault.reason === 'NotFound' ? ok(own) : fresh;
  if (fresh.value.metadata.uid !== uid || fresh.value.metadata.deletionTimestamp !== undefined) return ok(own);
  const all = [...own];
  for (const object of adopt) {
    const patch = adoptPatch(object, owner, finalizer);
    const result = yield* io.client.patch(resource, namespace, object.metadata.name, patch, { type: 'strategic' });
    if (result.ok) all.push(result.value);
    else if (result.fault.reason !== 'NotFound') return result;
  }
  return ok(all);
}
/** What it has as the cache is now, after its own writes. */
export const claimedNow = <O extends KubeObject, T extends KubeObject>(
  claiming: Claiming<O, T>,
  io: ControllerIo,
): readonly T[] => claims(claiming, io.cache(claiming.resource).by(CONTROLLER, claiming.owner.metadata.uid)).own;

/** Strategic merge patches; the uid makes sure that it is still the same object. */
const releasePatch = ({ metadata }: KubeObject, ownerUid: string, finalizer: string | undefined): object => ({
  metadata: {
    uid: metadata.uid,
    ownerReferences: [{ $patch: 'delete', uid: ownerUid }],
    ...(finalizer === undefined ? {} : { '$deleteFromPrimitiveList/finalizers': [finalizer] }),
  },
});
const adoptPatch = ({ metadata }: KubeObject, owner: KubeObject, finalizer: string | undefined): object => ({
  metadata: {
    uid: metadata.uid,
    ownerReferences: [controllerRef(owner)],
    ...(finalizer === undefined ? {} : { finalizers: [finalizer] }),
  },
});
