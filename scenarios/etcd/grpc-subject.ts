//! A store asked by etcd's own API, whoever serves it.
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { type Answer, EtcdClient, type Fields } from './client.ts';
import type { Compare, KeyOp, Operation, WatchOp } from './operation.ts';
import type { Kv, Outcome, Result, Seen, Subject, Watched, Watching } from './outcome.ts';

const bytes = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'latin1');
/**
 * Absent when there is none: etcd takes an empty range_end that is spelled out on the wire, which no generated encoder
 * does, for an end of all keys.
 */
const endOf = (end: string | undefined): Fields => (end === undefined || end === '' ? {} : { range_end: bytes(end) });
const text = (value: Uint8Array): string => Buffer.from(value).toString('latin1');

export class GrpcSubject implements Subject {
  readonly name: string;
  readonly #client: EtcdClient;
  readonly #watches = new Set<ClientDuplexStream<Fields, Fields>>();

  constructor(name: string, address: string) {
    this.name = name;
    this.#client = new EtcdClient(address);
  }

  async ask(operation: Operation<number>): Promise<Outcome> {
    const answer = await this.#call(operation);
    if (!answer.ok) return { fault: answer.message, code: answer.code };
    return { revision: Number(answer.reply['header'].revision), result: resultOf(operation, answer.reply) };
  }

  #call(operation: Operation<number>): Promise<Answer> {
    switch (operation.op) {
      case 'range':
      case 'put':
      case 'delete':
      case 'txn': {
        const [name, request] = keyRequest(operation);
        return this.#client.call('KV', name, request);
      }
      case 'compact':
        return this.#client.call('KV', 'Compact', operation);
      case 'grant':
        return this.#client.call('Lease', 'LeaseGrant', { ID: operation.lease, TTL: operation.ttl });
      case 'revoke':
        return this.#client.call('Lease', 'LeaseRevoke', { ID: operation.lease });
      case 'timeToLive':
        return this.#client.call('Lease', 'LeaseTimeToLive', { ID: operation.lease, keys: true });
      case 'leases':
        return this.#client.call('Lease', 'LeaseLeases', {});
      case 'keepAlive':
        return this.#keepAlive(operation.lease);
    }
  }

  #keepAlive(lease: string): Promise<Answer> {
    const stream = this.#client.stream('Lease', 'LeaseKeepAlive');
    return new Promise((resolve) => {
      stream.on('data', (reply: Fields) => {
        resolve({ ok: true, reply });
        stream.end();
      });
      stream.on('error', (error: { code?: number; details?: string }) =>
        resolve({ ok: false, code: error.code ?? 0, message: error.details ?? '' }),
      );
      stream.write({ ID: lease });
    });
  }

  watch(request: WatchOp<number>): Promise<Watching> {
    const stream = this.#client.stream('Watch', 'Watch');
    this.#watches.add(stream);
    const events: Seen[] = [];
    let canceled: Watched['canceled'];
    const waiting = new Set<() => void>();
    const wake = (): void => {
      for (const check of [...waiting]) check();
    };
    return new Promise((resolve, reject) => {
      stream.on('error', (error) => reject(error));
      stream.on('data', (reply: Fields) => {
        for (const event of reply['events']) events.push(seenOf(event));
        if (reply['canceled'])
          canceled = { compactRevision: Number(reply['compact_revision']), reason: reply['cancel_reason'] };
        if (reply['created'])
          resolve({
            seen: () => ({ events, ...(canceled ? { canceled } : {}) }),
            until: (revision) =>
              new Promise((done) => {
                const check = (): void => {
                  if (canceled === undefined && !((events.at(-1)?.kv.mod ?? 0) >= revision)) return;
                  waiting.delete(check);
                  done();
                };
                waiting.add(check);
                check();
              }),
          });
        wake();
      });
      stream.write({
        create_request: {
          key: bytes(request.key),
          ...endOf(request.end),
          start_revision: request.startRevision ?? 0,
          prev_kv: request.prevKv ?? false,
          filters: [...(request.noPut ? ['Noput'] : []), ...(request.noDelete ? ['Nodelete'] : [])],
        },
      });
    });
  }

  unwatch(): void {
    for (const stream of this.#watches) {
      stream.removeAllListeners('error');
      stream.on('error', () => {}); // that it was canceled
      stream.cancel();
    }
    this.#watches.clear();
  }

  async close(): Promise<void> {
    this.unwatch();
    this.#client.close();
  }
}

