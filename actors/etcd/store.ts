//! The state machine in the log's sense: requests in, answers and changes out. The same records give the same state.
import { fail, type Result } from '../../runtime/fault.ts';
import { type Answer, type AnswerReply, Answers } from './answers.ts';
import { hashOf } from './hash.ts';
import { LeaseTable } from './leases.ts';
import { refusedGrant, type Txn, writes, wrongRange } from './logic.ts';
import { COMPACTED, FUTURE, Mvcc } from './mvcc.ts';
import type { DeleteOp, EtcdReply, EtcdRequest, PutOp } from './protocol.ts';
import { type Publication, Publications, type SubjectsOf } from './publications.ts';
import { asked, type RangeQuery, type RangeResult, rangeOf } from './range.ts';
import { decodeRecord, encodeRecord, type LogRecord } from './record.ts';
import { decodeState, encodeState } from './snapshot.ts';
import { Streams } from './streams.ts';
import { decide, impossible, NO_LEASE, type Revision, type Step, TxnRun, type Written } from './txn.ts';

/** What changes the store, and so is in the log. `id` '': nobody asks, nothing is remembered for a retry. */
export type Command =
  | Extract<EtcdRequest, { readonly type: 'etcd.txn' | 'etcd.lease.grant' | 'etcd.lease.revoke' | 'etcd.compact' }>
  | { readonly type: 'etcd.lease.checkpoint'; readonly remaining: readonly (readonly [lease: string, number])[] };

export interface Executed {
  readonly reply: EtcdReply;
  readonly publications: readonly Publication[];
  /** What watches are told. Absent, as the record is, when no key was written. */
  readonly events?: Revision;
  readonly record?: Uint8Array;
}
export interface Replayed {
  readonly record: LogRecord;
  readonly events?: Revision;
}
export interface StoreLimits {
  readonly answers: number;
  readonly answersBytes: number;
  readonly answersMs: number;
  readonly streams: number;
}
export interface StoreOptions {
  /** Where a write is told whose writer did not say. */
  readonly subjectsOf?: SubjectsOf;
}

export class Store {
  readonly mvcc = new Mvcc();
  readonly leases = new LeaseTable();
  readonly answers: Answers;
  readonly streams: Streams;
  readonly #limits: StoreLimits;
  readonly #publications: Publications;

  constructor(limits: StoreLimits, { subjectsOf }: StoreOptions = {}) {
    this.#limits = limits;
    this.answers = new Answers({ count: limits.answers, bytes: limits.answersBytes, ageMs: limits.answersMs });
    this.streams = new Streams(limits.streams);
    this.#publications = new Publications(this.streams, subjectsOf);
  }

  /** Runs ahead of the log: nobody may see what comes out before the record is durable. `at`: the leader's clock. */
  execute(command: Command, at: number): Executed {
    switch (command.type) {
      case 'etcd.txn':
        return this.#executeTxn(command, at);
      case 'etcd.lease.grant': {
        const { id, ttl } = command;
        const lease = this.#leaseId(command.lease, id);
        const refusal = refusedGrant(lease, ttl) ?? (this.leases.has(lease) ? LEASE_EXISTS : undefined);
        if (refusal) return refusing(refusal);
        return this.#done({ type: 'lease.grant', at, id, lease, ttl: this.leases.grant(lease, ttl, at) });
      }
      case 'etcd.lease.revoke': {
        const { id, lease } = command;
        if (!this.leases.has(lease)) return refusing(NO_LEASE);
        const written = this.#revoke(lease, this.mvcc.revision + 1);
        return this.#done({ type: 'lease.revoke', at, id, lease, revision: this.mvcc.revision }, written);
      }
      case 'etcd.lease.checkpoint': {
        const { remaining } = command;
        for (const [lease, seconds] of remaining) this.leases.checkpoint(lease, seconds);
        return this.#done({ type: 'lease.checkpoint', at, remaining });
      }
      case 'etcd.compact': {
        const { revision } = command;
        const refusal = revision === this.mvcc.compacted ? COMPACTED : this.mvcc.unreadable(revision);
        if (refusal) return refusing(refusal);
        this.mvcc.compact(revision);
        return this.#done({ type: 'compact', at, revision });
      }
    }
  }

