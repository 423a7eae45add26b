//! A store asked in its own process, in the words of actors/etcd/protocol.ts.
import type {
  Compare as BusCompare,
  Operation as BusOperation,
  EtcdReply,
  EtcdRequest,
  KeyValue,
  OpResult,
} from '../../actors/etcd/protocol.ts';
import type { EtcdServer, Watch } from '../../actors/etcd/server.ts';
import type { Compare, KeyOp, Operation, WatchOp } from './operation.ts';
import type { Kv, Outcome, Result, Seen, Subject, Watched, Watching } from './outcome.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const text = (value: Uint8Array): string => Buffer.from(value).toString('latin1');

export class ServerSubject implements Subject {
  readonly name: string;
  readonly #server: EtcdServer;
  readonly #watches = new Set<Watch>();
  #requests = 0;

  constructor(name: string, server: EtcdServer) {
    this.name = name;
    this.#server = server;
  }

  ask(operation: Operation<number>): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#server.request(requestOf(operation, `case-${this.#requests++}`), (reply) =>
        resolve(outcomeOf(operation, reply)),
      );
    });
  }

  watch({ op: _, ...request }: WatchOp<number>): Promise<Watching> {
    const events: Seen[] = [];
    let canceled: Watched['canceled'];
    const waiting = new Set<() => void>();
    const wake = (): void => {
      for (const check of [...waiting]) check();
    };
    const watch = this.#server.watch(request, {
      events: (_, more) => {
        for (const { type, kv, prevKv } of more)
          events.push({ type, kv: kvOf(kv), prev: prevKv ? kvOf(prevKv) : null });
        wake();
        return true;
      },
      progress: () => {},
      canceled: (compactRevision, reason) => {
        canceled = { compactRevision, reason };
        wake();
      },
    });
    this.#watches.add(watch);
    return Promise.resolve({
      seen: () => ({ events, ...(canceled ? { canceled } : {}) }),
      until: (revision) =>
        new Promise<void>((done) => {
          const check = (): void => {
            if (canceled === undefined && !((events.at(-1)?.kv.mod ?? 0) >= revision)) return;
            waiting.delete(check);
            done();
          };
          waiting.add(check);
          check();
        }),
    });
  }
  unwatch(): void {
    for (const watch of this.#watches) watch.stop();
    this.#watches.clear();
  }
  async close(): Promise<void> {
    this.unwatch();
  }
}

function requestOf(operation: Operation<number>, id: string): EtcdRequest {
  switch (operation.op) {
    case 'range': {
      const { op: _, ...range } = operation;
      return { type: 'etcd.range', ...range };
    }
    case 'put':
    case 'delete':
      // biome-ignore lint/suspicious/noThenProperty: etcd's word
      return { type: 'etcd.txn', id, compare: [], then: [keyOp(operation)], else: [] };
    case 'txn':
      return { type: 'etcd.txn', id, ...txnOf(operation) };
    case 'compact':
      return {
        type: 'etcd.compact',
        revision: operation.revision,
        ...(operation.physical === undefined ? {} : { physical: operation.physical }),
      };
    case 'grant':
      return { type: 'etcd.lease.grant', id, ttl: operation.ttl, lease: operation.lease };
    case 'revoke':
      return { type: 'etcd.lease.revoke', id, lease: operation.lease };
    case 'keepAlive':
      return { type: 'etcd.lease.keepAlive', lease: operation.lease };
    case 'timeToLive':
      return { type: 'etcd.lease.timeToLive', lease: operation.lease, keys: true };
    case 'leases':
      return { type: 'etcd.lease.list' };
  }
}
const txnOf = (txn: Extract<KeyOp<number>, { op: 'txn' }>) => ({
  compare: txn.compare.map(compareOf),
  // biome-ignore lint/suspicious/noThenProperty: etcd's word
  then: txn.then.map(keyOp),
  else: txn.else.map(keyOp),
});
function keyOp(operation: KeyOp<number>): BusOperation {
  switch (operation.op) {
    case 'put':
      return { ...operation, value: bytes(operation.value) };
    case 'txn':
      return { op: 'txn', ...txnOf(operation) };
    default:
      return operation;
  }
}
const compareOf = (compare: Compare<number>): BusCompare =>
  compare.target === 'value' ? { ...compare, value: bytes(compare.value) } : compare;

function outcomeOf(operation: Operation<number>, reply: EtcdReply): Outcome {
  if (reply.type === 'fault') return { fault: reply.fault.message };
  return { revision: reply.revision, result: resultOf(operation, reply) };
}
function resultOf(operation: Operation<number>, reply: Exclude<EtcdReply, { type: 'fault' }>): Result {
  switch (reply.type) {
    case 'etcd.ranged':
      return opResult({ op: 'range', ...reply });
    case 'etcd.txned':
      return operation.op === 'txn' ? opResult({ op: 'txn', ...reply }) : opResult(reply.results[0]!);
    case 'etcd.compacted':
      return { op: 'compact' };
    case 'etcd.lease.granted':
      return { op: 'grant', lease: reply.lease, ttl: reply.ttl };
    case 'etcd.lease.revoked':
      return { op: 'revoke' };
    case 'etcd.lease.keptAlive':
      return { op: 'keepAlive', lease: reply.lease, ttl: reply.ttl };
    case 'etcd.lease.timed': {
      const { lease, ttl, grantedTtl, keys } = reply;
      return { op: 'timeToLive', lease, alive: ttl >= 0, granted: grantedTtl, keys: [...keys].sort() };
    }
    case 'etcd.lease.listed':
      return { op: 'leases', leases: [...reply.leases].sort() };
    default:
      throw new Error(`${operation.op} was answered by ${reply.type}`);
  }
}
function opResult(result: OpResult): Result {
  switch (result.op) {
    case 'range':
      return { op: 'range', kvs: result.kvs.map(kvOf), more: result.more, count: result.count };
    case 'put':
      return { op: 'put', prev: result.prevKv ? kvOf(result.prevKv) : null };
    case 'delete':
      return { op: 'delete', deleted: result.deleted, prevs: result.prevKvs.map(kvOf) };
    case 'txn':
      return { op: 'txn', succeeded: result.succeeded, results: result.results.map(opResult) };
  }
}
const kvOf = (kv: KeyValue): Kv => ({
  key: kv.key,
  value: text(kv.value),
  create: kv.createRevision,
  mod: kv.modRevision,
  version: kv.version,
  lease: kv.lease ?? '0',
});
