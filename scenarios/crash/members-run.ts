//! Three members on one log in simulation, clients that ask any of them, and what befalls members, network and log.
import { ETCD, memberAddress } from '../../actors/etcd/protocol.ts';
import { inbox } from '../../runtime/address.ts';
import type { Random } from '../../runtime/ports.ts';
import { integer } from '../../runtime/random.ts';
import { SharedLog, type SharedLogOptions } from '../../runtime/sim/shared-log.ts';
import { World } from '../../runtime/sim/world.ts';
import { Changes } from '../check/changes.ts';
import { Recorder } from '../check/history.ts';
import type { WatchAsked } from '../check/watch-record.ts';
import { past } from './past.ts';
import { LEASE_MS, SimMember } from './sim-member.ts';
import { finish, type Run, together } from './simulation.ts';
import { type ClientOptions, lookAround } from './workload.ts';

export interface MembersOptions {
  readonly seed: number;
  readonly operations: number;
  readonly clients: number;
  readonly members?: number;
  readonly retries?: boolean;
  /** How fast each member's clock goes; absent: up to a tenth too slow or too fast. */
  readonly rates?: readonly number[];
  readonly log?: (options: SharedLogOptions) => SharedLog;
  /** Whom clients ask instead of a member. */
  readonly front?: (world: World, subject: string) => string;
}
const PREFIX = 'k/';
const LOOKS_MAX = 100;
const LOG = { delayMs: [0.3, 4], timeoutMs: 1_000, late: 0.5 } as const;
const WATCHES: readonly WatchAsked[] = [
  { key: PREFIX, end: 'k0', prevKv: true },
  { key: `${PREFIX}1`, noDelete: true },
];

export function runMembers(options: MembersOptions): Run {
  const world = new World({ seed: options.seed, latencyMs: [0.1, 4] });
  const random = world.random.fork('faults');
  const about = { clock: world.clock, random: world.random.fork('log'), ...LOG };
  const log = options.log?.(about) ?? new SharedLog(about);
  const faults: string[] = [];
  const members = Array.from(
    { length: options.members ?? 3 },
    (_, i) =>
      new SimMember({
        world,
        log,
        name: `m${i}`,
        rate: options.rates?.[i] ?? 0.9 + 0.2 * random.float(),
        watches: WATCHES,
      }),
  );
  const subjects = [ETCD, ...members.map(({ name }) => memberAddress(name))]
    .map((to) => inbox(world.cluster, to))
    .map((subject) => options.front?.(world, subject) ?? subject);
  let calm = false;
  const strike = (): void => {
    if (calm) return;
    const leader = members.find((member) => member.leads);
    const victim = leader !== undefined && random.float() < 0.6 ? leader : members[integer(random, members.length)]!;
    faults.push(`${hit(world, log, victim, random)} ${victim.name} at ${world.clock.now().toFixed(1)}`);
    world.clock.setTimeout(strike, 50 + random.float() * 3 * LEASE_MS);
  };
  const recorder = new Recorder({ max: options.operations + LOOKS_MAX, now: () => world.clock.now() });
  const base = (name: string): ClientOptions => ({
    name,
    recorder,
    random: world.random.fork(name),
    clock: world.clock,
    subjects,
    keys: [0, 1, 2].map((i) => `${PREFIX}${i}`),
    thinkMs: 100,
    patience: {
      tryMs: options.retries === false ? 1_500 : 200,
      totalMs: 1_500,
      pauseMs: 10,
      retries: options.retries ?? true,
    },
    done: () => recorder.size >= options.operations,
  });
  world.advance(2 * LEASE_MS);
  world.clock.setTimeout(strike, random.float() * LEASE_MS);
  together(world, options.clients, base);
  calm = true;
  world.advance(20_000);
  finish(world, lookAround({ ...base('last'), patience: { tryMs: 2_000, totalMs: 20_000, pauseMs: 50 } }));
  const changes = new Changes(finish(world, past(inbox(world.cluster, ETCD), world.clock, PREFIX)));
  world.advance(1_000);
  for (const member of members) member.requestProgress();
  world.advance(1_000);
  const watches = members.flatMap(({ watched }) => watched.flatMap((one) => one.records(changes.last)));
  return { operations: recorder.operations(), changes, watches, faults };
}

/** Everything heals by itself. */
function hit(world: World, log: SharedLog, victim: SimMember, random: Random): string {
  const later = (ms: number, heal: () => void): void => void world.clock.setTimeout(heal, ms * random.float());
  const cut = (bus: boolean, log: boolean, what: string): string => {
    victim.cut({ bus, log });
    later(4 * LEASE_MS, () => victim.cut({ bus: false, log: false }));
    return what;
  };
  switch (integer(random, 7)) {
    case 0:
    case 1:
      victim.kill();
      later(3 * LEASE_MS, () => victim.start());
      return 'kill';
    case 2:
      victim.pause();
      later(4 * LEASE_MS, () => victim.resume());
      return 'pause';
    case 3:
      return cut(true, false, 'no bus for');
    case 4:
      return cut(false, true, 'no log for');
    case 5:
      log.loseNextAnswer(victim.name);
      return 'lost answer to';
    default:
      return cut(true, true, 'no network for');
  }
}