  /** A record of the log: after a restart, or of another member. */
  replay(bytes: Uint8Array): Replayed {
    const record = decodeRecord(bytes);
    switch (record.type) {
      case 'txn': {
        this.#expect(record.revision, this.mvcc.revision + 1);
        const { reply, written } = this.#run(record.branch, record.revision);
        this.#remember(record.id, record.at, reply);
        return this.#replayed(record, written);
      }
      case 'lease.grant':
        this.leases.grant(record.lease, record.ttl, record.at);
        break;
      case 'lease.revoke': {
        const written = this.#revoke(record.lease, this.mvcc.revision + 1);
        this.#expect(record.revision, this.mvcc.revision);
        this.#remember(record.id, record.at, this.#answerTo(record));
        return this.#replayed(record, written);
      }
      case 'lease.checkpoint':
        for (const [lease, seconds] of record.remaining) this.leases.checkpoint(lease, seconds);
        break;
      case 'compact':
        this.mvcc.compact(record.revision);
        break;
      case 'member':
        return { record };
    }
    if ('id' in record) this.#remember(record.id, record.at, this.#answerTo(record));
    return { record };
  }

  /** The first answer to this id, if it is remembered. */
  answered(id: string): EtcdReply | undefined {
    const known = this.answers.get(id);
    return known?.type === 'etcd.txned' ? { ...known, repeated: true } : known;
  }
  /** `asOf`: the newest revision that may be seen. */
  range(query: RangeQuery, asOf: number): Result<RangeResult> {
    const revision = asked(query) ?? asOf;
    const wrong = wrongRange(query) ?? (revision > asOf ? FUTURE : this.mvcc.unreadable(revision));
    return wrong ?? { ok: true, value: rangeOf(this.mvcc, query, revision) };
  }
  /** Equal wherever the same was written and compacted. */
  hash(revision: number): Result<{ readonly hash: number; readonly compactRevision: number }> {
    const wrong = this.mvcc.unreadable(revision);
    if (wrong) return wrong;
    return { ok: true, value: { hash: hashOf(this.mvcc, revision), compactRevision: this.mvcc.compacted } };
  }

  /**
   * `beside`: plain data of the caller's that comes back from `restore`. `asOf`: the newest revision that may be seen;
   * leases and streams are as they are.
   */
  snapshot(now: number, beside?: unknown, asOf = this.mvcc.revision): Result<Uint8Array> {
    const young = ({ at, reply }: Answer): boolean => at >= now - this.#limits.answersMs && reply.revision <= asOf;
    const { compacted } = this.mvcc;
    const revision = asOf;
    const history = { [Symbol.iterator]: () => this.mvcc.history.upTo(asOf) };
    const head = {
      revision,
      compacted,
      leases: this.leases.state(),
      streams: this.streams.all(),
      answers: [...this.answers.all()].filter(young),
      beside,
    };
    return encodeState(head, { [Symbol.iterator]: () => this.mvcc.base() }, history);
  }
  /** Of a fresh store. */
  restore(state: Uint8Array, now: number): unknown {
    const { head, base, history } = decodeState(state);
    this.leases.restore(head.leases);
    this.mvcc.restore(head.revision, head.compacted, base, history);
    if (this.leases.size > 0) for (const { key, lease } of this.mvcc.leased()) this.leases.attach(lease, key);
    this.streams.restore(head.streams, now);
    for (const answer of head.answers) this.answers.add(answer);
    return head.beside;
  }

