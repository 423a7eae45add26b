//! What locks and elections are made of (etcd's clientv3/concurrency): keys under one prefix, each with a lease, whose
//! order of creation is a queue. Whoever created the oldest key has it.
import type { Compare, KeyValue, OpResult } from '../../protocol.ts';
import { prefixEnd } from '../../protocol.ts';
import type { WatchEvent } from '../../server.ts';
import type { Gateway } from './gateway.ts';
import { STOPPED } from './status.ts';

/** clientv3/concurrency's default session. */
const SESSION_TTL_S = 60;

/** The lease that was given, or a fresh one that is not kept alive: the caller holds what it takes for so long. */
export async function session(gateway: Gateway, lease: string): Promise<string> {
  if (lease !== '0') return lease;
  const granted = await gateway.asked({ type: 'etcd.lease.grant', id: gateway.nextId(), ttl: SESSION_TTL_S });
  return granted.lease;
}

export const keyOf = (name: string, lease: string): string => `${name}/${BigInt(lease).toString(16)}`;

export interface Place {
  readonly key: string;
  /** Of its creation: its place in the queue. */
  readonly created: number;
  /** Of the store, as answered. */
  readonly revision: number;
  /** What was there before, under this very lease. */
  readonly before: KeyValue | undefined;
}
/** Gets in line, or keeps the place that this lease has. */
export async function enqueue(gateway: Gateway, name: string, lease: string, value: Uint8Array): Promise<Place> {
  const key = keyOf(name, lease);
  const { revision, succeeded, results } = await gateway.asked({
    type: 'etcd.txn',
    id: gateway.nextId(),
    compare: [{ key, target: 'create', op: '=', value: 0 }],
    // biome-ignore lint/suspicious/noThenProperty: etcd's word
    then: [{ op: 'put', key, value, lease }],
    else: [{ op: 'range', key }],
  });
  if (succeeded) return { key, created: revision, revision, before: undefined };
  const [before] = (results[0] as Extract<OpResult, { op: 'range' }>).kvs;
  return { key, created: before!.createRevision, revision, before };
}

/** Until no key of the queue is older. The revision at which that was so. Rejects when `signal` says so. */
export async function turn(gateway: Gateway, name: string, created: number, signal: AbortSignal): Promise<number> {
  const prefix = `${name}/`;
  for (;;) {
    signal.throwIfAborted();
    const { kvs, revision } = await gateway.asked({
      type: 'etcd.range',
      key: prefix,
      end: prefixEnd(prefix),
      sortTarget: 'create',
      sortOrder: 'descend',
      maxCreate: created - 1,
      keysOnly: true,
      limit: 1,
    });
    const [ahead] = kvs;
    if (ahead === undefined) return revision;
    await firstEvent(gateway, { key: ahead.key, startRevision: revision + 1, noPut: true }, signal);
  }
}

/** The oldest key, if any. */
export async function front(
  gateway: Gateway,
  name: string,
): Promise<{ readonly revision: number; readonly kv: KeyValue | undefined }> {
  const prefix = `${name}/`;
  const found = await gateway.asked({
    type: 'etcd.range',
    key: prefix,
    end: prefixEnd(prefix),
    sortTarget: 'create',
    sortOrder: 'ascend',
    limit: 1,
  });
  return { revision: found.revision, kv: found.kvs[0] };
}

/** Undefined: what was asked for is compacted; look at the keys themselves. */
export function firstEvent(
  gateway: Gateway,
  request: { readonly key: string; readonly end?: string; readonly startRevision: number; readonly noPut?: boolean },
  signal: AbortSignal,
): Promise<WatchEvent | undefined> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const over = (settle: () => void): void => {
      signal.removeEventListener('abort', aborted);
      watch.stop();
      settle();
    };
    const aborted = (): void => over(() => reject(signal.reason));
    signal.addEventListener('abort', aborted);
    const watch = gateway.server.watch(request, {
      events: (_, events) => {
        over(() => resolve(events[0]));
        return true;
      },
      progress: () => {},
      canceled: (compactRevision) => over(() => (compactRevision > 0 ? resolve(undefined) : reject(STOPPED))),
    });
  });
}

/** Takes a key away, if it is still the one of that creation. */
export async function leave(gateway: Gateway, key: string, created: number): Promise<number> {
  const compare: Compare = { key, target: 'create', op: '=', value: created };
  const { revision } = await gateway.asked({
    type: 'etcd.txn',
    id: gateway.nextId(),
    compare: [compare],
    // biome-ignore lint/suspicious/noThenProperty: etcd's word
    then: [{ op: 'delete', key }],
    else: [],
  });
  return revision;
}
/** As `leave`, when nobody waits for how it went: the lease ends the place otherwise. */
export function abandon(gateway: Gateway, { key, created }: Place): void {
  leave(gateway, key, created).catch(() => {});
}
