//! The informers of a host: one a resource and scope, shared by all who ask, gone when the last has left.
import { show } from '../../../runtime/address.ts';
import type { ActorHandle, Host } from '../../../runtime/host.ts';
import { keyOf, type Resource } from '../../api/resource.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { User } from '../../apiserver/protocol.ts';
import { type Listener, ObjectStore, type UsedCache } from '../cache.ts';
import type { WriteThrough } from '../client.ts';
import type { Watch } from '../protocol.ts';
import { type Scope, scopeName, startInformer } from './index.ts';

const RESTART_MS = 1_000;

export interface InformerSet extends WriteThrough {
  /** Starts the informer unless it runs. The listener hears what is there already as `added`, at once. */
  get<T extends KubeObject>(watch: Watch<T>, listener?: Listener<T>): UsedCache<T>;
}

interface Shared {
  readonly scope: Scope;
  readonly store: ObjectStore;
  handle: ActorHandle | undefined;
  users: number;
}

const sets = new WeakMap<Host, InformerSet>();
export const INFORMER_USER: User = { name: 'system:informer', groups: ['system:masters', 'system:authenticated'] };

/** Of this host. `user` counts at the first call: whom its lists are made for. */
export function informers(host: Host, user: User = INFORMER_USER): InformerSet {
  let set = sets.get(host);
  if (set === undefined) {
    set = new HostInformers(host, user);
    sets.set(host, set);
  }
  return set;
}

class HostInformers implements InformerSet {
  readonly #host: Host;
  readonly #user: User;
  readonly #shared = new Map<string, Shared>();
  /** Those of a resource, whatever their scope: where writes go. */
  readonly #byResource = new Map<string, Set<Shared>>();
  constructor(host: Host, user: User) {
    this.#host = host;
    this.#user = user;
    host.onEnded((at, ended) => {
      if (at.component !== 'informer' || ended.how !== 'failed') return;
      const shared = this.#shared.get(at.name);
      if (shared === undefined) return;
      shared.handle = undefined;
      host.ports.clock.setTimeout(() => this.#start(shared), RESTART_MS);
    });
  }

  get<T extends KubeObject>(watch: Watch<T>, listener: Listener<T> = {}): UsedCache<T> {
    const scope: Scope = {
      resource: watch.resource as Resource,
      ...(watch.namespace === undefined ? {} : { namespace: watch.namespace }),
      ...(watch.node === undefined ? {} : { node: watch.node }),
    };
    const name = scopeName(scope);
    let shared = this.#shared.get(name);
    if (shared === undefined) {
      shared = { scope, store: new ObjectStore(scope.resource), handle: undefined, users: 0 };
      this.#shared.set(name, shared);
      this.#of(scope.resource).add(shared);
    }
    shared.users++;
    const used = shared;
    const store = shared.store as unknown as ObjectStore<T>;
    const cache = store.use(watch.indexes ?? {}, listener, () => this.#left(name, used));
    this.#start(shared);
    return cache;
  }

  stored(resource: Resource, object: KubeObject): void {
    for (const { scope, store } of this.#byResource.get(kindOf(resource)) ?? []) {
      if (scope.namespace !== undefined && scope.namespace !== object.metadata.namespace) continue;
      if (scope.node !== undefined && scope.node !== (object as Pod).spec?.nodeName) continue;
      store.write(object);
    }
  }
  removed(resource: Resource, namespace: string, name: string, uid: string): void {
    const key = keyOf({ metadata: { name, namespace: resource.namespaced ? namespace : '' } });
    for (const { store } of this.#byResource.get(kindOf(resource)) ?? []) store.bury(key, uid);
  }

  #start(shared: Shared): void {
    if (shared.handle !== undefined || shared.users === 0) return;
    shared.handle = startInformer(this.#host, shared.scope, shared.store, this.#user) as unknown as ActorHandle;
    this.#host.ports.logger.debug({ actor: show(shared.handle.address) }, 'informer started');
  }
  #left(name: string, shared: Shared): void {
    if (--shared.users > 0) return;
    this.#shared.delete(name);
    this.#of(shared.scope.resource).delete(shared);
    shared.handle?.stop();
    shared.handle = undefined;
  }
  #of(resource: Resource): Set<Shared> {
    const kind = kindOf(resource);
    let all = this.#byResource.get(kind);
    if (all === undefined) {
      all = new Set();
      this.#byResource.set(kind, all);
    }
    return all;
  }
}
const kindOf = (resource: Resource): string => `${resource.group}/${resource.resource}`;
