//! etcd's data model as simply as it can be said, for tests only: the whole state of every revision is a list.
import {
  type Compare,
  END_OF_KEYS,
  type KeyValue,
  type Operation,
  type OpResult,
  type PutOp,
  type RangeOp,
  type TxnOp,
} from './protocol.ts';
import type { WatchEvent } from './server.ts';

type State = readonly KeyValue[];
type Txn = Omit<TxnOp, 'op'>;
export interface ModelRevision {
  readonly revision: number;
  readonly events: readonly WatchEvent[];
}
export type Answer<T> = { readonly value: T } | { readonly refused: string };

const inside = (key: string, from: string, end: string | undefined): boolean =>
  end ? key >= from && (end === END_OF_KEYS || key < end) : key === from;
const COMPACTED = 'etcdserver: mvcc: required revision has been compacted';
const FUTURE = 'etcdserver: mvcc: required revision is a future revision';

export class Model {
  revision = 1;
  compacted = 0;
  /** Of every revision since the first. */
  readonly states = new Map<number, State>([[1, []]]);
  readonly written: ModelRevision[] = [];
  readonly leases = new Map<string, number>();

  get now(): State {
    return this.states.get(this.revision)!;
  }

  txn(txn: Txn): Answer<{ readonly succeeded: boolean; readonly results: readonly OpResult[] }> {
    const path = this.#path(txn);
    const refused = this.#refusal(path);
    if (refused) return { refused };
    const draft = new Draft(this.now, this.revision + 1);
    const results = this.#run(path, draft);
    this.#commit(draft);
    return { value: { succeeded: path.succeeded, results } };
  }
  range(query: Omit<RangeOp, 'op'>): Answer<Omit<Extract<OpResult, { op: 'range' }>, 'op'>> {
    const revision = query.revision || this.revision;
    if (revision > this.revision) return { refused: FUTURE };
    if (revision < this.compacted) return { refused: COMPACTED };
    return { value: ranged(query, this.states.get(revision) ?? []) };
  }
  compact(revision: number): Answer<number> {
    if (revision <= this.compacted) return { refused: COMPACTED };
    if (revision > this.revision) return { refused: FUTURE };
    this.compacted = revision;
    return { value: this.revision };
  }
  grant(lease: string, ttl: number): Answer<number> {
    if (ttl > 9_000_000_000) return { refused: 'etcdserver: too large lease TTL' };
    if (this.leases.has(lease)) return { refused: 'etcdserver: lease already exists' };
    this.leases.set(lease, Math.max(2, ttl));
    return { value: Math.max(2, ttl) };
  }
  revoke(lease: string): Answer<number> {
    if (!this.leases.delete(lease)) return { refused: 'etcdserver: requested lease not found' };
    const draft = new Draft(this.now, this.revision + 1);
    for (const key of this.keysOf(lease)) draft.delete(key, undefined);
    this.#commit(draft);
    return { value: this.revision };
  }
  keysOf(lease: string): string[] {
    return this.now.filter((kv) => kv.lease === lease).map((kv) => kv.key);
  }
  /** What a watch from `start` on is told; of what was before a change only as long as that can be read. */
  events(request: { key: string; end?: string; noPut?: boolean; noDelete?: boolean }, start: number): ModelRevision[] {
    return this.written
      .filter(({ revision }) => revision >= start)
      .map(({ revision, events }) => ({
        revision,
        events: events.filter(
          ({ type, kv }) =>
            inside(kv.key, request.key, request.end) &&
            !(type === 'put' && request.noPut) &&
            !(type === 'delete' && request.noDelete),
        ),
      }))
      .filter(({ events }) => events.length > 0);
  }

  #path(txn: Txn): Path {
    const succeeded = txn.compare.every((compare) => holds(compare, this.now));
    const run = (succeeded ? txn.then : txn.else).map((operation) =>
      operation.op === 'txn' ? this.#path(operation) : operation,
    );
    return { op: 'path', succeeded, run };
  }
  /** Puts are looked at before ranges. */
  #refusal(path: Path): string | undefined {
    const steps = stepsOf(path);
    const puts = steps.map((step) => (step.op === 'put' ? this.#putRefusal(step) : undefined));
    const ranges = steps.map((step) => {
      if (step.op !== 'range' || !step.revision) return undefined;
      return step.revision > this.revision ? FUTURE : step.revision < this.compacted ? COMPACTED : undefined;
    });
    return [...puts, ...ranges].find((refusal) => refusal !== undefined);
  }
  #putRefusal({ key, lease = '0', ignoreLease, ignoreValue }: PutOp): string | undefined {
    if ((ignoreLease || ignoreValue) && !this.now.some((kv) => kv.key === key)) return 'etcdserver: key not found';
    return lease === '0' || this.leases.has(lease) ? undefined : 'etcdserver: requested lease not found';
  }
  #run(path: Path, draft: Draft): readonly OpResult[] {
    return path.run.map((step): OpResult => {
      if (step.op === 'path') return { op: 'txn', succeeded: step.succeeded, results: this.#run(step, draft) };
      if (step.op === 'put') return draft.put(step);
      if (step.op === 'range')
        return { op: 'range', ...ranged(step, step.revision ? this.states.get(step.revision)! : draft.state) };
      const prevKvs = draft.delete(step.key, step.end);
      return { op: 'delete', deleted: prevKvs.length, prevKvs: step.prevKv ? prevKvs : [] };
    });
  }
  #commit({ state, events }: Draft): void {
    if (events.length === 0) return;
    this.revision++;
    this.states.set(this.revision, state);
    this.written.push({ revision: this.revision, events });
  }
}
interface Path {
  readonly op: 'path';
  readonly succeeded: boolean;
  readonly run: readonly (Exclude<Operation, TxnOp> | Path)[];
}

