//! A NATS server of our own for tests and benchmarks, on a free port.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, connect as dial } from 'node:net';

export interface NatsServer {
  readonly url: string;
  /** As a crash. */
  kill(): Promise<void>;
  /** Again on the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const NATS_SERVER = process.env['NATS_SERVER'] ?? 'nats-server';
const READY_MS = 10_000;

export interface NatsServerOptions {
  /** Where JetStream keeps its streams; absent: no JetStream. */
  readonly storeDir?: string;
  readonly args?: readonly string[];
  readonly port?: number;
}

/** Undefined when the program is not installed. */
export async function startNatsServer(options: NatsServerOptions = {}): Promise<NatsServer | undefined> {
  const port = options.port ?? (await freePort());
  const store = options.storeDir === undefined ? [] : ['-js', '-sd', options.storeDir];
  const args = [...store, ...(options.args ?? [])];
  let child: ChildProcess | undefined = await run(port, args);
  if (child === undefined) return undefined;
  const kill = async (): Promise<void> => {
    const dying = child;
    child = undefined;
    if (dying === undefined || dying.exitCode !== null) return;
    await new Promise<void>((resolve) => {
      dying.once('exit', () => resolve());
      dying.kill('SIGKILL');
    });
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    kill,
    restart: async () => {
      await kill();
      child = await run(port, args);
    },
    stop: kill,
  };
}

/** `size` servers that keep streams together, below `dir`. */
export async function startNatsCluster(size: number, dir: string): Promise<readonly NatsServer[] | undefined> {
  const ports = await Promise.all(Array.from({ length: size }, freePort));
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(',');
  const servers = await Promise.all(
    ports.map((port, i) =>
      startNatsServer({
        storeDir: `${dir}/${i}`,
        args: ['-n', `s${i}`, '--cluster_name', 'test', '--cluster', `nats://127.0.0.1:${port}`, '--routes', routes],
      }),
    ),
  );
  return servers.every((server) => server !== undefined) ? servers : undefined;
}

async function run(port: number, args: readonly string[]): Promise<ChildProcess | undefined> {
  const child = spawn(NATS_SERVER, ['-a', '127.0.0.1', '-p', String(port), ...args], { stdio: 'ignore' });
  const failed = new Promise<'absent' | 'exited'>((resolve) => {
    child.once('error', () => resolve('absent'));
    child.once('exit', () => resolve('exited'));
  });
  // Whoever forgets to stop it must not leave it behind.
  const reap = (): void => void child.kill('SIGKILL');
  process.once('exit', reap);
  child.once('exit', () => process.removeListener('exit', reap));
  const outcome = await Promise.race([failed, listening(port)]);
  if (outcome === 'absent') return undefined;
  if (outcome !== 'listening') throw new Error(`nats-server on port ${port}: ${outcome}`);
  return child;
}

async function listening(port: number): Promise<'listening' | 'not ready in time'> {
  const until = Date.now() + READY_MS;
  while (Date.now() < until) {
    const up = await new Promise<boolean>((resolve) => {
      const socket = dial(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (up) return 'listening';
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return 'not ready in time';
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
