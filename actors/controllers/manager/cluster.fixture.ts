//! For tests: etcd, an API server and controllers in a simulated world, and somebody who writes and looks.
import type { Result } from '../../../runtime/fault.ts';
import { MemoryLog } from '../../../runtime/log/memory.ts';
import type { Clock } from '../../../runtime/ports.ts';
import { World } from '../../../runtime/sim/world.ts';
import type { Supervisor } from '../../../runtime/supervisor.ts';
import { runTask, type Task } from '../../../runtime/task.ts';
import { loadSchema } from '../../api/edge/load.ts';
import { LEASES, NODES, PODS, type Resource } from '../../api/resource.ts';
import { microTime, timestamp } from '../../api/time.ts';
import type { Lease, Node } from '../../api/types/cluster.ts';
import type { Draft, KubeObject } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import { startApiserver } from '../../apiserver/index.ts'; // tidy: a fixture of tests
import { simSigner } from '../../apiserver/signer.ts'; // tidy: a fixture of tests
import { createClient } from '../../client/client.ts';
import { informers } from '../../client/informer/set.ts';
import type { Cache, Client, Controller } from '../../client/protocol.ts';
import { startEtcd } from '../../etcd/index.ts'; // tidy: a fixture of tests
import { MANAGER_USER, startManager } from './index.ts';

export class Story {
  readonly world: World;
  readonly client: Client;
  readonly clock: Clock;
  readonly #caches = new Map<string, Cache<KubeObject>>();
  readonly #silent = new Set<string>();
  constructor(seed = 1, latencyMs: readonly [least: number, most: number] = [0.1, 0.1]) {
    this.world = new World({ seed, latencyMs });
    this.clock = this.world.clock;
    startEtcd(this.world.host('etcd'), { log: new MemoryLog() });
    this.startApiserver();
    const random = this.world.random.fork('test');
    this.client = createClient(this.world.cluster, MANAGER_USER, { id: 'test', random, clock: this.clock });
  }

  startApiserver(): void {
    startApiserver(this.world.host('apiserver'), { schema: loadSchema(), signer: simSigner });
  }
  manager(host: string, controllers: readonly Controller[], leaderElection = false): Supervisor {
    return startManager(this.world.host(host), { name: host, controllers, leaderElection });
  }
  /** Runs it to its end; a fault is a failed test. */
  do<T>(what: string, task: Task<Result<T>>): T {
    const result = this.try(what, task);
    if (!result.ok) throw new Error(`${what}: ${result.fault.reason}: ${result.fault.message}`);
    return result.value;
  }
  try<T>(what: string, task: Task<T>): T {
    const results: T[] = [];
    const failed = (error: unknown): never => {
      throw error;
    };
    runTask(task, this.world.ports, (value) => results.push(value), failed);
    this.world.until(what, () => results.length > 0, 120_000);
    return results[0] as T;
  }
  create<T extends KubeObject>(resource: Resource<T>, namespace: string, name: string, more: object = {}): T {
    const { metadata, ...rest } = more as { metadata?: object };
    const draft = { metadata: { name, ...(namespace === '' ? {} : { namespace }), ...metadata }, ...rest };
    return this.do(`create ${name}`, this.client.create(resource, namespace, draft as unknown as Draft<T>));
  }
  /** What a stranger sees of a resource. */
  seen<T extends KubeObject>(resource: Resource<T>): Cache<T> {
    const key = `${resource.group}/${resource.resource}`;
    let cache = this.#caches.get(key);
    if (cache === undefined) {
      cache = informers(this.world.host('viewer')).get({ resource }) as unknown as Cache<KubeObject>;
      this.#caches.set(key, cache);
      this.until(`${resource.resource} listed`, () => cache?.synced === true);
    }
    return cache as unknown as Cache<T>;
  }
  until(what: string, done: () => boolean, limitMs = 60_000): void {
    this.world.until(what, done, limitMs);
  }

  /** A node whose kubelet reports and renews until it is silenced. */
  node(name: string): Node {
    const made = this.create(NODES, '', name);
    const now = timestamp(this.clock.now());
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'kubelet is posting ready status',
      lastHeartbeatTime: now,
      lastTransitionTime: now,
    };
    this.do(
      `${name} reports`,
      this.client.patch(
        NODES,
        '',
        name,
        { status: { conditions: [ready] } },
        { type: 'strategic', subresource: 'status' },
      ),
    );
    this.create<Lease>(LEASES, 'kube-node-lease', name, { spec: { holderIdentity: name, leaseDurationSeconds: 40 } });
    const renew = (): void => {
      if (this.#silent.has(name)) return;
      const spec = { renewTime: microTime(this.clock.now()) };
      const patch = this.client.patch(LEASES, 'kube-node-lease', name, { spec });
      runTask(
        patch,
        this.world.ports,
        () => {},
        (error) => {
          throw error;
        },
      );
      this.clock.setTimeout(renew, 10_000);
    };
    renew();
    return made;
  }
  silence(name: string): void {
    this.#silent.add(name);
  }
  pod(name: string, nodeName: string, more: { readonly metadata?: object; readonly spec?: object } = {}): Pod {
    const spec = { containers: [{ name: 'app', image: 'app' }], ...more.spec };
    const pod = this.create(PODS, 'default', name, { ...more, spec: nodeName === '' ? spec : { ...spec, nodeName } });
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: timestamp(this.clock.now()) }];
    const options = { type: 'strategic', subresource: 'status' } as const;
    const status = { phase: 'Running', conditions };
    return nodeName === '' ? pod : this.do(name, this.client.patch(PODS, 'default', name, { status }, options));
  }
}
