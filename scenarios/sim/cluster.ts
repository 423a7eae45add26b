//! A whole cluster in a simulated world: the same actors as in a real one, on virtual time.

import { loadSchema } from '../../actors/api/edge/load.ts';
import type { Resource } from '../../actors/api/resource.ts';
import { NODES } from '../../actors/api/resource.ts';
import type { Node } from '../../actors/api/types/cluster.ts';
import type { Draft, KubeObject } from '../../actors/api/types/meta.ts';
import { startApiserver } from '../../actors/apiserver/index.ts';
import { simSigner } from '../../actors/apiserver/signer.ts';
import { createClient } from '../../actors/client/client.ts';
import type { Client } from '../../actors/client/protocol.ts';
import { type Parts, startCluster } from '../../actors/cluster/index.ts';
import { planUp } from '../../actors/cluster/logic.ts';
import type { Placement } from '../../actors/cluster/protocol.ts';
import { simAuthority } from '../../actors/controllers/certificates/protocol.ts';
import { startSimulatedEngine, type WorkloadRule } from '../../actors/engine/simulated/index.ts';
import { address, inbox } from '../../runtime/address.ts';
import type { Fault, Result } from '../../runtime/fault.ts';
import { FileLog } from '../../runtime/log/file.ts';
import type { Message } from '../../runtime/ports.ts';
import { SharedLog } from '../../runtime/sim/shared-log.ts';
import { World, type WorldOptions } from '../../runtime/sim/world.ts';
import type { Supervisor } from '../../runtime/supervisor.ts';
import { runTask, type Task } from '../../runtime/task.ts';
import { type TraceRecord, Tracer } from '../../runtime/trace.ts';
import { TraceHash } from '../../runtime/trace-hash.ts';

export interface SimOptions extends WorldOptions {
  /** Default 3. */
  readonly nodes?: number;
  readonly workloads?: readonly WorkloadRule[];
  /** Managers, each on a host of its own, with leader election when there are several. Default 1. */
  readonly managers?: number;
  /** Members of etcd on one log, each on a host `etcd-1` and so on. Default: one etcd with a log of its own. */
  readonly etcdMembers?: number;
  /** Every transition of every actor goes into `trace`, and unknown events into `unhandled`. Default false. */
  readonly traced?: boolean;
  /** Until all nodes are Ready and no taint says otherwise. Default true. */
  readonly wait?: boolean;
}

/** Control plane on host `main` (etcd on `etcd`), each node on a host named as the node. */
export class SimCluster {
  readonly world: World;
  readonly client: Client;
  readonly trace = new TraceHash();
  /** Events that no state of an actor's chart knows: bugs. */
  readonly unhandled: TraceRecord[] = [];
  /** What several members of etcd share. */
  readonly etcdLog: SharedLog | undefined;
  readonly #traced: boolean;
  readonly #parts: Parts;
  readonly #placements = new Map<string, readonly Placement[]>();
  readonly #supervisors = new Map<string, Supervisor>();

