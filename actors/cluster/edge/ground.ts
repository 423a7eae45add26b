//! What a process of a cluster stands on: its data directory, bus and host.
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
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
  readonly dataDir: string;
  readonly kubeconfig?: string;
  readonly logLevel: LogLevel;
}

export interface Ground {
  readonly options: CommonOptions;
  readonly host: Host;
  /** Absolute. */
  readonly dataDir: string;
  readonly kubeconfig: string;
  /** Takes a folder under the data directory, or ('') all of it, for this process alone. */
  lock(folder: string): string;
  /** Frees the locks and the bus, last of all. */
  close(): Promise<void>;
}

export async function openGround(options: CommonOptions, who: string): Promise<Ground> {
  const dataDir = resolve(options.dataDir);
  const locks: Stop[] = [];
  const lock = (folder: string): string => {
    const dir = join(dataDir, folder);
    const held = lockDirectory(dir);
    if (!held.ok) throw new Refusal(held.fault.message);
    locks.push(held.value);
    return dir;
  };
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
      lock,
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

/** The port asked for, or a free one; a taken one is a Refusal before anything is started. */
export const takePort = (port: number): Promise<number> =>
  new Promise((done, reject) => {
    const server = createServer();
    server.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Refusal(
          error.code === 'EADDRINUSE'
            ? `port ${port} is taken by another program: stop it, or use --port 0 for any free one`
            : `cannot listen on port ${port}: ${error.message}`,
        ),
      ),
    );
    server.listen(port, '127.0.0.1', () => {
      const bound = (server.address() as { port: number }).port;
      server.close(() => done(bound));
    });
  });
