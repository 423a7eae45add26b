//! etcd, an API server and a scheduler in this process, nodes without kubelets, and how fast pods come to their nodes.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadSchema } from '../../../actors/api/edge/load.ts';
import { NODES, PODS, PRIORITY_CLASSES } from '../../../actors/api/resource.ts';
import type { Draft } from '../../../actors/api/types/meta.ts';
import type { Pod } from '../../../actors/api/types/pod.ts';
import { startApiserver } from '../../../actors/apiserver/index.ts';
import { simSigner } from '../../../actors/apiserver/signer.ts';
import { createClient } from '../../../actors/client/client.ts';
import { informers } from '../../../actors/client/informer/set.ts';
import type { Client } from '../../../actors/client/protocol.ts';
import { startEtcd } from '../../../actors/etcd/index.ts';
import { startScheduler } from '../../../actors/scheduler/index.ts';
import type { Result } from '../../../runtime/fault.ts';
import { Host } from '../../../runtime/host.ts';
import { FileLog } from '../../../runtime/log/file.ts';
import { MemoryLog } from '../../../runtime/log/memory.ts';
import { RealDisk } from '../../../runtime/real/disk.ts';
import { realPorts } from '../../../runtime/real/ports.ts';
import { runTask, type Task } from '../../../runtime/task.ts';
import type { Workload } from './workloads.ts';

export type LogKind = 'memory' | 'file';
export interface Measured {
  readonly podsASecond: number;
  /** Of the whole process: create, decide, bind, and all that follows. */
  readonly cpuUsAPod: number;
}
const CLIENTS = 64;
const PATIENCE_MS = 300_000;

export async function measure(workload: Workload, log: LogKind): Promise<Measured> {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-bench-'));
  const ground = new Ground(log === 'memory' ? new MemoryLog() : new FileLog({ disk: new RealDisk(dir), dir: 'etcd' }));
  try {
    return await ground.run(workload);
  } finally {
    ground.host.kill();
    rmSync(dir, { recursive: true, force: true });
  }
}

class Ground {
  readonly host = new Host('main', 'bench', realPorts({ level: 'error', seed: 1 }));
  readonly #client: Client;
  #bound = 0;
  constructor(log: MemoryLog | FileLog) {
    const { host } = this;
    startEtcd(host, { log });
    startApiserver(host, { schema: loadSchema(), signer: simSigner });
    const user = { name: 'bench', groups: ['system:masters', 'system:authenticated'] };
    const { random, clock } = host.ports;
    this.#client = createClient(host.cluster, user, { id: 'bench', random: random.fork('bench'), clock });
    informers(host).get<Pod>(
      { resource: PODS },
      {
        changed: (change) => {
          if (change.type === 'modified' && change.object.spec.nodeName && !change.old.spec.nodeName) this.#bound++;
        },
      },
    );
  }

  async run(workload: Workload): Promise<Measured> {
    await this.#classes(workload);
    await this.#nodes(workload);
    startScheduler(this.host);
    let there = 0;
    for (const [count, pod] of workload.init) {
      await this.#pods(count, pod);
      there += count;
      await this.#until(there);
    }
    if (workload.hopeless !== undefined) await this.#pods(workload.hopeless, hopeless);
    const [count, pod] = workload.measured;
    const cpu = process.cpuUsage();
    const from = performance.now();
    await this.#pods(count, pod);
    await this.#until(there + count);
    const ms = performance.now() - from;
    const { user, system } = process.cpuUsage(cpu);
    return { podsASecond: Math.round((count * 1_000) / ms), cpuUsAPod: Math.round((user + system) / count) };
  }
  async #until(bound: number): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (this.#bound < bound) {
      if (performance.now() > deadline) throw new Error(`only ${this.#bound} of ${bound} pods have a node`);
      await sleep(5);
    }
  }
  /** Priorities come by class. */
  async #classes({ init, measured }: Workload): Promise<void> {
    const values = [...init, measured].flatMap(([, pod]) => pod(0).spec?.priority ?? []);
    for (const value of new Set(values))
      await this.#do(this.#client.create(PRIORITY_CLASSES, '', { metadata: { name: className(value) }, value }));
  }
  #nodes({ nodes, labels, tainted = 0 }: Workload): Promise<void> {
    const allocatable = { cpu: '4', memory: '32Gi', pods: '110' };
    return this.#many(nodes, (i) => {
      const name = `node-${i}`;
      const draft = {
        metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels?.(i) } },
        status: { allocatable, capacity: allocatable },
      };
      const taints = i < tainted ? [{ key: 'foo', effect: 'NoSchedule' }] : null;
      const client = this.#client;
      return (function* (): Task<Result<unknown>> {
        const made = yield* client.create(NODES, '', draft);
        // A new node is taken for one that is not ready.
        return made.ok ? yield* client.patch(NODES, '', name, { spec: { taints } }) : made;
      })();
    });
  }
  #pods(count: number, pod: (i: number) => Draft<Pod>): Promise<void> {
    return this.#many(count, (i) => this.#client.create(PODS, 'default', classed(pod(i))));
  }
  async #many(count: number, one: (i: number) => Task<Result<unknown>>): Promise<void> {
    let next = 0;
    const client = async (): Promise<void> => {
      for (let i = next++; i < count; i = next++) await this.#do(one(i));
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  }
  #do(task: Task<Result<unknown>>): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (result: Result<unknown>): void =>
        result.ok ? resolve() : reject(new Error(`${result.fault.reason}: ${result.fault.message}`));
      runTask(task, this.host.ports, done, reject);
    });
  }
}
const className = (value: number): string => `p${value}`.replace('-', 'minus');
function classed(pod: Draft<Pod>): Draft<Pod> {
  const { priority, ...spec } = pod.spec ?? {};
  return priority === undefined ? pod : { ...pod, spec: { ...spec, priorityClassName: className(priority) } };
}
const hopeless = (i: number): Draft<Pod> => ({
  metadata: { name: `hopeless-${i}` },
  spec: { containers: [{ name: 'pause', image: 'pause', resources: { requests: { cpu: '9' } } }] },
});
