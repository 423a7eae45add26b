//! The servers that are compared, each in a process of its own, on the same disk, with fsync before every answer.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { orrery, scratch } from '../../e2e/harness.ts';
import { startRealEtcd } from '../../etcd/real-etcd.ts';

export interface Target {
  readonly name: string;
  /** Of its gRPC API, `127.0.0.1:port`. */
  readonly address: string;
  /** Resident memory of the process, MiB. */
  memory(): number;
  /** Ends it as a crash does and starts it on the same data; resolves when the new one listens. */
  again(): Promise<void>;
  stop(): Promise<void>;
}

export async function realTarget(): Promise<Target> {
  const etcd = await startRealEtcd(['--quota-backend-bytes', `${8 * 1024 ** 3}`]);
  return {
    name: 'etcd',
    address: etcd.address,
    memory: () => residentMib(etcd.pid),
    again: async () => {
      await etcd.kill();
      await etcd.restart();
    },
    stop: () => etcd.stop(),
  };
}

export async function orreryTarget(): Promise<Target> {
  const dir = join(scratch(), 'data');
  const launch = async (port: string) => {
    const args = ['up', '--nodes', '0', '--port', '0', '--data-dir', dir];
    const program = orrery([...args, '--etcd-port', port, '--etcd-insecure']);
    const line = await program.line(/^etcd\s+http:/, 120_000);
    return { program, address: new URL(/http:\S+/.exec(line)![0]).host };
  };
  let { program, address } = await launch('0');
  await program.line(/^ready/, 120_000);
  return {
    name: 'orrery',
    address,
    memory: () => residentMib(serving(program.child.pid!)),
    again: async () => {
      await program.stop('SIGKILL');
      ({ program } = await launch(address.split(':')[1]!));
    },
    stop: async () => void (await program.stop('SIGTERM', 60_000)),
  };
}

/** The process itself, or the one that a starter has started and waits for. */
function serving(pid: number): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children].reduce((most, one) => (residentMib(one) > residentMib(most) ? one : most), pid);
}
/** VmRSS of proc(5). */
const residentMib = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
