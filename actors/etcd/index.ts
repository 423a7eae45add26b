//! The etcd actor. Reads and writes go to the plain classes at once; the chart says when they may.
import { fail, unreachable } from '../../runtime/fault.ts';
import type { ActorHandle, Host, Self } from '../../runtime/host.ts';
import type { Delivery, Log, Message } from '../../runtime/ports.ts';
import { compactTo, snapshotDue } from './logic.ts';
import { type EtcdEffect, type EtcdEvent, etcdMachine } from './machine.ts';
import { ETCD, type EtcdReply, type EtcdRequest } from './protocol.ts';
import type { Publication } from './publications.ts';
import { Store, type StoreLimits } from './store.ts';
import { faulty, type Reply, Writer } from './writer.ts';

export interface EtcdOptions extends Partial<EtcdLimits> {
  readonly log: Log;
}
export interface EtcdLimits extends StoreLimits {
  /** History kept for reads at an older revision: so long, and so many revisions at most. */
  readonly historyMs: number;
  readonly historyRevisions: number;
  readonly compactionMs: number;
  /** A snapshot after so many records or bytes of log, and never before the log has grown by the store's size. */
  readonly snapshotRecords: number;
  readonly snapshotBytes: number;
  readonly waitingMax: number;
  readonly waitingBytesMax: number;
  readonly storeBytesMax: number;
}
const LIMITS: EtcdLimits = {
  historyMs: 300_000,
  historyRevisions: 10_000,
  compactionMs: 30_000,
  snapshotRecords: 10_000,
  snapshotBytes: 64 * 1024 * 1024,
  waitingMax: 10_000,
  waitingBytesMax: 256 * 1024 * 1024,
  storeBytesMax: 8 * 1024 ** 3,
  answers: 10_000,
  answersBytes: 32 * 1024 * 1024,
  answersMs: 60_000,
  streams: 100_000,
};
/** How often quiet streams are looked for, while there are any that have not said so. */
const PROGRESS_TICK_MS = 500;

export function startEtcd(host: Host, options: EtcdOptions): ActorHandle<EtcdEvent> {
  const service = new Service(options.log, { ...LIMITS, ...options });
  return host.start({
    address: ETCD,
    machine: etcdMachine,
    input: { compactionMs: service.limits.compactionMs },
    perform: (effect, self) => service.perform(effect, self),
    receive: (delivery, self) => service.receive(delivery, self),
    onStart: (self) => service.start(self),
    onStop: () => service.stop(),
    mailboxCapacity: 1_000,
    shutdown: { event: { type: 'etcd.stop' }, shutdownMs: 5_000 },
  });
}

class Service {
  readonly limits: EtcdLimits;
  readonly #log: Log;
  readonly #store: Store;
  #writer!: Writer;
  #self!: Self<EtcdEvent>;
  #phase: 'recovering' | 'serving' | 'closing' | 'stopped' = 'recovering';
  /** Requests that came before the log was read. */
  #early: (readonly [EtcdRequest, Reply])[] = [];
  #progressTimer: unknown;
  #snapshotting = false;
  #since = { records: 0, bytes: 0 };
  #snapshotSize = 0;
  /** When the store had which revision, for compaction by age. */
  #marks: { readonly at: number; readonly revision: number }[] = [];

  constructor(log: Log, limits: EtcdLimits) {
    this.#log = log;
    this.limits = limits;
    this.#store = new Store(limits);
  }

