//! Where `orrery etcd snapshot save` finds the state: in a running cluster, or in the log of one that does not run.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join, resolve } from 'node:path';
import { FileLog } from '../../../runtime/log/file.ts';
import type { Stop } from '../../../runtime/ports.ts';
import { realClock } from '../../../runtime/real/clock.ts';
import { RealDisk } from '../../../runtime/real/disk.ts';
import { lockDirectory } from '../../../runtime/real/lock.ts';
import { readOnly, stateInLog } from '../../etcd/edge/backup/log.ts';
import type { State } from '../../etcd/edge/backup/state.ts';
import { fetchState } from '../../etcd/edge/backup/state-service.ts';
import { Refusal } from './refusal.ts';
import { socketPath } from './socket-path.ts';
import type { StateHead } from './state-word.ts';

export interface SourceOptions {
  readonly dataDir: string;
  readonly nats?: string;
  readonly cluster: string;
}
export const ETCD_DIR = 'etcd';

export async function readState(options: SourceOptions): Promise<State> {
  if (options.nats !== undefined) return fromBroker(options.nats, options.cluster);
  const dataDir = resolve(options.dataDir);
  return (await fromSocket(dataDir)) ?? fromLog(dataDir);
}

async function fromBroker(url: string, cluster: string): Promise<State> {
  const { connectBus } = await import('../../../runtime/real/nats-bus.ts');
  const bus = await connectBus(url, { name: 'orrery etcd snapshot' }).catch((error: Error) => {
    throw new Refusal(`${error.message}: is nats-server running there?`);
  });
  try {
    const state = await fetchState(bus, realClock, cluster);
    if (state.ok) return state.value;
    const { reason, message } = state.fault;
    throw new Refusal(
      reason === 'Unavailable' && !/etcd/.test(message)
        ? `no etcd of the cluster "${cluster}" is on the broker ${url}: start one, or name the cluster with --cluster`
        : `etcd gives no state: ${message}`,
    );
  } finally {
    await bus.close();
  }
}

/** Undefined: nobody listens there. */
function fromSocket(dataDir: string): Promise<State | undefined> {
  return new Promise((done, reject) => {
    const socket = createConnection(socketPath(dataDir));
    const head: Buffer[] = [];
    let state: { readonly revision: number; readonly bytes: Buffer } | undefined;
    let at = 0;
    let connected = false;
    const refuse = (sentence: string): void => {
      socket.destroy();
      reject(new Refusal(sentence));
    };
    const take = (bytes: Buffer): void => {
      if (state !== undefined) at += bytes.copy(state.bytes, at);
      else {
        head.push(bytes);
        const all = Buffer.concat(head);
        const end = all.indexOf(0x0a);
        if (end < 0) return;
        const said = JSON.parse(all.toString('utf8', 0, end)) as StateHead;
        if ('refused' in said) return refuse(`etcd gives no state: ${said.refused}`);
        state = { revision: said.revision, bytes: Buffer.allocUnsafeSlow(said.size) };
        at = all.copy(state.bytes, 0, end + 1);
      }
      if (at === state.bytes.length) {
        socket.destroy();
        done(state);
      }
    };
    socket.on('connect', () => {
      connected = true;
      socket.write(`${JSON.stringify({ ask: 'state' })}\n`);
    });
    socket.on('data', take);
    socket.on('error', (error) =>
      connected ? refuse(`the cluster on ${dataDir} broke off: ${error.message}: try again`) : done(undefined),
    );
    socket.on('end', () => refuse(`the cluster on ${dataDir} ended meanwhile: try again`));
  });
}

async function fromLog(dataDir: string): Promise<State> {
  if (!existsSync(join(dataDir, ETCD_DIR)) || readdirSync(join(dataDir, ETCD_DIR)).length === 0)
    throw new Refusal(`no cluster runs on the data directory ${dataDir}, and there is no etcd log in it`);
  const unlock = lockAlone(dataDir);
  try {
    const state = await stateInLog(new FileLog({ disk: readOnly(new RealDisk(dataDir)), dir: ETCD_DIR }));
    if (!state.ok) throw new Refusal(state.fault.message);
    return state.value;
  } finally {
    unlock();
  }
}

/** The locks of whoever may write an etcd log there: `orrery up`, and `orrery join` with the role etcd. */
export function lockAlone(dataDir: string): Stop {
  const locks: Stop[] = [];
  const shared = join(dataDir, 'etcd-lock');
  const made = !existsSync(shared);
  const release = (): void => {
    for (const unlock of locks) unlock();
    if (made) rmSync(shared, { recursive: true, force: true });
    process.off('exit', release);
  };
  process.on('exit', release);
  for (const folder of [dataDir, shared]) {
    const held = lockDirectory(folder);
    if (!held.ok) {
      release();
      throw new Refusal(`${held.fault.message} (of a cluster on a broker, save with --nats)`);
    }
    locks.push(held.value);
  }
  return release;
}