const capital = (word: string): string => word[0]!.toUpperCase() + word.slice(1);

function keyRequest(operation: KeyOp<number>): [method: string, request: Fields] {
  const key = bytes(operation.op === 'txn' ? '' : operation.key);
  switch (operation.op) {
    case 'range':
      return [
        'Range',
        {
          key,
          ...endOf(operation.end),
          limit: operation.limit ?? 0,
          revision: operation.revision ?? 0,
          sort_order: operation.sortOrder ? capital(operation.sortOrder) : 'None',
          sort_target: capital(operation.sortTarget ?? 'key'),
          keys_only: operation.keysOnly ?? false,
          count_only: operation.countOnly ?? false,
          min_mod_revision: operation.minMod ?? 0,
          max_mod_revision: operation.maxMod ?? 0,
          min_create_revision: operation.minCreate ?? 0,
          max_create_revision: operation.maxCreate ?? 0,
        },
      ];
    case 'put':
      return [
        'Put',
        {
          key,
          value: bytes(operation.value),
          lease: operation.lease ?? 0,
          prev_kv: operation.prevKv ?? false,
          ignore_value: operation.ignoreValue ?? false,
          ignore_lease: operation.ignoreLease ?? false,
        },
      ];
    case 'delete':
      return ['DeleteRange', { key, ...endOf(operation.end), prev_kv: operation.prevKv ?? false }];
    case 'txn':
      return [
        'Txn',
        {
          compare: operation.compare.map(compareRequest),
          success: operation.then.map(requestOp),
          failure: operation.else.map(requestOp),
        },
      ];
  }
}
const REQUEST_OP = { range: 'request_range', put: 'request_put', delete: 'request_delete_range', txn: 'request_txn' };
const requestOp = (operation: KeyOp<number>): Fields => ({ [REQUEST_OP[operation.op]]: keyRequest(operation)[1] });

const COMPARED = { '=': 'Equal', '!=': 'NotEqual', '<': 'Less', '>': 'Greater' };
const TARGET = { mod: 'mod_revision', create: 'create_revision', version: 'version', value: 'value', lease: 'lease' };
const compareRequest = (compare: Compare<number>): Fields => ({
  key: bytes(compare.key),
  ...endOf(compare.end),
  result: COMPARED[compare.op],
  target: capital(compare.target),
  [TARGET[compare.target]]: compare.target === 'value' ? bytes(compare.value) : compare.value,
});

function resultOf(operation: Operation<number>, reply: Fields): Result {
  switch (operation.op) {
    case 'range':
      return { op: 'range', kvs: reply['kvs'].map(kvOf), more: reply['more'], count: Number(reply['count']) };
    case 'put':
      return { op: 'put', prev: reply['prev_kv'] ? kvOf(reply['prev_kv']) : null };
    case 'delete':
      return { op: 'delete', deleted: Number(reply['deleted']), prevs: reply['prev_kvs'].map(kvOf) };
    case 'txn': {
      const taken = reply['succeeded'] ? operation.then : operation.else;
      const results = reply['responses'].map((one: Fields, i: number) => resultOf(taken[i]!, unionOf(one)));
      return { op: 'txn', succeeded: reply['succeeded'], results };
    }
    case 'grant':
    case 'keepAlive':
      return { op: operation.op, lease: reply['ID'], ttl: Number(reply['TTL']) };
    case 'timeToLive':
      return {
        op: 'timeToLive',
        lease: reply['ID'],
        alive: Number(reply['TTL']) >= 0,
        granted: Number(reply['grantedTTL']),
        keys: reply['keys'].map(text).sort(),
      };
    case 'leases':
      return { op: 'leases', leases: reply['leases'].map((one: Fields) => String(one['ID'])).sort() };
    case 'compact':
    case 'revoke':
      return { op: operation.op };
  }
}
const unionOf = (one: Fields): Fields =>
  one['response_range'] ?? one['response_put'] ?? one['response_delete_range'] ?? one['response_txn'];

const kvOf = (kv: Fields): Kv => ({
  key: text(kv['key']),
  value: text(kv['value']),
  create: Number(kv['create_revision']),
  mod: Number(kv['mod_revision']),
  version: Number(kv['version']),
  lease: String(kv['lease']),
});
const seenOf = (event: Fields): Seen => ({
  type: event['type'] === 'Put' ? 'put' : 'delete',
  kv: kvOf(event['kv']),
  prev: event['prev_kv'] ? kvOf(event['prev_kv']) : null,
});
