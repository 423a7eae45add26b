//! What a process of a cluster stands on: its data directory, bus and host.
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { Host } from '../../../runtime/host.ts';
import type { Stop } from '../../../runtime/ports.ts';
import { lockDirectory } from '../../../runtime/real/lock.ts';
import type { LogLevel } from '../../../runtime/real/logger.ts';
import { realPorts } from '../../../runtime/real/ports.ts';
import { TraceAgent } from '../../../runtime/trace-agent.ts';
import type { EngineName } from '../protocol.ts';
import { Refusal } from './refusal.ts';

/** Options that `up` and `join` share, as commander names them. */
export interface CommonOptions {
  readonly nats?: string;
  readonly cluster: string;
  readonly engine: EngineName;
  readonly port: number;
  /** Of etcd's own API; absent: it is not served. */
  readonly etcdPort?: number;
  readonly etcdInsecure?: boolean;
  /** Of health and metrics; absent: not served. */
  readonly controllersPort?: number;
  readonly schedulerPort?: number;
  readonly etcdLog: 'file' | 'jetstream';
  /** Servers of the broker that keep each record of a jetstream log. */
  readonly etcdReplicas?: 1 | 3 | 5;
  /** Of an API server, in milliseconds; 0: never. */
  readonly etcdCompactionInterval: number;
  readonly dataDir: string;
  readonly kubeconfig?: string;
  /** Of a scheduler: a file. */
  readonly schedulerConfig?: string;
  /** `*,-job-controller` */
  readonly controllers: string;
  /** Of an API server, as kube-apiserver has them. */
  readonly auditPolicyFile?: string;
  readonly auditLogPath?: string;
  readonly auditLogMaxsize?: number;
  readonly auditLogMaxbackup?: number;
  readonly anonymousAuth?: 'true' | 'false';
  readonly tokenAuthFile?: string;
  readonly logLevel: LogLevel;
}

export interface Ground {
  readonly options: CommonOptions;
  readonly host: Host;
  /** Absolute. */
  readonly dataDir: string;
  readonly kubeconfig: string;
  /** Frees the locks and the bus, last of all. */
  close(): Promise<void>;
}

/** `alone`: folders under the data directory, or ('') all of it, that no other process may use meanwhile. */
export async function openGround(options: CommonOptions, who: string, alone: readonly string[]): Promise<Ground> {
  const dataDir = resolve(options.dataDir);
  const locks: Stop[] = [];
  for (const folder of alone) {
    const held = lockDirectory(join(dataDir, folder));
    if (!held.ok) throw new Refusal(held.fault.message);
    locks.push(held.value);
  }
  const unlock = (): void => {
    for (const release of locks) release();
  };
  process.on('exit', unlock);
  if (options.nats === undefined) {
    const ports = realPorts({ level: options.logLevel });
    return ground(new Host(who, options.cluster, ports), async () => unlock());
  }
  const { connectBus } = await import('../../../runtime/real/nats-bus.ts');
  const inside = realPorts({ level: options.logLevel });
  const bus = await connectBus(options.nats, { name: `orrery ${who}`, logger: inside.logger }).catch((error: Error) => {
    throw new Refusal(`${error.message}: is nats-server running there?`);
  });
  return ground(new Host(who, options.cluster, { ...inside, bus }), async () => {
    unlock();
    await bus.close();
  });

  function ground(host: Host, close: () => Promise<void>): Ground {
    const agent = new TraceAgent(host);
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return {
      options,
      host,
      dataDir,
      kubeconfig: resolve(options.kubeconfig ?? join(dataDir, 'kubeconfig')),
      close: () => {
        agent.stop();
        return close();
      },
    };
  }
}

/** Names this process among those on a broker. */
export const processName = (): string =>
  `${hostname()
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')}-${process.pid}`;
