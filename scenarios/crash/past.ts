//! What really happened, read back through etcd's own history: the state of every revision, and what differs.
import { type EtcdReply, type EtcdRequest, type KeyValue, prefixEnd } from '../../actors/etcd/protocol.ts';
import type { Clock, Message } from '../../runtime/ports.ts';
import { all, ask, pause, type Task } from '../../runtime/task.ts';
import type { Change } from '../check/changes.ts';
import { toSeen } from './recorded-client.ts';

const TRY_MS = 2_000;
const PAUSE_MS = 20;
const TRIES = 200;

/** Revisions asked for at once. */
const AHEAD = 32;

/**
 * All changes of keys under `prefix` after that revision, at which none was there. Throws when history is gone or etcd
 * is.
 */
export function* past(subject: string, clock: Clock, prefix: string, after = 1): Task<Change[]> {
  const range = { type: 'etcd.range', key: prefix, end: prefixEnd(prefix) } as const;
  const { revision: last } = yield* insist(subject, clock, { ...range, limit: 1 });
  const changes: Change[] = [];
  let before: readonly KeyValue[] = [];
  for (let from = after + 1; from <= last; from += AHEAD) {
    const some = Array.from({ length: Math.min(AHEAD, last - from + 1) }, (_, i) => from + i);
    const states = yield* all(some.map((revision) => insist(subject, clock, { ...range, revision })));
    states.forEach(({ kvs }, i) => {
      changes.push(...between(before, kvs, some[i]!));
      before = kvs;
    });
  }
  return changes;
}
/** What is there now under `prefix`, and the store's revision. */
export const present = (subject: string, clock: Clock, prefix: string): Task<Ranged> =>
  insist(subject, clock, { type: 'etcd.range', key: prefix, end: prefixEnd(prefix) });

type Ranged = Extract<EtcdReply, { type: 'etcd.ranged' }>;
function between(before: readonly KeyValue[], after: readonly KeyValue[], revision: number): Change[] {
  const were = new Map(before.map((kv) => [kv.key, kv]));
  const changes: Change[] = [];
  for (const kv of after) {
    const was = were.get(kv.key);
    were.delete(kv.key);
    // Not only by its number: a version that changed under one number is a change too, and an impossible one.
    const same =
      was?.modRevision === kv.modRevision && was.version === kv.version && Buffer.compare(was.value, kv.value) === 0;
    if (!same) changes.push({ revision, key: kv.key, seen: toSeen(kv) });
  }
  for (const key of were.keys()) changes.push({ revision, key, seen: null });
  return changes;
}

function* insist(subject: string, clock: Clock, request: EtcdRequest): Task<Ranged> {
  let why = '';
  for (let i = 0; i < TRIES; i++) {
    const result = yield* ask<Message>(subject, request as Message, TRY_MS);
    if (result.ok) return result.value as Ranged;
    why = `${result.fault.reason}: ${result.fault.message}`;
    if (result.fault.reason === 'Expired' || result.fault.reason === 'Invalid') break;
    yield* pause(PAUSE_MS);
  }
  throw new Error(`the past cannot be read at ${clock.now()}: ${why}`);
}
