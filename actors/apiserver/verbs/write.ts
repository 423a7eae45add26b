//! Read, decide, write; again when somebody was faster. Every change of a stored object goes through here.
import { fail, ok, type Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { equal } from '../../api/json.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Compare, KeyValue, Operation, PutOp } from '../../etcd/protocol.ts';
import { Entry } from '../cache/entry.ts';
import { found, type Txned } from '../storage/store.ts';
import { deleteOf, putOf } from '../storage/streams.ts';
import { type Call, type Engine, spoiled } from './engine.ts';

/** Other keys that must be free (created here) or are given up in the same txn. */
export interface Beside {
  readonly take: readonly PutOp[];
  readonly free: readonly Operation[];
}
export const NOTHING_BESIDE: Beside = { take: [], free: [] };

export type Decision =
  | { readonly what: 'put'; readonly object: KubeObject; readonly beside?: Beside }
  | { readonly what: 'remove'; readonly object: KubeObject; readonly beside?: Beside }
  | { readonly what: 'keep' };
export interface Written {
  readonly what: Decision['what'];
  readonly entry: Entry;
}
export type Decide = (current: Entry | undefined) => Task<Result<Decision>>;

const ATTEMPTS_MAX = 200;

export const compareFree = (key: string): Compare => ({ key, target: 'create', op: '=', value: 0 });
const operations = ({ take, free }: Beside): Operation[] => [...take, ...free];
const range = (key: string): Operation => ({ op: 'range', key });

/** `taken`: a key beside it was not free; the object itself stands in the way otherwise. */
export type Created =
  | { readonly entry: Entry }
  | { readonly exists: KeyValue | null; readonly taken: readonly string[] };

export function* insert(
  engine: Engine,
  call: Call,
  object: KubeObject,
  beside: Beside,
  attempt: number,
): Task<Result<Created>> {
  const { storage } = call.info;
  const put = putOf(engine.cluster, storage, object);
  const keys = beside.take.map(({ key }) => key);
  const done = yield* engine.store.txn(
    {
      id: `${call.request.id}:${attempt}`,
      compare: [compareFree(put.key), ...keys.map(compareFree)],
      // biome-ignore lint/suspicious/noThenProperty: etcd's word
      then: [put, ...operations(beside)],
      else: [range(put.key), ...keys.map(range)],
    },
    call.deadline,
  );
  if (!done.ok) return done;
  const { succeeded, results } = done.value;
  if (succeeded) {
    const entry = yield* stored(engine, call, put, done.value);
    return entry.ok ? ok({ entry: entry.value }) : entry;
  }
  return ok({ exists: found(results[0]) ?? null, taken: keys.filter((_, i) => found(results[i + 1]) !== undefined) });
}

/** `decide` may be asked several times, the last time about what was stored when the write happened. */
export function* modify(engine: Engine, call: Call, key: string, decide: Decide): Task<Result<Written>> {
  const { storage } = call.info;
  const { dryRun } = call.request.options;
  let current = engine.caches.peek(storage, key);
  let cached = current !== undefined;
  if (!cached) {
    const got = yield* reread(engine, call, key);
    if (!got.ok) return got;
    current = got.value;
  }
  for (let attempt = 0, tries = 0; tries < ATTEMPTS_MAX; tries++) {
    const decided = yield* decide(current);
    const keeps = decided.ok && (decided.value.what === 'keep' || isSame(decided.value, current));
    if (!decided.ok || keeps || dryRun) {
      // A refusal, or that there is nothing to do, must not rest on a cache that may be behind.
      if (cached) {
        const got = yield* reread(engine, call, key);
        if (!got.ok) return got;
        cached = false;
        if (got.value?.revision !== current?.revision) {
          current = got.value;
          continue;
        }
      }
      if (!decided.ok) return (yield* doneBefore(engine, call, key, decided.fault.reason)) ?? decided;
      if (keeps && current !== undefined) return ok({ what: 'keep', entry: current });
      return ok({ what: decided.value.what, entry: dry(decided.value, current!) });
    }
    const { object, beside = NOTHING_BESIDE, what } = decided.value as Exclude<Decision, { what: 'keep' }>;
    const taken = beside.take.map((one) => one.key);
    const write =
      what === 'put'
        ? putOf(engine.cluster, storage, object, current?.object)
        : deleteOf(engine.cluster, storage, object);
    const done = yield* engine.store.txn(
      {
        id: `${call.request.id}:${attempt++}`,
        compare: [{ key, target: 'mod', op: '=', value: current?.revision ?? 0 }, ...taken.map(compareFree)],
        // biome-ignore lint/suspicious/noThenProperty: etcd's word
        then: [write, ...operations(beside)],
        else: [range(key)],
      },
      call.deadline,
    );
    if (!done.ok) return done;
    const { succeeded, results, revision } = done.value;
    if (succeeded) {
      if (write.op === 'delete') return ok({ what, entry: Entry.of(key, write.value, revision) });
      const entry = yield* stored(engine, call, write, done.value);
      return entry.ok ? ok({ what, entry: entry.value }) : entry;
    }
    cached = false;
    const own = found(results[0]);
    current = own && Entry.read(own);
    if (own && current === undefined) return spoiled(key);
  }
  return fail('Conflict', `too many others change ${key} at the same time`);
}

function* reread(engine: Engine, call: Call, key: string): Task<Result<Entry | undefined>> {
  const got = yield* engine.store.get(key, call.deadline);
  if (!got.ok) return got;
  const entry = got.value && Entry.read(got.value);
  return got.value && entry === undefined ? spoiled(key) : ok(entry);
}
/**
 * A repeated request may find its own work done: what refuses it then is what it did. etcd remembers the answer to the
 * first attempt by its id; to a new id this txn says no and does nothing.
 */
function* doneBefore(engine: Engine, call: Call, key: string, reason: string): Task<Result<Written> | undefined> {
  if (reason !== 'Conflict' && reason !== 'NotFound') return undefined;
  const never: Compare = { key: '/never', target: 'version', op: '<', value: 0 };
  const id = `${call.request.id}:0`;
  // biome-ignore lint/suspicious/noThenProperty: etcd's word
  const probe = yield* engine.store.txn({ id, compare: [never], then: [], else: [] }, call.deadline);
  if (!probe.ok || !probe.value.succeeded) return undefined;
  const [own] = probe.value.results;
  if (own?.op !== 'put' && (own?.op !== 'delete' || own.deleted === 0)) return undefined;
  // As it was written, or as it was before it was removed.
  const at = own.op === 'put' ? own.modRevision : probe.value.revision - 1;
  const got = yield* engine.store.get(key, call.deadline, at);
  const entry = got.ok && got.value ? Entry.read(got.value) : undefined;
  return entry && ok({ what: own.op === 'put' ? 'put' : 'remove', entry });
}

/**
 * A put answers with its revision only: the value is what was sent. A repeated request may have sent another than the
 * first that was written (a new uid), so then it is read.
 */
function* stored(engine: Engine, call: Call, { key, value }: PutOp, reply: Txned): Task<Result<Entry>> {
  const [first] = reply.results;
  if (first?.op !== 'put') throw new Error(`etcd answered a put of ${key} with ${first?.op}`);
  // The change has come before the answer, as a rule: one text serves this answer, lists and watches.
  const told = engine.caches.peek(call.info.storage, key);
  if (told?.revision === first.modRevision) return ok(told);
  if (!reply.repeated) return ok(Entry.of(key, value, first.modRevision));
  const got = yield* engine.store.get(key, call.deadline, first.modRevision);
  if (!got.ok) return got;
  return ok((got.value && Entry.read(got.value)) ?? Entry.of(key, value, first.modRevision));
}
function isSame(decision: Decision, current: Entry | undefined): boolean {
  if (decision.what !== 'put' || current === undefined) return false;
  const { resourceVersion: _, ...metadata } = decision.object.metadata;
  const { resourceVersion: __, ...before } = current.object.metadata;
  return equal({ ...decision.object, metadata }, { ...current.object, metadata: before });
}
/** What would have been stored, at the revision that is. */
function dry(decision: Decision, current: Entry): Entry {
  if (decision.what === 'keep') return current;
  const { object } = decision;
  return current.with(object);
}
