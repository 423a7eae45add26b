//! One member of several in simulation: a process that is killed, paused, cut off from the bus or from the log.
import { type EtcdActor, startEtcd } from '../../actors/etcd/index.ts';
import type { Watch } from '../../actors/etcd/server.ts';
import type { Random } from '../../runtime/ports.ts';
import { integer } from '../../runtime/random.ts';
import { SimProcess, type Way } from '../../runtime/sim/process.ts';
import type { SharedLog } from '../../runtime/sim/shared-log.ts';
import type { World } from '../../runtime/sim/world.ts';
import type { WatchAsked } from '../check/watch-record.ts';
import { follow, Watched } from './watch-recorder.ts';

export const LEASE_MS = 300;
const RESTART_MS = 20;
export const WAYS: readonly Way[] = ['timer', 'bus', 'gate'];

export interface SimMemberOptions {
  readonly world: World;
  readonly log: SharedLog;
  readonly name: string;
  /** Of its clock. */
  readonly rate: number;
  readonly watches: readonly WatchAsked[];
}

export class SimMember {
  readonly #options: SimMemberOptions;
  readonly #random: Random;
  readonly watched: readonly Watched[];
  #process: SimProcess | undefined;
  #etcd: EtcdActor | undefined;
  #watches: Watch[] = [];
  #cut = { bus: false, log: false };

  constructor(options: SimMemberOptions) {
    this.#options = options;
    this.#random = options.world.random.fork(`member/${options.name}`);
    this.watched = options.watches.map((asked, i) => new Watched(`${options.name}/${i}`, asked, 1));
    this.start();
  }
  get name(): string {
    return this.#options.name;
  }
  get leads(): boolean {
    return this.#etcd?.server.head().leader === this.name;
  }

  start(): void {
    if (this.#process !== undefined) return;
    const { world, log, name, rate } = this.#options;
    const process = new SimProcess(world, name, rate);
    this.#process = process;
    this.cut(this.#cut);
    // As its supervisor would.
    process.host.onEnded((_, { how }) => {
      if (how !== 'failed' || this.#process !== process) return;
      this.kill();
      world.clock.setTimeout(() => this.start(), RESTART_MS);
    });
    this.#etcd = startEtcd(process.host, {
      log: log.connect(name, process.gate),
      member: { name, leaseMs: LEASE_MS },
      snapshotRecords: 60,
      snapshotBytes: 1,
    });
    this.#watches = [];
    this.watched.forEach((_, i) => void this.#follow(i));
  }
  kill(): void {
    this.#process?.kill();
    this.#process = undefined;
    this.#etcd = undefined;
  }
  pause(): void {
    this.#process?.pause();
  }
  /** What waited comes as an event loop looks around, wherever it begins. */
  resume(first = integer(this.#random, WAYS.length)): void {
    this.#process?.resume([...WAYS.slice(first), ...WAYS.slice(0, first)]);
  }
  cut(cut: { readonly bus: boolean; readonly log: boolean }): void {
    const { log, name } = this.#options;
    this.#cut = cut;
    if (this.#process) this.#process.cutOff = cut.bus;
    if (cut.log) log.cut(name);
    else log.heal(name);
  }
  /** Each watch says how far it is. */
  requestProgress(): void {
    for (const watch of this.#watches) watch.requestProgress();
  }

  #follow(i: number): void {
    const etcd = this.#etcd;
    if (etcd === undefined) return;
    const { world } = this.#options;
    const { asked, tell } = this.watched[i]!.begin();
    const slow = (): boolean => {
      if (this.#random.float() >= 0.05) return false;
      const { clock } = this.#process!.host.ports;
      clock.setTimeout(() => this.#watches[i]!.resume(), this.#random.float() * 200);
      return true;
    };
    this.#watches[i] = follow(
      etcd.server,
      asked,
      (told) => {
        tell(told);
        if (told.at === 'canceled') world.clock.setTimeout(() => this.#etcd === etcd && this.#follow(i), RESTART_MS);
      },
      slow,
    );
  }
}
