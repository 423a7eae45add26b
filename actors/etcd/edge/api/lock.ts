//! The v3lock and v3election services (etcd's server/etcdserver/api/v3lock, v3election).

import type { KeyValue } from '../../protocol.ts';
import { prefixEnd } from '../../protocol.ts';
import {
  CampaignRequest,
  CampaignResponse,
  HeaderOnly,
  LeaderRequest,
  LeaderResponse,
  LockRequest,
  LockResponse,
  ProclaimRequest,
  ResignRequest,
  UnlockRequest,
} from '../wire/services.ts';
import type { Gateway } from './gateway.ts';
import { type Method, unaryTask } from './method.ts';
import { abandon, enqueue, firstEvent, front, leave, session, turn } from './queue.ts';
import { Code, Failed } from './status.ts';
import { drained } from './stream.ts';

const NOTHING = new Uint8Array(0);

/** etcd's own recipes are clients of its store, whose errors come out without their codes. */
const recipe: typeof unaryTask = (request, work) =>
  unaryTask(request, async (...all) => {
    try {
      return await work(...all);
    } catch (error) {
      if (!(error instanceof Failed) || error.code === Code.unavailable || error.code === Code.canceled) throw error;
      throw new Failed(Code.unknown, error.message);
    }
  });

const Lock = recipe(LockRequest, async (gateway, { name, lease }, signal) => {
  const holder = await session(gateway, lease);
  const place = await enqueue(gateway, name, holder, NOTHING);
  try {
    const revision = await turn(gateway, name, place.created, signal);
    const mine = await gateway.asked({ type: 'etcd.range', key: place.key, keysOnly: true });
    // Its lease has ended while it waited.
    if (mine.kvs.length === 0) throw new Failed(Code.unknown, 'mutex: session is expired');
    return LockResponse.encode({ header: gateway.header(revision), key: place.key });
  } catch (error) {
    abandon(gateway, place);
    throw error;
  }
});
const Unlock = recipe(UnlockRequest, async (gateway, { key }) => {
  const { revision } = await gateway.asked({
    type: 'etcd.txn',
    id: gateway.nextId(),
    compare: [],
    // biome-ignore lint/suspicious/noThenProperty: etcd's word
    then: [{ op: 'delete', key }],
    else: [],
  });
  return HeaderOnly.encode({ header: gateway.header(revision) });
});
export const LOCK: Readonly<Record<string, Method>> = { Lock, Unlock };

const Campaign = recipe(CampaignRequest, async (gateway, { name, lease, value }, signal) => {
  const candidate = await session(gateway, lease);
  const place = await enqueue(gateway, name, candidate, value);
  try {
    if (place.before !== undefined && Buffer.compare(place.before.value, value) !== 0)
      await proclaim(gateway, { ...place, revision: place.created, lease: candidate }, value);
    const revision = await turn(gateway, name, place.created, signal);
    const leader = { name, key: place.key, revision: place.created, lease: candidate };
    return CampaignResponse.encode({ header: gateway.header(revision), leader });
  } catch (error) {
    abandon(gateway, place);
    throw error;
  }
});

interface LeaderKeyOf {
  readonly key: string;
  readonly revision: number;
  readonly lease: string;
}
async function proclaim(gateway: Gateway, { key, revision, lease }: LeaderKeyOf, value: Uint8Array): Promise<number> {
  const done = await gateway.asked({
    type: 'etcd.txn',
    id: gateway.nextId(),
    compare: [{ key, target: 'create', op: '=', value: revision }],
    // biome-ignore lint/suspicious/noThenProperty: etcd's word
    then: [{ op: 'put', key, value, lease }],
    else: [],
  });
  if (!done.succeeded) throw new Failed(Code.unknown, 'election: not leader');
  return done.revision;
}
const MISSING = new Failed(Code.unknown, '"leader" field must be provided');

const Proclaim = recipe(ProclaimRequest, async (gateway, { leader, value }) => {
  if (leader === undefined) throw MISSING;
  return HeaderOnly.encode({ header: gateway.header(await proclaim(gateway, leader, value)) });
});
const Resign = recipe(ResignRequest, async (gateway, { leader }) => {
  if (leader === undefined) throw MISSING;
  return HeaderOnly.encode({ header: gateway.header(await leave(gateway, leader.key, leader.revision)) });
});
const Leader = recipe(LeaderRequest, async (gateway, { name }) => {
  const { revision, kv } = await front(gateway, name);
  if (kv === undefined) throw new Failed(Code.unknown, 'election: no leader');
  return LeaderResponse.encode({ header: gateway.header(revision), kv });
});

/** Tells who leads and what is proclaimed, as it changes, until the caller goes. */
const Observe = recipe(LeaderRequest, async (gateway, { name }, signal, call) => {
  const tell = async (revision: number, kv: KeyValue): Promise<void> => {
    if (!call.send(LeaderResponse.encode({ header: gateway.header(revision), kv }))) await drained(call, signal);
  };
  const prefix = `${name}/`;
  for (;;) {
    const { revision, kv } = await front(gateway, name);
    if (kv === undefined) {
      await firstEvent(gateway, { key: prefix, end: prefixEnd(prefix), startRevision: revision + 1 }, signal);
      continue;
    }
    await tell(revision, kv);
    for (let since = revision; ; ) {
      const event = await firstEvent(gateway, { key: kv.key, startRevision: since + 1 }, signal);
      if (event?.type !== 'put') break;
      since = event.kv.modRevision;
      await tell(since, event.kv);
    }
  }
});
export const ELECTION: Readonly<Record<string, Method>> = { Campaign, Proclaim, Leader, Observe, Resign };