const stepsOf = ({ run }: Path): readonly Exclude<Operation, TxnOp>[] =>
  run.flatMap((step) => (step.op === 'path' ? stepsOf(step) : [step]));

/** The keys while one write runs. */
class Draft {
  state: State;
  readonly events: WatchEvent[] = [];
  readonly #before: State;
  readonly #revision: number;
  constructor(state: State, revision: number) {
    this.state = state;
    this.#before = state;
    this.#revision = revision;
  }
  put({ key, value, lease = '0', ignoreLease, ignoreValue, prevKv }: PutOp): OpResult {
    const old = this.state.find((kv) => kv.key === key);
    const under = ignoreLease ? old?.lease : lease === '0' ? undefined : lease;
    const kv: KeyValue = {
      key,
      value: ignoreValue ? old!.value : value,
      createRevision: old?.createRevision ?? this.#revision,
      modRevision: this.#revision,
      version: (old?.version ?? 0) + 1,
      ...(under === undefined ? {} : { lease: under }),
    };
    this.state = [...this.state.filter((one) => one.key !== key), kv].sort((a, b) => (a.key < b.key ? -1 : 1));
    this.#tell('put', kv);
    const { createRevision, modRevision, version } = kv;
    return { op: 'put', createRevision, modRevision, version, ...(prevKv && old ? { prevKv: old } : {}) };
  }
  delete(key: string, end: string | undefined): readonly KeyValue[] {
    const gone = this.state.filter((kv) => inside(kv.key, key, end));
    this.state = this.state.filter((kv) => !gone.includes(kv));
    for (const { key: name } of gone)
      this.#tell('delete', {
        key: name,
        value: new Uint8Array(0),
        createRevision: 0,
        modRevision: this.#revision,
        version: 0,
      });
    return gone;
  }
  #tell(type: 'put' | 'delete', kv: KeyValue): void {
    // What is made has none before, also when this revision deleted one (IsCreateEvent of etcd's clients).
    const prevKv = kv.version === 1 ? undefined : this.#before.find((one) => one.key === kv.key);
    this.events.push({ type, kv, ...(prevKv ? { prevKv } : {}) });
  }
}

function holds({ key, end, target, op, value }: Compare, state: State): boolean {
  const found = state.filter((kv) => inside(kv.key, key, end));
  const all: (KeyValue | undefined)[] = found.length > 0 ? found : [undefined];
  return all.every((kv) => {
    if (target === 'value' && kv === undefined) return false;
    const [is, than]: (string | bigint)[] =
      target === 'value'
        ? [hex(kv!.value), hex(value as Uint8Array)]
        : [BigInt(numberOf(kv, target)), BigInt(value as number | string)];
    return op === '=' ? is! === than! : op === '!=' ? is! !== than! : op === '<' ? is! < than! : is! > than!;
  });
}
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
function numberOf(kv: KeyValue | undefined, target: Compare['target']): number | string {
  if (kv === undefined) return 0;
  if (target === 'lease') return kv.lease ?? 0;
  return target === 'mod' ? kv.modRevision : target === 'create' ? kv.createRevision : kv.version;
}

function ranged(query: Omit<RangeOp, 'op'>, state: State): Omit<Extract<OpResult, { op: 'range' }>, 'op'> {
  const { key, end, limit = 0, sortOrder, sortTarget = 'key', minMod, maxMod, minCreate, maxCreate } = query;
  const found = state.filter((kv) => inside(kv.key, key, end));
  if (query.countOnly) return { kvs: [], more: false, count: found.length };
  const filters = [minMod, maxMod, minCreate, maxCreate].some(Boolean);
  // etcd fetches one more than the limit when nobody asks it to sort or filter.
  let kvs = !sortOrder && !filters && limit > 0 ? found.slice(0, limit + 1) : found;
  if (maxMod) kvs = kvs.filter((kv) => kv.modRevision <= maxMod);
  if (minMod) kvs = kvs.filter((kv) => kv.modRevision >= minMod);
  if (maxCreate) kvs = kvs.filter((kv) => kv.createRevision <= maxCreate);
  if (minCreate) kvs = kvs.filter((kv) => kv.createRevision >= minCreate);
  const sign = sortOrder === 'descend' ? -1 : 1;
  const by: Record<string, (kv: KeyValue) => string | number> = {
    key: (kv) => kv.key,
    version: (kv) => kv.version,
    create: (kv) => kv.createRevision,
    mod: (kv) => kv.modRevision,
    value: (kv) => hex(kv.value),
  };
  const of = by[sortTarget]!;
  kvs = [...kvs].sort((a, b) => (of(a) < of(b) ? -sign : of(a) > of(b) ? sign : 0));
  const more = limit > 0 && kvs.length > limit;
  if (more) kvs = kvs.slice(0, limit);
  if (query.keysOnly) kvs = kvs.map((kv) => ({ ...kv, value: new Uint8Array(0) }));
  return { kvs, more, count: found.length };
}
