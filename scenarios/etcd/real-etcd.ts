//! A real etcd server to compare with: on free ports, in a folder of its own, with its fsync as it comes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killAll, watchOver } from '../e2e/leftovers.ts';
import { Program } from '../e2e/program.ts';
import { onPath } from '../tools/install.ts';

export interface RealEtcd {
  /** `127.0.0.1:port`, plain text. */
  readonly address: string;
  readonly pid: number;
  readonly dataDir: string;
  /** As a crash; what it has acknowledged stays in its folder. */
  kill(): Promise<void>;
  /** On the same folder and ports; resolves when it serves. */
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** For `skip`: false, or the reason. */
export const withoutEtcd = (): string | false => (onPath('etcd') ? false : 'no etcd here');

/** `etcd 3.4.23`, for titles of results. */
export function etcdVersion(): string {
  const said = spawnSync('etcd', ['--version'], { encoding: 'utf8' }).stdout ?? '';
  return `etcd ${/etcd Version: (\S+)/.exec(said)?.[1] ?? 'of unknown version'}`;
}

/** `extra`: more of its own flags. */
export async function startRealEtcd(extra: readonly string[] = []): Promise<RealEtcd> {
  const home = mkdtempSync(join(tmpdir(), 'orrery-real-etcd-'));
  watchOver(home);
  const dataDir = join(home, 'data');
  const [client, peer] = await freePorts(2);
  const clientUrl = `http://127.0.0.1:${client}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  const args = [
    ...['--name', 'real', '--data-dir', dataDir, '--logger', 'zap', '--log-level', 'info'],
    ...['--listen-client-urls', clientUrl, '--advertise-client-urls', clientUrl],
    ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
    ...['--initial-cluster', `real=${peerUrl}`, ...extra],
  ];
  const launch = async (): Promise<Program> => {
    const program = new Program('etcd', 'etcd', args);
    // Said once it is elected, has applied its log and listens.
    await program.until('serving', () => (/serving client traffic/.test(program.stderr) ? true : undefined));
    return program;
  };
  let program = await launch();
  return {
    address: `127.0.0.1:${client}`,
    get pid() {
      return program.child.pid!;
    },
    dataDir,
    kill: async () => void (await program.stop('SIGKILL')),
    restart: async () => {
      if (program.over === undefined) await program.stop('SIGKILL');
      program = await launch();
    },
    stop: async () => {
      if (program.over === undefined) await program.stop('SIGTERM').catch(() => killAll(program.child.pid!));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Held open together, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Folders of servers that are there still; empty when all were stopped. */
export const foldersLeft = (): readonly string[] =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('orrery-real-etcd-'));
