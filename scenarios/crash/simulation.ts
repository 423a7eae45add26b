//! One etcd on a simulated disk, clients around it, and what befalls it: kills, power cuts, a disorderly network.
import { startEtcd } from '../../actors/etcd/index.ts';
import { ETCD } from '../../actors/etcd/protocol.ts';
import { inbox } from '../../runtime/address.ts';
import { FileLog } from '../../runtime/log/file.ts';
import type { Log, Random } from '../../runtime/ports.ts';
import { integer } from '../../runtime/random.ts';
import { SimDisk } from '../../runtime/sim/disk.ts';
import { World } from '../../runtime/sim/world.ts';
import { runTask, type Task } from '../../runtime/task.ts';
import { Changes } from '../check/changes.ts';
import { Recorder } from '../check/history.ts';
import type { Evidence } from './judge.ts';
import { lossy } from './lossy.ts';
import { past } from './past.ts';
import type { Patience } from './recorded-client.ts';
import { type ClientOptions, client, lookAround } from './workload.ts';

export interface RunOptions {
  readonly seed: number;
  readonly operations: number;
  readonly clients: number;
  /** What stands between etcd and its log: where a test breaks it on purpose. */
  readonly log?: (log: Log, world: World) => Log;
  /** Whom clients ask instead of etcd itself: likewise. */
  readonly front?: (world: World, etcd: string) => string;
}
export interface Run extends Evidence {
  readonly faults: readonly string[];
}
const HOST = 'etcd-0';
const PREFIX = 'k/';
const LOOKS_MAX = 100;
const NETWORK = { lost: 0.02, twice: 0.05, lateMs: 300 };
const PATIENCE: Patience = { tryMs: 30, totalMs: 150, pauseMs: 5 };

export function run(options: RunOptions): Run {
  const world = new World({ seed: options.seed, latencyMs: [0.1, 4] });
  const faults: string[] = [];
  const etcd = inbox(world.cluster, ETCD);
  const subject = options.front?.(world, etcd) ?? lossy(world, etcd, { ...NETWORK, life: () => faults.length });
  const random = world.random.fork('faults');
  // Slow enough that faults fall between write, sync and answer.
  const disk = new SimDisk({ clock: world.clock, random: world.random.fork('disk'), delayMs: 2 });
  let calm = false;
  const start = (): void => {
    const host = world.host(HOST);
    if (host.find(ETCD)) return;
    const log = new FileLog({ disk, dir: 'etcd', segmentBytes: 4_000 });
    // As its supervisor would: after a failure (a full disk) it is started anew.
    const listening = host.onEnded((_, { how }) => {
      listening();
      if (how === 'failed') world.clock.setTimeout(start, 20);
    });
    startEtcd(host, { log: options.log?.(log, world) ?? log, snapshotRecords: 40, snapshotBytes: 1 });
  };
  const strike = (): void => {
    if (calm) return;
    faults.push(hit(world, disk, random));
    world.clock.setTimeout(start, random.float() * 100);
    world.clock.setTimeout(strike, 100 + random.float() * 200);
  };
  start();
  world.clock.setTimeout(strike, random.float() * 200);
  const recorder = new Recorder({ max: options.operations + LOOKS_MAX, now: () => world.clock.now() });
  const base = (name: string): ClientOptions => ({
    name,
    recorder,
    random: world.random.fork(name),
    clock: world.clock,
    subjects: [subject],
    keys: [0, 1, 2].map((i) => `${PREFIX}${i}`),
    thinkMs: 20,
    patience: PATIENCE,
    done: () => recorder.size >= options.operations,
  });
  together(world, options.clients, base);
  calm = true;
  world.advance(2_000);
  finish(world, lookAround({ ...base('last'), patience: { tryMs: 1_000, totalMs: 10_000, pauseMs: 50 } }));
  const changes = new Changes(finish(world, past(etcd, world.clock, PREFIX)));
  return { operations: recorder.operations(), changes, watches: [], faults };
}

/** A killed process leaves what it had written; cut power takes what was not synced. */
function hit(world: World, disk: SimDisk, random: Random): string {
  const at = world.clock.now().toFixed(1);
  const how = integer(random, 5);
  if (how === 0) {
    disk.capacityBytes = 0;
    world.clock.setTimeout(() => {
      disk.capacityBytes = Number.POSITIVE_INFINITY;
    }, random.float() * 60);
    return `full disk at ${at}`;
  }
  world.crash(HOST);
  if (how <= 2) disk.crash();
  return `${how <= 2 ? 'power cut' : 'kill'} at ${at}`;
}

/** So many clients, until the last one is done. */
export function together(world: World, clients: number, base: (name: string) => ClientOptions): void {
  let running = clients;
  for (let i = 0; i < clients; i++) runTask(client(base(`c${i}`)), world, () => running--, rethrow);
  world.until('all clients are done', () => running === 0);
}
export function finish<T>(world: World, task: Task<T>): T {
  let result: { readonly value: T } | undefined;
  runTask(
    task,
    world,
    (value) => {
      result = { value };
    },
    rethrow,
  );
  world.until('a task is done', () => result !== undefined);
  return result!.value;
}
const rethrow = (error: unknown): never => {
  throw error;
};
