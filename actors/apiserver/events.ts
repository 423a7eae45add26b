//! Events are forgotten an hour after they last happened: swept, some at a time. A lease each would cost etcd more.
import { ok, type Result } from '../../runtime/fault.ts';
import type { Task } from '../../runtime/task.ts';
import { get } from '../api/json.ts';
import { findResource } from '../api/resources.ts';
import { parseTime } from '../api/time.ts';
import type { Entry } from './cache/entry.ts';
import { deleteOf } from './storage/streams.ts';
import type { Engine } from './verbs/engine.ts';

const KEPT_MS = 3_600_000;
const TXN_MAX = 100;
const SWEEP_MAX = 2_000;
const SWEEP_MS = 30_000;

export function* sweepEvents(engine: Engine, id: string): Task<Result<number>> {
  const { storage } = findResource('', 'v1', 'events')!;
  const now = engine.clock.now();
  const deadline = now + SWEEP_MS;
  const cache = yield* engine.caches.fresh(storage, 0, deadline);
  if (!cache.ok) return cache;
  const old: Entry[] = [];
  for (const entry of cache.value.all()) {
    if (old.length >= SWEEP_MAX) break;
    if (lastSeen(entry) < now - KEPT_MS) old.push(entry);
  }
  for (let i = 0; i < old.length; i += TXN_MAX) {
    const some = old.slice(i, i + TXN_MAX);
    const done = yield* engine.store.txn(
      {
        id: `${id}:${i}`,
        compare: some.map(({ key, revision }) => ({ key, target: 'mod', op: '=', value: revision })),
        // biome-ignore lint/suspicious/noThenProperty: etcd's word
        then: some.map((entry) => deleteOf(engine.cluster, storage, entry.object)),
        else: [],
      },
      deadline,
    );
    if (!done.ok) return done;
  }
  return ok(old.length);
}
function lastSeen({ object }: Entry): number {
  const times = [
    get(object, 'series', 'lastObservedTime'),
    get(object, 'lastTimestamp'),
    get(object, 'eventTime'),
    object.metadata.creationTimestamp,
  ];
  return Math.max(...times.map((time) => parseTime(time) ?? 0));
}