  constructor(options: SimOptions) {
    this.world = new World(options);
    this.#traced = options.traced === true;
    const nodes = options.nodes ?? 3;
    const members = Array.from({ length: options.etcdMembers ?? 0 }, (_, i) => `etcd-${i + 1}`);
    const { clock, random } = this.world;
    this.etcdLog = members.length > 0 ? new SharedLog({ clock, random: random.fork('log') }) : undefined;
    this.#parts = parts(this.world, options, this.etcdLog);
    for (const member of members) this.#placements.set(member, [{ role: 'etcd', name: member }]);
    for (const placement of planUp(this.world.cluster, nodes).placements) {
      if (placement.role === 'etcd' && members.length > 0) continue;
      const host = placement.role === 'etcd' ? 'etcd' : placement.name;
      this.#placements.set(host, [...(this.#placements.get(host) ?? []), placement]);
    }
    for (let i = 1; i < (options.managers ?? 1); i++)
      this.#placements.set(`manager-${i}`, [{ role: 'controllers', name: `manager-${i}` }]);
    const draw = this.world.random.fork('scenario');
    const user = { name: 'scenario', groups: ['system:masters', 'system:authenticated'] };
    this.client = createClient(this.world.cluster, user, { id: 'scenario', random: draw, clock: this.world.clock });
    for (const host of this.#placements.keys()) this.start(host);
    if (options.wait !== false && nodes > 0)
      this.until(`${nodes} nodes take pods`, () => this.list(NODES).filter(takesPods).length === nodes);
  }

  /** Starts what is placed on a host, also after a crash. */
  start(host: string): void {
    const placements = this.#placements.get(host);
    if (placements === undefined) throw new Error(`nothing is placed on ${host}`);
    const at = this.world.host(host);
    if (this.#traced)
      at.observe(
        new Tracer(
          at,
          () => true,
          (record) => this.#record(record),
        ),
      );
    this.#supervisors.set(host, startCluster(at, placements, this.#parts));
  }
  #record(record: TraceRecord): void {
    this.trace.add(record);
    if (record.ignored) this.unhandled.push(record);
  }
  /** All actors of the host are gone at once, as with kill -9. */
  crash(host: string): void {
    this.world.crash(host);
    this.#supervisors.delete(host);
  }
  /** In order, as with SIGTERM. */
  stop(): void {
    for (const [host, supervisor] of [...this.#supervisors].reverse()) {
      let gone = false;
      supervisor.stop(() => {
        gone = true;
      });
      this.world.until(`${host} has stopped`, () => gone);
    }
  }

  /** Runs a task to its end; throws its fault. */
  do<T>(task: Task<Result<T>>): T {
    const result = this.try(task);
    if (!result.ok) throw new Error(`seed ${this.world.seed}: ${result.fault.reason}: ${result.fault.message}`);
    return result.value;
  }
  try<T>(task: Task<Result<T>>): Result<T> {
    let got: Result<T> | undefined;
    let bug: unknown;
    const { bus, clock } = this.world;
    runTask(
      task,
      { bus, clock, meta: { from: 'scenario' } },
      (value) => {
        got = value;
      },
      (error) => {
        bug = error;
      },
    );
    this.world.until('a request is answered', () => got !== undefined || bug !== undefined);
    if (got === undefined) throw bug;
    return got;
  }
  create<T extends KubeObject>(resource: Resource<T>, object: Draft<T>): T {
    return this.do(this.client.create(resource, object.metadata.namespace ?? 'default', object));
  }
  get<T extends KubeObject>(resource: Resource<T>, name: string, namespace = 'default'): T {
    return this.do(this.client.get(resource, resource.namespaced ? namespace : '', name));
  }
  /** Undefined when it is not there. */
  find<T extends KubeObject>(resource: Resource<T>, name: string, namespace = 'default'): T | undefined {
    const result = this.try(this.client.get(resource, resource.namespaced ? namespace : '', name));
    return result.ok ? result.value : undefined;
  }
  list<T extends KubeObject>(resource: Resource<T>, namespace = ''): readonly T[] {
    return this.do(this.client.list(resource, namespace));
  }
  delete<T extends KubeObject>(resource: Resource<T>, name: string, namespace = 'default'): void {
    this.do(this.client.delete(resource, resource.namespaced ? namespace : '', name));
  }
  /** Looks every 100 ms of virtual time; throws with the seed when it does not come true. */
  until(what: string, done: () => boolean, limitMs = 600_000): void {
    const end = this.world.clock.now() + limitMs;
    while (!done()) {
      if (this.world.clock.now() > end)
        throw new Error(`seed ${this.world.seed}: not within ${limitMs} ms of virtual time: ${what}`);
      this.world.advance(100);
    }
  }
  /** Asks an actor directly: `sim.crash` of an engine, `sim.connect` of a proxy. */
  ask(component: string, name: string, message: Message): Message | Fault {
    let got: Message | Fault | undefined;
    this.world.bus.request(inbox(this.world.cluster, address(component, '', name)), message, 10_000, (result) => {
      got = result.ok ? result.value : result.fault;
    });
    this.world.until(`${component}/${name} answers ${message.type}`, () => got !== undefined);
    return got!;
  }
}

export const isReady = (node: Node): boolean =>
  node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;

const takesPods = (node: Node): boolean => isReady(node) && (node.spec.taints ?? []).length === 0;

function parts(world: World, options: SimOptions, shared: SharedLog | undefined): Parts {
  return {
    etcd: (name) =>
      shared === undefined
        ? { log: new FileLog({ disk: world.disk('etcd'), dir: 'etcd' }) }
        : { log: shared.connect(name), member: { name } },
    startApiserver: (host) => startApiserver(host, { schema: loadSchema(), signer: simSigner }),
    authority: simAuthority,
    leaderElection: (options.managers ?? 1) > 1,
    node: (name) => {
      const index = Number(/\d+$/.exec(name)?.[0] ?? 0);
      const nodeIp = `10.0.${index >> 8}.${index & 255}`;
      return {
        nodeIp,
        startEngine: (host) =>
          startSimulatedEngine(host, {
            node: name,
            nodeIp,
            podCidr: `10.${64 + (index >> 8)}.${index & 255}.0/24`,
            cpuMilli: 4_000,
            memoryBytes: 8 * 2 ** 30,
            ...(options.workloads === undefined ? {} : { workloads: options.workloads }),
          }),
      };
    },
  };
}
