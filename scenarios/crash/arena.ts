//! Where real rounds happen: what runs, whom clients ask, and what can be struck.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ETCD } from '../../actors/etcd/protocol.ts';
import { inbox } from '../../runtime/address.ts';
import type { Bus, Random } from '../../runtime/ports.ts';
import { connectBus, type NatsBus } from '../../runtime/real/nats-bus.ts';
import { type NatsServer, startNatsServer } from '../../runtime/real/nats-server.ts';
import { Program } from '../e2e/program.ts';

export interface Arena {
  readonly bus: Bus;
  readonly subjects: readonly string[];
  /** Kills and starts again; says what it did. */
  strike(random: Random): Promise<string>;
  stop(): Promise<void>;
  /** What its programs said, for a failure. */
  report(): string;
}

const MEMBER = fileURLToPath(new URL('member.child.ts', import.meta.url));
const CLUSTER = 'rounds';
/** About as long as a process takes to start and recover: a second kill falls anywhere in it. */
const STARTING_MS = 1_200;

/** One etcd on a file log, in a process of its own, and a broker. Undefined when there is no nats-server. */
export async function fileArena(): Promise<Arena | undefined> {
  const server = await startNatsServer();
  return server && new FileArena(server, await connectBus(server.url));
}

class FileArena implements Arena {
  readonly bus: NatsBus;
  readonly subjects = [inbox(CLUSTER, ETCD)];
  readonly #server: NatsServer;
  readonly #dir = mkdtempSync(join(tmpdir(), 'orrery-rounds-'));
  #etcd: Program;

  constructor(server: NatsServer, bus: NatsBus) {
    this.#server = server;
    this.bus = bus;
    this.#etcd = this.#start();
  }
  async strike(random: Random): Promise<string> {
    await this.#kill();
    this.#etcd = this.#start();
    if (random.float() >= 0.25) return 'killed';
    const ms = Math.round(random.float() * STARTING_MS);
    await sleep(ms);
    await this.#kill();
    this.#etcd = this.#start();
    return `killed, and again ${ms} ms into its start`;
  }
  async stop(): Promise<void> {
    await this.#kill();
    await this.bus.close();
    await this.#server.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }
  report(): string {
    return this.#etcd.report();
  }

  async #kill(): Promise<void> {
    const { over } = this.#etcd;
    // Nobody else kills it: if it is gone, it failed.
    if (over !== undefined) throw new Error(`etcd ended by itself\n${this.report()}`);
    this.#etcd.child.kill('SIGKILL');
    await this.#etcd.ended;
  }
  #start(): Program {
    return new Program('etcd', process.execPath, ['--import', 'tsx', MEMBER, CLUSTER, this.#server.url, this.#dir]);
  }
}