  start(self: Self<EtcdEvent>): void {
    this.#self = self;
    const { waitingMax, waitingBytesMax, storeBytesMax } = this.limits;
    this.#writer = new Writer({
      store: this.#store,
      log: this.#log,
      now: () => self.clock.now(),
      publish: (publications) => this.#publish(publications),
      failed: (message) => this.#send({ type: 'log.failed', fault: fail('InternalError', message).fault }),
      settled: (last, records, bytes) => this.#settled(last, records, bytes),
      waitingMax,
      waitingBytesMax,
      storeBytesMax,
    });
  }
  stop(): void {
    this.#end('stopped');
    this.#self.clock.clearTimeout(this.#progressTimer);
    this.#log.close(() => {});
  }

  perform(effect: EtcdEffect, self: Self<EtcdEvent>): void {
    switch (effect.type) {
      case 'log.recover':
        return this.#recover(self);
      case 'service.open': {
        this.#writer.open(effect.last);
        this.#phase = 'serving';
        const early = this.#early;
        this.#early = [];
        for (const [request, reply] of early) this.#handle(request, reply, self);
        return this.#watchQuiet();
      }
      case 'history.compact': {
        const now = self.clock.now();
        this.#store.mvcc.compact(
          Math.min(compactTo(this.#marks, now, this.#store.mvcc.revision, this.limits), this.#writer.durableRevision),
        );
        this.#marks = this.#marks.filter((mark) => mark.at > now - this.limits.historyMs);
        this.#marks.push({ at: now, revision: this.#writer.durableRevision });
        return;
      }
      case 'service.close':
        this.#end('closing');
        return this.#writer.close(() => this.#log.close(() => this.#send({ type: 'log.closed' })));
      case 'actor.fail':
        throw new Error(`etcd: ${effect.fault.message}`);
      default:
        return unreachable(effect);
    }
  }

  receive(delivery: Delivery, self: Self<EtcdEvent>): undefined {
    const reply: Reply = (message) => delivery.reply?.(message as Message);
    const request = delivery.message as EtcdRequest;
    if (this.#phase === 'serving') return this.#handle(request, reply, self);
    if (this.#phase !== 'recovering') reply(STOPPED);
    else if (this.#early.length >= this.limits.waitingMax) reply(faulty(fail('Busy', 'etcdserver: too many requests')));
    else this.#early.push([request, reply]);
  }

  #handle(request: EtcdRequest, reply: Reply, self: Self<EtcdEvent>): undefined {
    const { streams } = this.#store;
    const revision = this.#writer.durableRevision;
    switch (request.type) {
      case 'etcd.txn':
        this.#writer.submit(request, reply);
        return;
      case 'etcd.range': {
        const found = this.#store.range(request, revision);
        return void reply(found.ok ? { type: 'etcd.ranged', revision, ...found.value } : faulty(found));
      }
      case 'etcd.revision': {
        const streamRevision = request.stream === undefined ? revision : streams.revision(request.stream);
        return void reply({ type: 'etcd.revised', revision, streamRevision });
      }
      case 'etcd.compact':
        return void reply(this.#compact(request.revision, revision));
      case 'etcd.lease.grant':
      case 'etcd.lease.revoke':
      case 'etcd.lease.keepAlive':
      case 'etcd.lease.timeToLive':
      case 'etcd.lease.list':
      case 'etcd.status':
      case 'etcd.hash':
      case 'etcd.members':
      case 'etcd.defragment':
      case 'etcd.alarm':
      case 'etcd.member.remove':
      case 'etcd.transferLeader':
        return void reply(faulty(fail('MethodNotAllowed', 'etcdserver: not served by this version')));
      default:
        // Whoever sends it has a bug, or is of another version: it must hear of it, and etcd must not die of it.
        self.logger.warn({ type: (request as Message).type }, 'unknown request');
        return void reply(faulty(fail('BadRequest', `etcd knows no ${(request as Message).type}`)));
    }
  }

  #compact(revision: number, durable: number): EtcdReply {
    const { mvcc } = this.#store;
    if (revision <= mvcc.compacted)
      return faulty(fail('Expired', 'etcdserver: mvcc: required revision has been compacted'));
    if (revision > durable) return faulty(fail('Invalid', 'etcdserver: mvcc: required revision is a future revision'));
    mvcc.compact(revision);
    return { type: 'etcd.compacted', revision };
  }

  #recover(self: Self<EtcdEvent>): void {
    const startedAt = self.clock.now();
    this.#log.recover({
      snapshot: (state) => {
        this.#snapshotSize = state.length;
        this.#store.restore(state, startedAt);
      },
      record: (_, bytes) => {
        this.#since.records++;
        this.#since.bytes += bytes.length;
        const { record } = this.#store.replay(bytes);
        const { at } = record;
        const { revision } = this.#store.mvcc;
        if ((this.#marks.at(-1)?.at ?? 0) + this.limits.compactionMs <= at) this.#marks.push({ at, revision });
      },
      done: (result) => {
        if (!result.ok) return this.#send({ type: 'log.failed', fault: result.fault });
        self.logger.info({ revision: this.#store.mvcc.revision, keys: this.#store.mvcc.size }, 'etcd recovered');
        this.#send({ type: 'log.recovered', last: result.value });
      },
    });
  }

  #publish(publications: readonly Publication[]): void {
    if (this.#phase === 'stopped') return;
    const now = this.#self.clock.now();
    for (const { to, change } of publications) {
      this.#self.publish(to.subject, change);
      this.#store.streams.publish(to, change.revision, now);
    }
    this.#watchQuiet();
  }

  /** One timer for all streams, and none while every stream has said that it is quiet. */
  #watchQuiet(): void {
    if (this.#progressTimer !== undefined || this.#phase === 'stopped' || !this.#store.streams.restless) return;
    this.#progressTimer = this.#self.clock.setTimeout(() => {
      this.#progressTimer = undefined;
      for (const { stream, subject, revision } of this.#store.streams.due(this.#self.clock.now()))
        this.#self.publish(subject, { type: 'change.progress', stream, revision } as Message);
      this.#watchQuiet();
    }, PROGRESS_TICK_MS);
  }

  #settled(last: number, records: number, bytes: number): void {
    this.#since.records += records;
    this.#since.bytes += bytes;
    if (this.#snapshotting || this.#phase === 'stopped' || !snapshotDue(this.#since, this.#snapshotSize, this.limits))
      return;
    this.#snapshotting = true;
    this.#since = { records: 0, bytes: 0 };
    const state = this.#store.snapshot(this.#self.clock.now());
    if (!state.ok) {
      this.#snapshotting = false;
      return this.#self.logger.warn({ fault: state.fault }, 'snapshot failed');
    }
    this.#snapshotSize = state.value.length;
    this.#log.snapshot(state.value, last, (result) => {
      this.#snapshotting = false;
      // The log still has every record: recovery is slower, nothing is lost.
      if (!result.ok && this.#phase !== 'stopped') this.#self.logger.warn({ fault: result.fault }, 'snapshot failed');
    });
  }

  #end(phase: 'closing' | 'stopped'): void {
    this.#phase = phase;
    const early = this.#early;
    this.#early = [];
    for (const [, reply] of early) reply(STOPPED);
  }
  #send(event: EtcdEvent): void {
    this.#self.send(event);
  }
}
const STOPPED = faulty(fail('Unavailable', 'etcdserver: server stopped'));
