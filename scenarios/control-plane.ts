//! A control plane in simulation: etcd, API server, scheduler and workload controllers, and kubelets of a few lines that
//! run whatever is bound (images that end in `bad` never become ready). For stories about workloads.

import { loadSchema } from '../actors/api/edge/load.ts';
import { ENDPOINT_SLICES, ENDPOINTS, EVENTS, NODES, PODS, type Resource } from '../actors/api/resource.ts';
import { timestamp } from '../actors/api/time.ts';
import type { KubeObject } from '../actors/api/types/meta.ts';
import type { Pod } from '../actors/api/types/pod.ts';
import { startApiserver } from '../actors/apiserver/index.ts';
import { simSigner } from '../actors/apiserver/signer.ts';
import { createClient } from '../actors/client/client.ts';
import { informers } from '../actors/client/informer/set.ts';
import type { Client } from '../actors/client/protocol.ts';
import { startController } from '../actors/client/reconciler/index.ts';
import { deploymentController } from '../actors/controllers/deployment/index.ts';
import { endpointSliceController } from '../actors/controllers/endpoint-slice/index.ts';
import { endpointsController } from '../actors/controllers/endpoints/index.ts';
import { replicasetController, replicationController } from '../actors/controllers/replicaset/index.ts';
import { startEtcd } from '../actors/etcd/index.ts';
import { startScheduler } from '../actors/scheduler/index.ts';
import type { Result } from '../runtime/fault.ts';
import { assert } from '../runtime/fault.ts';
import { MemoryLog } from '../runtime/log/memory.ts';
import { World, type WorldOptions } from '../runtime/sim/world.ts';
import { runTask, type Task } from '../runtime/task.ts';

const USER = { name: 'admin', groups: ['system:masters'] };
const TERMINATION_MS = 1_000;
const START_MS = 500;

export class ControlPlane {
  readonly world: World;
  readonly client: Client;
  readonly ended: string[] = [];
  #ips = 0;

  constructor(options: WorldOptions, nodes: number, schedulers = 1) {
    this.world = new World(options);
    const { clock, random } = this.world;
    const host = this.world.host('control-plane');
    host.onEnded((at, how) => how.how === 'failed' && this.ended.push(`${at.component} ${String(how.error)}`));
    startEtcd(host, { log: new MemoryLog() });
    startApiserver(host, { schema: loadSchema(), signer: simSigner });
    this.client = createClient(this.world.cluster, USER, { id: 'story', random: random.fork('story'), clock });
    for (const controller of [
      replicasetController,
      replicationController,
      deploymentController,
      endpointsController,
      endpointSliceController,
    ])
      startController(host, controller, { manager: 'manager', user: USER });
    for (let i = 0; i < schedulers; i++)
      startScheduler(i === 0 ? host : this.world.host(`scheduler-${i}`), { user: USER });
    for (let i = 1; i <= nodes; i++) this.#addNode(`n${i}`);
    this.#runPods();
  }
  do<T>(task: Task<Result<T>>): T {
    let result: Result<T> | undefined;
    runTask(
      task,
      this.world.ports,
      (value) => {
        result = value;
      },
      (error) => {
        throw error;
      },
    );
    this.world.until('an answer', () => result !== undefined, 60_000);
    assert(result?.ok === true, JSON.stringify(result));
    return result.value;
  }
  all<T extends KubeObject>(resource: Resource<T>): readonly T[] {
    return this.do(this.client.list(resource, ''));
  }
  pods = (): readonly Pod[] => this.all(PODS);
  running = (): readonly Pod[] =>
    this.pods().filter((pod) => pod.status.phase === 'Running' && pod.metadata.deletionTimestamp === undefined);
  events = (reason: string): readonly string[] =>
    this.all(EVENTS)
      .filter((event) => event.reason === reason)
      .map((event) => event.message);
  /** Addresses as proxies find them, ready ones only. */
  endpoints = (): { readonly endpoints: number; readonly slices: number } => ({
    endpoints: this.all(ENDPOINTS)
      .filter(({ metadata }) => metadata.name !== 'kubernetes')
      .reduce((sum, { subsets = [] }) => sum + subsets.reduce((all, one) => all + (one.addresses?.length ?? 0), 0), 0),
    slices: this.all(ENDPOINT_SLICES)
      .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] !== 'kubernetes')
      .reduce((sum, { endpoints = [] }) => sum + endpoints.filter((one) => one.conditions?.ready).length, 0),
  });

  #addNode(name: string): void {
    const made = this.do(
      this.client.create(NODES, '', { metadata: { name, labels: { 'kubernetes.io/hostname': name } } }),
    );
    const allocatable = { cpu: '4', memory: '8Gi', pods: '110' };
    const up = this.do(this.client.update(NODES, { ...made, status: { allocatable } }, 'status'));
    this.do(this.client.update(NODES, { ...up, spec: {} })); // not-ready no longer: what node-lifecycle would see to
  }
  #runPods(): void {
    const host = this.world.host('kubelets');
    const busy = new Set<string>();
    const run = (task: Task<unknown>): void =>
      void runTask(
        task,
        this.world.ports,
        () => {},
        (error) => {
          throw error;
        },
      );
    const look = (pod: Pod): void => {
      const { name, namespace = '', uid, deletionTimestamp } = pod.metadata;
      const later = (what: string, ms: number, task: () => Task<unknown>): void => {
        if (busy.has(`${uid} ${what}`)) return;
        busy.add(`${uid} ${what}`);
        this.world.clock.setTimeout(() => run(task()), ms);
      };
      if (!pod.spec.nodeName) return;
      if (deletionTimestamp !== undefined)
        later('end', TERMINATION_MS, () => this.client.delete(PODS, namespace, name, { gracePeriodSeconds: 0 }));
      else if (!pod.spec.containers[0]?.image.endsWith('bad'))
        later('start', START_MS, () => {
          const at = timestamp(this.world.clock.now());
          const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: at }] as const;
          const status = { phase: 'Running', podIP: `10.1.${this.#ips >> 8}.${this.#ips++ & 255}`, conditions };
          return this.client.patch(PODS, namespace, name, { status }, { type: 'strategic', subresource: 'status' });
        });
    };
    informers(host, USER).get<Pod>(
      { resource: PODS },
      { changed: ({ type, object }) => type !== 'deleted' && look(object) },
    );
  }
}
