//! The state machine in the log's sense: txns in, answers and changes out. The same records give the same state.
import { type Answer, Answers, type TxnReply } from './answers.ts';
import { compares, type Txn } from './logic.ts';
import { Mvcc } from './mvcc.ts';
import type { Change, KeyValue, Operation, OpResult, Stream } from './protocol.ts';
import { decodeRecord, encodeRecord, type WriteRecord } from './record.ts';
import { decodeState, encodeState } from './snapshot.ts';
import { Streams } from './streams.ts';

export interface Publication {
  readonly to: Stream;
  readonly change: Change;
}
export interface Executed {
  readonly reply: TxnReply;
  readonly publications: readonly Publication[];
  /** Absent when nothing was written. */
  readonly record?: Uint8Array;
}
export interface StoreLimits {
  readonly answers: number;
  readonly answersBytes: number;
  readonly answersMs: number;
  readonly streams: number;
}

export class Store {
  readonly mvcc = new Mvcc();
  readonly answers: Answers;
  readonly streams: Streams;
  readonly #limits: StoreLimits;

  constructor(limits: StoreLimits) {
    this.#limits = limits;
    this.answers = new Answers({ count: limits.answers, bytes: limits.answersBytes, ageMs: limits.answersMs });
    this.streams = new Streams(limits.streams);
  }

  /** Runs ahead of the log: nobody may see what comes out before the record is durable. */
  execute(txn: Txn, at: number): Executed {
    const succeeded = txn.compare.every((compare) => compares(compare, this.mvcc.get(compare.key)));
    const operations = succeeded ? txn.then : txn.else;
    const revision = this.mvcc.revision + 1;
    const { results, publications } = this.#run(operations, revision);
    const wrote = this.mvcc.revision === revision;
    const reply: TxnReply = { type: 'etcd.txned', revision: this.mvcc.revision, succeeded, results };
    this.answers.add({ id: txn.id, at, reply });
    if (!wrote) return { reply, publications };
    return { reply, publications, record: encodeRecord({ revision, at, id: txn.id, succeeded, operations }) };
  }

  /** A record of the log, after a restart. */
  replay(bytes: Uint8Array): WriteRecord {
    const record = decodeRecord(bytes);
    const { revision, at, id, succeeded, operations } = record;
    if (revision !== this.mvcc.revision + 1)
      throw new Error(`the log's record of revision ${revision} follows revision ${this.mvcc.revision}`);
    const { results, publications } = this.#run(operations, revision);
    this.answers.add({ id, at, reply: { type: 'etcd.txned', revision, succeeded, results } });
    for (const { to } of publications) this.streams.publish(to, revision, at);
    return record;
  }

  snapshot(now: number): Uint8Array {
    const young = (answer: Answer): boolean => answer.at >= now - this.#limits.answersMs;
    const answers = [...this.answers.all()].filter(young);
    return encodeState({ revision: this.mvcc.revision, streams: this.streams.all(), answers }, this.mvcc);
  }
  restore(state: Uint8Array, now: number): void {
    const { head, keys } = decodeState(state);
    this.mvcc.restore(head.revision, keys);
    this.streams.restore(head.streams, now);
    for (const answer of head.answers) this.answers.add(answer);
  }

  #run(operations: readonly Operation[], revision: number): { results: OpResult[]; publications: Publication[] } {
    const publications: Publication[] = [];
    const results = operations.map((operation): OpResult => {
      if (operation.op === 'txn') throw new Error('a nested txn was let in');
      if (operation.op === 'range') {
        const { key, end, ...options } = operation;
        const found = this.mvcc.range(key, end, { ...options, revision: options.revision || this.mvcc.revision });
        return { op: 'range', ...(found.ok ? found.value : { kvs: [], more: false, count: 0 }) };
      }
      const before = this.mvcc.get(operation.key);
      const { subjects = [] } = operation;
      if (operation.op === 'delete') {
        if (before === null) return { op: 'delete', deleted: 0, prevKvs: [] };
        this.mvcc.delete(operation.key, revision);
        const value = operation.value ?? before.value;
        for (const to of subjects) publications.push(this.#deleted(to, before, revision, value));
        return { op: 'delete', deleted: 1, prevKvs: [] };
      }
      // A copy: what came in is a piece of a larger buffer that would live as long as the key.
      const stored = this.mvcc.put(operation.key, new Uint8Array(operation.value), revision);
      for (const to of operation.leaves ?? [])
        if (before) publications.push(this.#deleted(to, before, revision, stored.value));
      for (const to of subjects) publications.push(this.#put(to, before, stored));
      const { modRevision, version, createRevision } = stored;
      return { op: 'put', modRevision, version, createRevision };
    });
    return { results, publications };
  }

  #put(to: Stream, before: KeyValue | null, stored: KeyValue): Publication {
    const { key, value, modRevision, createRevision } = stored;
    const prevRevision = this.streams.advance(to.stream, modRevision);
    const change: Change = {
      type: 'change.put',
      stream: to.stream,
      key,
      revision: modRevision,
      prevRevision,
      createRevision,
      value,
      ...(before ? { prevModRevision: before.modRevision } : {}),
    };
    return { to, change };
  }

  #deleted(to: Stream, before: KeyValue, revision: number, value: Uint8Array): Publication {
    const prevRevision = this.streams.advance(to.stream, revision);
    const change: Change = {
      type: 'change.delete',
      stream: to.stream,
      key: before.key,
      revision,
      prevRevision,
      value,
      prevValue: before.value,
      prevModRevision: before.modRevision,
    };
    return { to, change };
  }
}
