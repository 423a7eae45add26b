//! Several etcd members of one simulated world, each a process of its own, on one log that they share.
import { type EtcdActor, startEtcd } from '../../actors/etcd/index.ts';
import type { MemberEvent } from '../../actors/etcd/member-event.ts';
import type { EtcdOptions } from '../../actors/etcd/options.ts';
import { ETCD, type EtcdReply, type EtcdRequest, memberAddress } from '../../actors/etcd/protocol.ts';
import { decodeRecord } from '../../actors/etcd/record.ts';
import { type Address, inbox } from '../../runtime/address.ts';
import type { Message } from '../../runtime/ports.ts';
import { SimProcess } from '../../runtime/sim/process.ts';
import { SharedLog, type SharedLogOptions } from '../../runtime/sim/shared-log.ts';
import type { World } from '../../runtime/sim/world.ts';

export interface MembersOptions {
  readonly names: readonly string[];
  /** How fast each member's clock runs; absent: 1. */
  readonly rates?: readonly number[];
  readonly etcd?: Omit<Partial<EtcdOptions>, 'log' | 'member'>;
  readonly leaseMs?: number;
  readonly readIndex?: 'lease' | 'log';
  readonly log?: Omit<SharedLogOptions, 'clock' | 'random'>;
}
interface Running {
  readonly process: SimProcess;
  readonly actor: EtcdActor;
}

export class Members {
  readonly world: World;
  readonly log: SharedLog;
  /** Who led, by the log: one a term, in order. */
  readonly reigns: { readonly member: string; readonly term: number }[] = [];
  readonly #options: MembersOptions;
  readonly #running = new Map<string, Running>();

  constructor(world: World, options: MembersOptions) {
    this.world = world;
    this.#options = options;
    this.log = new SharedLog({ clock: world.clock, random: world.random.fork('log'), ...options.log });
    this.log.taken = (_, __, record) => {
      const decoded = decodeRecord(record);
      if (decoded.type === 'member') this.#reign(decoded.event);
    };
    for (const name of options.names) this.start(name);
  }
  #reign(event: MemberEvent): void {
    if (event.type === 'lead') this.reigns.push({ member: event.member, term: event.term });
  }

  /** Also again after a kill, and a new one. */
  start(name: string): EtcdActor {
    const { names, rates = [], etcd = {}, leaseMs = 1_000, readIndex = 'lease' } = this.#options;
    if (this.#running.has(name)) throw new Error(`${name} runs already`);
    const process = new SimProcess(this.world, name, rates[names.indexOf(name)] ?? 1);
    const run = (): void => {
      const log = this.log.connect(name, process.gate);
      const actor = startEtcd(process.host, { ...etcd, log, member: { name, leaseMs, readIndex } });
      this.#running.set(name, { process, actor });
    };
    // As its supervisor would.
    process.host.onEnded((_, { how }) => {
      if (how === 'failed') this.world.clock.setTimeout(run, 20);
    });
    run();
    return this.actor(name);
  }
  get names(): readonly string[] {
    return [...this.#running.keys()];
  }
  actor(name: string): EtcdActor {
    const running = this.#running.get(name);
    if (running === undefined) throw new Error(`${name} does not run`);
    return running.actor;
  }
  state(name: string): string {
    const value = this.actor(name).snapshot().value;
    return typeof value === 'string' ? value : Object.keys(value as object)[0]!;
  }
  /** Those that believe that they lead. */
  leaders(): readonly string[] {
    return this.names.filter((name) => this.state(name) === 'leader');
  }
  /** Until exactly one leads and the others follow. */
  settle(): string {
    this.world.until('one leads and all others follow', () => {
      const states = this.names.map((name) => this.state(name));
      return states.every((state) => state === 'leader' || state === 'follower') && this.leaders().length === 1;
    });
    // What one reads in the log another may not know yet to be there.
    this.world.advance(10);
    return this.leaders()[0]!;
  }
  kill(name: string): void {
    this.#running.get(name)?.process.kill();
    this.#running.delete(name);
  }
  pause(name: string): void {
    this.#running.get(name)?.process.pause();
  }
  resume(name: string): void {
    this.#running.get(name)?.process.resume();
  }
  /** In order, as with SIGTERM. */
  stop(name: string): void {
    let gone = false;
    this.actor(name).stop(() => {
      gone = true;
    });
    this.world.until(`${name} has stopped`, () => gone);
    this.#running.delete(name);
  }

  send(to: Address | string, request: EtcdRequest, done: (reply: EtcdReply) => void, timeoutMs = 10_000): void {
    const at = typeof to === 'string' ? memberAddress(to) : to;
    this.world.bus.request(inbox(this.world.cluster, at), request as Message, timeoutMs, (result) =>
      done((result.ok ? result.value : { type: 'fault', fault: result.fault }) as EtcdReply),
    );
  }
  /** Asks a member, or (ETCD) whoever leads, and runs the world until there is an answer. */
  ask<T extends EtcdReply['type']>(
    to: Address | string,
    request: EtcdRequest,
    type: T,
  ): Extract<EtcdReply, { type: T }> {
    let reply: EtcdReply | undefined;
    this.send(to, request, (got) => {
      reply = got;
    });
    this.world.until(`${request.type} is answered`, () => reply !== undefined);
    if (reply!.type !== type) throw new Error(`seed ${this.world.seed}: ${request.type}: ${JSON.stringify(reply)}`);
    return reply as Extract<EtcdReply, { type: T }>;
  }
  put(key: string, value: string, to: Address | string = ETCD, lease?: string): number {
    const request = putOf(`put-${++this.#ids}`, key, value, lease);
    return this.ask(to, request, 'etcd.txned').revision;
  }
  get(key: string, to: Address | string = ETCD, serializable = false): string | undefined {
    const { kvs } = this.ask(to, { type: 'etcd.range', key, serializable }, 'etcd.ranged');
    return kvs[0] && Buffer.from(kvs[0].value).toString();
  }
  #ids = 0;
}

export const putOf = (id: string, key: string, value: string, lease?: string): EtcdRequest => ({
  type: 'etcd.txn',
  id,
  compare: [],
  // biome-ignore lint/suspicious/noThenProperty: etcd's word, and nobody awaits it
  then: [{ op: 'put', key, value: Buffer.from(value), ...(lease ? { lease } : {}) }],
  else: [],
});
