//! etcd as the API server sees it: each call a task that is tried again until the request's deadline.
import { inbox } from '../../../runtime/address.ts';
import { fail, type Result } from '../../../runtime/fault.ts';
import type { Clock, Message, Random } from '../../../runtime/ports.ts';
import { ask, pause, type Task } from '../../../runtime/task.ts';
import {
  type Compare,
  ETCD,
  type EtcdReply,
  type EtcdRequest,
  type KeyValue,
  type Operation,
  type OpResult,
} from '../../etcd/protocol.ts';
import type { Measures } from '../measures.ts';

const TRY_MS = 3_000;
const PAUSE_LEAST_MS = 20;
const PAUSE_MOST_MS = 1_000;
// With keys it must fit into one message of a broker (1 MiB by default).
const PAGE_BYTES = 512 * 1024;
const PAGE_KEYS = 2_000;

export interface Txn {
  readonly id: string;
  readonly compare: readonly Compare[];
  readonly then: readonly Operation[];
  readonly else: readonly Operation[];
}
type Reply<T extends EtcdReply['type']> = Extract<EtcdReply, { readonly type: T }>;
export type Txned = Reply<'etcd.txned'>;
export type Revised = Reply<'etcd.revised'>;

export interface Range {
  readonly kvs: readonly KeyValue[];
  /** At which all of it was read. */
  readonly revision: number;
}

export class Store {
  readonly #etcd: string;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #measures: Measures | undefined;
  constructor(cluster: string, clock: Clock, random: Random, measures?: Measures) {
    this.#measures = measures;
    this.#etcd = inbox(cluster, ETCD);
    this.#clock = clock;
    this.#random = random;
  }

  /** Now, or at a revision. */
  *get(key: string, deadline: number, revision?: number): Task<Result<KeyValue | undefined>> {
    const at = revision === undefined ? {} : { revision };
    const got = yield* this.#ask<'etcd.ranged'>({ type: 'etcd.range', key, ...at }, deadline);
    return got.ok ? { ok: true, value: got.value.kvs[0] } : got;
  }
  txn(txn: Txn, deadline: number): Task<Result<Txned>> {
    return this.#ask<'etcd.txned'>({ type: 'etcd.txn', ...txn }, deadline);
  }
  revision(stream: string, deadline: number): Task<Result<Revised>> {
    return this.#ask<'etcd.revised'>({ type: 'etcd.revision', stream }, deadline);
  }
  /** History before `revision` is forgotten: read no more, watched from no more. */
  compact(revision: number, deadline: number): Task<Result<Reply<'etcd.compacted'>>> {
    return this.#ask<'etcd.compacted'>({ type: 'etcd.compact', revision }, deadline);
  }
  /** All of `[from, end)` at one revision: the newest when none is given. */
  *range(from: string, end: string, deadline: number, at?: number): Task<Result<Range>> {
    const kvs: KeyValue[] = [];
    let revision = at;
    let next = from;
    for (;;) {
      const got = yield* this.page(next, end, deadline, revision, PAGE_KEYS);
      if (!got.ok) return got;
      revision ??= got.value.revision;
      for (const kv of got.value.kvs) kvs.push(kv);
      const last = got.value.kvs.at(-1);
      if (!got.value.more || last === undefined) return { ok: true, value: { kvs, revision } };
      next = after(last.key);
    }
  }
  page(
    from: string,
    end: string,
    deadline: number,
    at: number | undefined,
    limit: number,
  ): Task<Result<Reply<'etcd.ranged'>>> {
    const revision = at === undefined ? {} : { revision: at };
    return this.#ask<'etcd.ranged'>(
      { type: 'etcd.range', key: from, end, limit, maxBytes: PAGE_BYTES, ...revision },
      deadline,
    );
  }

  /** A repeated txn is the same txn, so whatever may not have arrived is sent again. */
  *#ask<T extends EtcdReply['type']>(request: EtcdRequest, deadline: number): Task<Result<Reply<T>>> {
    const began = this.#clock.now();
    const result = yield* this.#patiently<T>(request, deadline);
    const about = this.#measures && aboutOf(request);
    if (about === undefined) return result;
    const seconds = Math.max(0, this.#clock.now() - began) / 1_000;
    this.#measures?.observe('etcd_request_duration_seconds', about, 0, () => ({ ...about }), seconds);
    this.#measures?.count('etcd_requests_total', about);
    if (!result.ok) this.#measures?.count('etcd_request_errors_total', about);
    return result;
  }
  *#patiently<T extends EtcdReply['type']>(request: EtcdRequest, deadline: number): Task<Result<Reply<T>>> {
    let wait = PAUSE_LEAST_MS;
    for (;;) {
      const left = deadline - this.#clock.now();
      if (left <= 0) return fail('Timeout', 'request did not complete within requested timeout');
      const result = yield* ask<Message>(this.#etcd, request as Message, Math.min(TRY_MS, left));
      if (result.ok) return result as unknown as Result<Reply<T>>;
      const { reason } = result.fault;
      const again = reason === 'Unavailable' || reason === 'Timeout' || reason === 'Busy';
      if (!again || deadline - this.#clock.now() <= wait) return result;
      yield* pause(wait * (0.5 + this.#random.float()));
      wait = Math.min(wait * 2, PAUSE_MOST_MS);
    }
  }
}

/** As kube-apiserver labels it; undefined: about no resource. */
function aboutOf(request: EtcdRequest): { operation: string; group: string; resource: string } | undefined {
  if (request.type === 'etcd.range') {
    const of = resourceOf(request.key);
    return of && { operation: request.end === undefined ? 'get' : 'list', ...of };
  }
  if (request.type !== 'etcd.txn') return undefined;
  const [first] = request.then;
  if (first === undefined || !('key' in first)) return undefined;
  const of = resourceOf(first.key);
  if (of === undefined) return undefined;
  if (first.op === 'delete') return { operation: 'delete', ...of };
  const fresh = request.compare.some(
    (one) => one.key === first.key && one.target === 'create' && one.op === '=' && one.value === 0,
  );
  return { operation: fresh ? 'create' : 'update', ...of };
}
function resourceOf(key: string): { readonly group: string; readonly resource: string } | undefined {
  const [, group, resource] = /^\/registry\/([^/]+)\/([^/]+)\//.exec(key) ?? [];
  if (group === undefined || resource === undefined) return undefined;
  return { group: group === 'core' ? '' : group, resource };
}

/** The least key above this one. */
export const after = (key: string): string => `${key}\0`;
/** The one key that was looked at. */
export const found = (result: OpResult | undefined): KeyValue | undefined =>
  result?.op === 'range' ? result.kvs[0] : undefined;
