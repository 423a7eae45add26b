//! Where real rounds happen: what runs, whom clients ask, and what can be struck.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ETCD, memberAddress, prefixEnd } from '../../actors/etcd/protocol.ts';
import { inbox } from '../../runtime/address.ts';
import type { Bus, Random } from '../../runtime/ports.ts';
import { integer } from '../../runtime/random.ts';
import { connectBus, type NatsBus } from '../../runtime/real/nats-bus.ts';
import { type NatsServer, startNatsServer } from '../../runtime/real/nats-server.ts';
import type { WatchAsked, WatchRecord } from '../check/watch-record.ts';
import { Program } from '../e2e/program.ts';
import { hear } from './relay.ts';
import { Watched } from './watch-recorder.ts';

export interface Arena {
  readonly bus: Bus;
  readonly subjects: readonly string[];
  /** From now on all members are watched below `prefix`: nothing happened there up to `created`. They start anew. */
  watch(prefix: string, created: number): Promise<void>;
  /** What the watches said, once everything up to `upTo` has come. */
  watched(upTo: number): Promise<readonly WatchRecord[]>;
  /** Kills and starts again; says what it did. */
  strike(random: Random): Promise<string>;
  stop(): Promise<void>;
  /** What its programs said, for a failure. */
  report(): string;
}

/** Everything with what was before, and one that deletions are kept from. */
const WATCHES: readonly Partial<WatchAsked>[] = [{ prevKv: true }, { noDelete: true }];
const CATCH_UP_MS = 60_000;
const MEMBER = fileURLToPath(new URL('member.child.ts', import.meta.url));
const CLUSTER = 'rounds';
/** About as long as a process takes to start and recover: a second kill falls anywhere in it. */
const STARTING_MS = 1_200;

/** One etcd on a file log, in a process of its own, and a broker. Undefined when there is no nats-server. */
export async function fileArena(): Promise<Arena | undefined> {
  const dir = scratch();
  const server = await startNatsServer();
  return server && new Processes(server, await connectBus(server.url), dir, [undefined], killsFile);
}
/** Three members, each a process, on a stream of a broker that is killed too. */
export async function jetstreamArena(): Promise<Arena | undefined> {
  const dir = scratch();
  const server = await startNatsServer({ storeDir: join(dir, 'streams') });
  return server && new Processes(server, await connectBus(server.url), dir, ['a', 'b', 'c'], killsMembers);
}
const scratch = (): string => mkdtempSync(join(tmpdir(), 'orrery-rounds-'));
type Kills = (arena: Processes, random: Random) => Promise<string>;

async function killsFile(arena: Processes, random: Random): Promise<string> {
  await arena.restart(0);
  if (random.float() >= 0.25) return 'killed';
  const ms = Math.round(random.float() * STARTING_MS);
  await sleep(ms);
  await arena.restart(0);
  return `killed, and again ${ms} ms into its start`;
}
async function killsMembers(arena: Processes, random: Random): Promise<string> {
  const first = integer(random, 3);
  const how = random.float();
  if (how < 0.2) {
    await arena.server.restart();
    return 'the broker killed';
  }
  if (how < 0.3) {
    await Promise.all([arena.server.restart(), arena.restart(first)]);
    return `the broker and member ${first} killed`;
  }
  if (how < 0.5) {
    await Promise.all([arena.restart(first), arena.restart((first + 1) % 3)]);
    return `all members but ${(first + 2) % 3} killed`;
  }
  await arena.restart(first);
  return `member ${first} killed`;
}

class Processes implements Arena {
  readonly bus: NatsBus;
  readonly server: NatsServer;
  readonly subjects: readonly string[];
  readonly #dir: string;
  readonly #kills: Kills;
  readonly #names: readonly (string | undefined)[];
  readonly #etcds: Program[];
  #watched: readonly (readonly Watched[])[] = [];

  constructor(server: NatsServer, bus: NatsBus, dir: string, names: readonly (string | undefined)[], kills: Kills) {
    this.server = server;
    this.bus = bus;
    this.#dir = dir;
    this.#kills = kills;
    this.#names = names;
    const members = names.flatMap((name) => (name === undefined ? [] : [memberAddress(name)]));
    this.subjects = [ETCD, ...members].map((to) => inbox(CLUSTER, to));
    this.#etcds = names.map((_, i) => this.#start(i));
  }
  async watch(prefix: string, created: number): Promise<void> {
    this.#watched = this.#names.map((name = 'etcd') =>
      WATCHES.map((kind, i) => new Watched(`${name}/${i}`, { key: prefix, end: prefixEnd(prefix), ...kind }, created)),
    );
    await Promise.all(this.#names.map((_, i) => this.restart(i)));
  }
  async watched(upTo: number): Promise<readonly WatchRecord[]> {
    const all = this.#watched.flat();
    const behind = (): boolean => all.some(({ revision }) => revision < upTo);
    for (const until = Date.now() + CATCH_UP_MS; behind(); await sleep(10))
      if (Date.now() > until) throw new Error(`watches do not get to revision ${upTo}\n${this.report()}`);
    return all.flatMap((one) => one.records(upTo));
  }
  strike(random: Random): Promise<string> {
    return this.#kills(this, random);
  }
  async restart(i: number): Promise<void> {
    await this.#kill(i);
    this.#etcds[i] = this.#start(i);
  }
  async stop(): Promise<void> {
    for (const etcd of this.#etcds) etcd.child.kill('SIGKILL');
    await Promise.all(this.#etcds.map(({ ended }) => ended));
    await this.bus.close();
    await this.server.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }
  report(): string {
    return this.#etcds.map((etcd) => etcd.report()).join('\n');
  }

  async #kill(i: number): Promise<void> {
    const etcd = this.#etcds[i]!;
    // Nobody else kills it: if it is gone, it failed.
    if (etcd.over !== undefined) throw new Error(`etcd ended by itself\n${this.report()}`);
    etcd.child.kill('SIGKILL');
    await etcd.ended;
  }
  #start(i: number): Program {
    const name = this.#names[i];
    const begun = (this.#watched[i] ?? []).map((one) => one.begin());
    const args = [
      '--import',
      'tsx',
      MEMBER,
      CLUSTER,
      this.server.url,
      this.#dir,
      JSON.stringify(begun.map(({ asked }) => asked)),
      ...(name === undefined ? [] : [name]),
    ];
    const program = new Program(`etcd ${name ?? ''}`, process.execPath, args);
    hear(
      program.child.stdout,
      begun.map(({ tell }) => tell),
    );
    return program;
  }
}