  #executeTxn(txn: Txn, at: number): Executed {
    const branch = decide(this.mvcc, txn);
    const refusal = impossible(this.mvcc, this.leases, branch);
    if (refusal) return refusing(refusal);
    const revision = this.mvcc.revision + 1;
    const { reply, written } = this.#run(branch, revision);
    this.#remember(txn.id, at, reply);
    // What could have written and did not is in the log too: a copy of the request that comes late, perhaps to another
    // leader, gets this answer instead of another run.
    if (written.length === 0 && !writes(txn)) return { reply, publications: [] };
    const record = encodeRecord({ type: 'txn', revision, at, id: txn.id, branch });
    if (written.length === 0) return { reply, publications: [], record };
    return { reply, publications: this.#publications.take(), events: { revision, events: written }, record };
  }
  #run(branch: Extract<Step, { op: 'txn' }>, revision: number) {
    const written: Written[] = [];
    const run = new TxnRun(this.mvcc, this.leases, revision, (one, by) => this.#wrote(written, one, by));
    const results = run.run(branch.run);
    const reply = {
      type: 'etcd.txned',
      revision: this.mvcc.revision,
      succeeded: branch.succeeded,
      results,
    } as const;
    return { reply, written };
  }
  #revoke(lease: string, revision: number): readonly Written[] {
    const written: Written[] = [];
    const run = new TxnRun(this.mvcc, this.leases, revision, (one, by) => this.#wrote(written, one, by));
    for (const key of this.leases.keys(lease)) run.run([{ op: 'delete', key }]);
    this.leases.revoke(lease);
    return written;
  }
  #wrote(written: Written[], one: Written, by: PutOp | DeleteOp): void {
    written.push(one);
    this.#publications.add(one, by);
  }

  /** Of what has been done: its answer, its record. */
  #done(record: Exclude<LogRecord, { readonly type: 'txn' | 'member' }>, written: readonly Written[] = []): Executed {
    const reply = this.#answerTo(record);
    if ('id' in record) this.#remember(record.id, record.at, reply);
    const done = { reply, publications: this.#publications.take(), record: encodeRecord(record) };
    return written.length === 0 ? done : { ...done, events: { revision: this.mvcc.revision, events: written } };
  }
  #answerTo(record: Exclude<LogRecord, { readonly type: 'txn' | 'member' }>): AnswerReply {
    const { revision } = this.mvcc;
    switch (record.type) {
      case 'lease.grant':
        return { type: 'etcd.lease.granted', revision, lease: record.lease, ttl: record.ttl };
      case 'lease.revoke':
        return { type: 'etcd.lease.revoked', revision };
      case 'lease.checkpoint':
        return { type: 'etcd.lease.checkpointed', revision };
      case 'compact':
        return { type: 'etcd.compacted', revision };
    }
  }
  #remember(id: string, at: number, reply: AnswerReply): void {
    if (id !== '') this.answers.add({ id, at, reply });
  }
  #replayed(record: LogRecord & { readonly at: number }, written: readonly Written[]): Replayed {
    for (const { to, change } of this.#publications.take()) this.streams.publish(to, change.revision, record.at);
    return written.length === 0 ? { record } : { record, events: { revision: this.mvcc.revision, events: written } };
  }
  #expect(revision: number, next: number): void {
    if (revision !== next) throw new Error(`the log's record of revision ${revision} comes where ${next} is due`);
  }
  /** As asked for, or one that comes of the request's id: the same for a retry, and free. */
  #leaseId(asked: string | undefined, id: string): string {
    if (asked !== undefined && asked !== '0') return asked;
    for (let number = idOf(id); ; number = BigInt.asUintN(63, number + 1n))
      if (number !== 0n && !this.leases.has(String(number))) return String(number);
  }
}

const refusing = (refusal: ReturnType<typeof fail>): Executed => ({
  reply: { type: 'fault', fault: refusal.fault },
  publications: [],
});
const LEASE_EXISTS = fail('AlreadyExists', 'etcdserver: lease already exists');
/** FNV-1a of 64 bits, without the sign (ids of leases are positive int64). */
function idOf(text: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(i))) * 0x100000001b3n);
  return BigInt.asUintN(63, hash);
}
