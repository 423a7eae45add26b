//! What controllers, the scheduler, kubelets and proxies see of the API: caches kept by informers, verbs as tasks,
//! and the one shape of a controller. Implementations: informer/, client.ts, reconciler/, election/, events.ts.
import type { AnyStateMachine, EventFromLogic } from 'xstate';
import type { Address } from '../../runtime/address.ts';
import type { Fault, Result } from '../../runtime/fault.ts';
import type { ActorDefinition, ActorHandle } from '../../runtime/host.ts';
import type { Clock, Logger, Random } from '../../runtime/ports.ts';
import type { Task } from '../../runtime/task.ts';
import type { Resource } from '../api/resource.ts';
import type { ObjectReference } from '../api/types/cluster.ts';
import type { DeepPartial, Draft, KubeObject, ObjectMeta } from '../api/types/meta.ts';
import type { ApiOptions } from '../apiserver/protocol.ts';

/**
 * A copy of every object of a resource, as fresh as the watch; own writes are seen at once (the client writes them
 * through), so no controller needs expectations. Objects are shared and frozen in tests: never change them.
 */
export interface Cache<T extends KubeObject> {
  readonly resource: Resource<T>;
  /** The first list is in. */
  readonly synced: boolean;
  /** `namespace/name` or `name`. */
  get(key: string): T | undefined;
  /** In key order of insertion; of one namespace when given. */
  list(namespace?: string): readonly T[];
  /** By an index declared in a Watch: `cache.by('owner', uid)`. */
  by(index: string, value: string): readonly T[];
  readonly size: number;
}
/** Values under which an object is found. Index functions are pure. */
export type Indexes<T> = Readonly<Record<string, (object: T) => readonly string[]>>;
export type CacheChange<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'modified'; readonly object: T; readonly old: T }
  | { readonly type: 'deleted'; readonly object: T };

/** Verbs. Faults carry the Kubernetes Status in `detail`. Each step is a request over the bus, resumed by its reply. */
export interface Client {
  get<T extends KubeObject>(resource: Resource<T>, namespace: string, name: string): Task<Result<T>>;
  list<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    options?: ApiOptions,
  ): Task<Result<readonly T[]>>;
  create<T extends KubeObject>(resource: Resource<T>, namespace: string, object: Draft<T>): Task<Result<T>>;
  /** `object.metadata.resourceVersion`, when there, must still be the stored one: else Conflict. */
  update<T extends KubeObject>(resource: Resource<T>, object: T, subresource?: string): Task<Result<T>>;
  patch<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
    patch: DeepPartial<T> | { readonly metadata: Partial<ObjectMeta> } | object,
    options?: { readonly type?: 'merge' | 'strategic' | 'json'; readonly subresource?: string },
  ): Task<Result<T>>;
  delete<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
    options?: ApiOptions,
  ): Task<Result<void>>;
  deleteCollection<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    options?: ApiOptions,
  ): Task<Result<void>>;
  /** get of a subresource: scale. */
  getSub(
    resource: Resource,
    namespace: string,
    name: string,
    subresource: string,
    options?: ApiOptions,
  ): Task<Result<KubeObject>>;
  /** create on a subresource: binding, eviction, token. */
  createSub<T extends KubeObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
    subresource: string,
    body: object,
  ): Task<Result<KubeObject>>;
}

/** core/v1 Events, aggregated: the same again raises `count`. Fire and forget, bounded, never fails the caller. */
export interface EventRecorder {
  event(about: KubeObject | ObjectReference, type: 'Normal' | 'Warning', reason: string, message: string): void;
}

/** What a reconcile may use. All of it is deterministic in simulation. */
export interface ControllerIo {
  readonly name: string;
  cache<T extends KubeObject>(resource: Resource<T>): Cache<T>;
  readonly client: Client;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** More watches, of kinds that come and go while it runs. They end with its leadership; one a resource. */
  follow<T extends KubeObject>(watch: Watch<T>): void;
  unfollow(resource: Resource): void;
  /** Queue a key of this controller, now or later: the last word on timing stays with the queue. */
  enqueue(key: string, afterMs?: number): void;
}

/** Actors of a controller beside its keys: one a node, say. They end when it stops running; one that fails fails it. */
export interface ControllerActors {
  /** For their addresses: `<component>/<manager>/<name>`. */
  readonly manager: string;
  start<M extends AnyStateMachine>(definition: ActorDefinition<M>): ActorHandle<EventFromLogic<M>>;
}

/** undefined: done. `afterMs`: look again then. A fault: again with exponential back-off (5 ms doubling to 1,000 s). */
export type Outcome = undefined | { readonly afterMs: number } | Fault;

export interface Watch<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  /** Of one namespace only. */
  readonly namespace?: string;
  /** Only the objects of one node (pods). */
  readonly node?: string;
  readonly indexes?: Indexes<T>;
  /** Which keys of this controller a change concerns; absent: the cache is wanted, changes wake nobody. */
  readonly keys?: (change: CacheChange<T>, io: ControllerIo) => readonly string[];
}

/** One controller as data. `reconcile` is level-based: run twice, decide the same. */
export interface Controller {
  /** Kubernetes' name: `replicaset-controller`. */
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: a list of watches of different objects
  readonly watches: readonly Watch<any>[];
  /** Keys worked on at once; one key never twice at once. Default 5. */
  readonly workers?: number;
  /** Each time all caches are synced and leadership is held, before the first key: also where memory is cleared. */
  readonly start?: (io: ControllerIo, actors: ControllerActors) => void;
  reconcile(key: string, io: ControllerIo): Task<Outcome>;
}
/** Helps `Controller.watches` keep the type of each watch. */
export const watchOf = <T extends KubeObject>(watch: Watch<T>): Watch<T> => watch;

/** Where a manager's actors live: `controller/<manager>/<name>`. */
export const controllerAddress = (manager: string, name: string): Address => ({
  component: 'controller',
  namespace: manager,
  name,
});
