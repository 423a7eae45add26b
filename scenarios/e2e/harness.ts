//! Whole clusters as a person starts them: by the command line, in processes of their own, on ports that are free.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../runtime/real/root.ts';
import { type Answer, type Ask, type Credentials, call, readKubeconfig } from './https.ts';
import { Kubectl } from './kubectl.ts';
import { familyOf, killAll, leftOf, watchOver } from './leftovers.ts';
import { type Ended, Program } from './program.ts';
import { kubectlBinaries } from './tools.ts';

const ORRERY = join(ROOT, 'actors/cluster/edge/orrery.mjs');
const started = new Set<Program>();
const folders = new Set<string>();

/** A folder of its own. Whatever names it is killed, and it is removed, when the test file ends, however it ends. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-e2e-'));
  folders.add(dir);
  watchOver(dir);
  return dir;
}

/** For `after`: whatever still runs is stopped, whatever still names a scratch folder is killed. */
export async function stopEverything(): Promise<void> {
  const programs = [...started];
  started.clear();
  await Promise.allSettled(programs.map((program) => program.stop('SIGTERM', 15_000)));
  for (const dir of folders) {
    for (const { pid } of familyOf(dir)) killAll(pid);
    rmSync(dir, { recursive: true, force: true });
  }
  folders.clear();
}

/** The command line as typed. */
export function orrery(args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const program = new Program(`orrery ${args.join(' ')}`, process.execPath, [ORRERY, ...args], { cwd: ROOT, env });
  started.add(program);
  program.ended.then(
    () => started.delete(program),
    () => started.delete(program),
  );
  return program;
}

export interface UpOptions {
  readonly nodes?: number;
  readonly engine?: 'process' | 'simulated';
  readonly dataDir?: string;
  readonly port?: number;
  readonly args?: readonly string[];
}
export interface Up {
  readonly program: Program;
  readonly dataDir: string;
  readonly kubeconfig: string;
  readonly readyLine: string;
  readonly api: Credentials;
  kubectl(path?: string): Kubectl;
  call(path: string, ask?: Ask): Promise<Answer>;
  /** How it ended. Fails when it leaves a process behind. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
  killHard(): Promise<void>;
}

/** `orrery up`, once it says `ready`. */
export async function startUp(options: UpOptions = {}): Promise<Up> {
  const dataDir = options.dataDir ?? join(scratch(), 'data');
  const args = ['up', '--port', `${options.port ?? 0}`, '--data-dir', dataDir, '--nodes', `${options.nodes ?? 3}`];
  const program = orrery([...args, '--engine', options.engine ?? 'process', ...(options.args ?? [])]);
  const readyLine = await program.line(/^ready/, 60_000);
  const exported = await program.line(/export KUBECONFIG=/, 10_000);
  const kubeconfig = /export KUBECONFIG=["']?([^\s"']+)/.exec(exported)![1]!;
  return { ...reached(kubeconfig, dataDir), program, dataDir, readyLine, ...lifeOf(program, dataDir) };
}

/** An API server by its kubeconfig, whoever started it. */
export function reached(kubeconfig: string, home: string): Pick<Up, 'kubeconfig' | 'api' | 'kubectl' | 'call'> {
  const api = readKubeconfig(kubeconfig);
  return {
    kubeconfig,
    api,
    kubectl: (path = kubectlBinaries()[0]!.path) => new Kubectl(path, kubeconfig, join(home, '..', 'home')),
    call: (url, ask) => call(api, url, ask),
  };
}

const lifeOf = (program: Program, dataDir: string): Pick<Up, 'stop' | 'killHard'> => ({
  stop: async (signal) => {
    const family = familyOf(dataDir);
    const ended = await program.stop(signal);
    assert.deepEqual(leftOf(family, dataDir), [], `left behind\n${program.report()}`);
    return ended;
  },
  killHard: async () => {
    await program.stop('SIGKILL');
  },
});

export interface JoinOptions {
  readonly url: string;
  readonly roles: string;
  /** The node of a kubelet and its proxy. */
  readonly node?: string;
  readonly engine?: 'process' | 'simulated';
  readonly dataDir: string;
  readonly port?: number;
  readonly args?: readonly string[];
}
/** `orrery join`, without waiting for anything. */
export function startJoin(options: JoinOptions): Program {
  const args = ['join', '--nats', options.url, '--roles', options.roles, '--data-dir', options.dataDir];
  if (options.node !== undefined) args.push('--node', options.node);
  return orrery([
    ...args,
    '--port',
    `${options.port ?? 0}`,
    '--engine',
    options.engine ?? 'process',
    ...(options.args ?? []),
  ]);
}

export interface Broker {
  readonly url: string;
  readonly port: number;
  readonly program: Program;
  kill(): Promise<void>;
  /** Again on the same port. */
  restart(): Promise<void>;
}

/** A real nats-server on a free port of the loopback. `jetstream`: it keeps streams, across restarts. */
export async function startBroker({ jetstream = false } = {}): Promise<Broker> {
  const port = await freePort();
  const dir = scratch();
  const launch = async (): Promise<Program> => {
    const args = ['-a', '127.0.0.1', '-p', `${port}`, '-sd', dir, ...(jetstream ? ['-js'] : [])];
    const program = new Program('nats-server', 'nats-server', args);
    started.add(program);
    await program.until('ready', () => (/Server is ready/.test(program.stderr) ? true : undefined));
    return program;
  };
  let program = await launch();
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    get program() {
      return program;
    },
    kill: async () => {
      await program.stop('SIGKILL');
      started.delete(program);
    },
    restart: async () => {
      program = await launch();
    },
  };
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
