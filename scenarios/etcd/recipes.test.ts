//! The v3lock and v3election services, asked as their own clients ask. No package brings their .proto files: that a
//! real etcd, where there is one, understands ours is the test of our tables.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, type ClientReadableStream, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { RangeRequest, RangeResponse } from '../../actors/etcd/edge/wire/kv.ts';
import { data, type GivenOf, type Message, message, type Of, type Table } from '../../actors/etcd/edge/wire/message.ts';
import {
  CampaignRequest,
  CampaignResponse,
  HeaderMessage,
  HeaderOnly,
  LeaderRequest,
  LeaderResponse,
  LeaseGrantRequest,
  LeaseGrantResponse,
  LockRequest,
  LockResponse,
  ProclaimRequest,
  ResignRequest,
  UnlockRequest,
} from '../../actors/etcd/edge/wire/services.ts';
import { type OwnEtcd, startOwnEtcd } from './own-etcd.ts';
import { type RealEtcd, startRealEtcd, withoutEtcd } from './real-etcd.ts';

let own: OwnEtcd;
let real: RealEtcd | undefined;
const clients = new Map<string, Client>();
before(async () => {
  own = await startOwnEtcd();
  clients.set('orrery', new Client(own.address, credentials.createInsecure()));
  if (withoutEtcd()) return;
  real = await startRealEtcd();
  clients.set('etcd', new Client(real.address, credentials.createInsecure()));
});
after(async () => {
  for (const client of clients.values()) client.close();
  await own.stop();
  await real?.stop();
});
function both(title: string, tell: (client: Client) => Promise<void>): void {
  test(title, async (t) => {
    for (const [name, client] of clients) await t.test(`${title} (${name})`, () => tell(client));
  });
}

interface Asked<T> {
  readonly answer: Promise<T>;
  cancel(): void;
}
function ask<Q extends Table, A extends Table>(
  client: Client,
  path: string,
  [question, answer]: readonly [Message<Q>, Message<A>],
  request: GivenOf<Message<Q>>,
): Asked<Of<Message<A>>> {
  let cancel = (): void => {};
  const promise = new Promise<Of<Message<A>>>((resolve, reject) => {
    const call = client.makeUnaryRequest(
      path,
      (value: GivenOf<Message<Q>>) => question.encode(value),
      (bytes: Buffer) => answer.decode(bytes),
      request,
      new Metadata({ waitForReady: true }),
      (error: ServiceError | null, reply?: Of<Message<A>>) => (error ? reject(error) : resolve(reply!)),
    );
    cancel = () => call.cancel();
  });
  promise.catch(() => {});
  return { answer: promise, cancel };
}
const lease = async (client: Client): Promise<string> =>
  (await ask(client, '/etcdserverpb.Lease/LeaseGrant', [LeaseGrantRequest, LeaseGrantResponse], { ttl: 300 }).answer)
    .lease;
const keys = async (client: Client, prefix: string): Promise<readonly string[]> => {
  const request = { key: prefix, end: `${prefix.slice(0, -1)}0`, sortTarget: 2 };
  const { kvs } = await ask(client, '/etcdserverpb.KV/Range', [RangeRequest, RangeResponse], request).answer;
  return kvs.map(({ key }) => key);
};
/** Until so many stand in line. */
const queued = async (client: Client, prefix: string, count: number): Promise<readonly string[]> => {
  for (;;) {
    const found = await keys(client, prefix);
    if (found.length === count) return found;
  }
};
const lock = (client: Client, name: string, id: string) =>
  ask(client, '/v3lockpb.Lock/Lock', [LockRequest, LockResponse], { name, lease: id });
const unlock = (client: Client, key: string) =>
  ask(client, '/v3lockpb.Lock/Unlock', [UnlockRequest, HeaderOnly], { key }).answer;

both('v3lock: three want one lock: one after the other; who gives up loses the place', async (client) => {
  const [a, b, c] = [await lease(client), await lease(client), await lease(client)];
  const first = await lock(client, 'mine', a).answer;
  assert.equal(first.key, `mine/${BigInt(a).toString(16)}`);
  const second = lock(client, 'mine', b);
  await queued(client, 'mine/', 2);
  const third = lock(client, 'mine', c);
  await queued(client, 'mine/', 3);
  second.cancel();
  await assert.rejects(second.answer, { code: status.CANCELLED });
  assert.deepEqual(await queued(client, 'mine/', 2), [first.key, `mine/${BigInt(c).toString(16)}`]);
  await unlock(client, first.key);
  assert.equal((await third.answer).key, `mine/${BigInt(c).toString(16)}`);
  assert.equal((await lock(client, 'mine', c).answer).key, `mine/${BigInt(c).toString(16)}`);
  await unlock(client, (await third.answer).key);
});

both('v3lock: no lease is given: one is made', async (client) => {
  const held = await lock(client, 'other', '0').answer;
  assert.match(held.key, /^other\/[0-9a-f]+$/);
  await assert.rejects(lock(client, 'other', '987').answer, {
    code: status.UNKNOWN,
    details: 'etcdserver: requested lease not found',
  });
  await unlock(client, held.key);
});

const text = (value: Uint8Array | undefined): string => Buffer.from(value ?? []).toString();
const bytes = (value: string): Buffer => Buffer.from(value);
const campaign = (client: Client, name: string, id: string, value: string) =>
  ask(client, '/v3electionpb.Election/Campaign', [CampaignRequest, CampaignResponse], {
    name,
    lease: id,
    value: bytes(value),
  });
const leader = (client: Client, name: string) =>
  ask(client, '/v3electionpb.Election/Leader', [LeaderRequest, LeaderResponse], { name }).answer;

both('v3election: campaign, proclaim, resign: leaders follow each other, an observer sees each', async (client) => {
  await assert.rejects(leader(client, 'throne'), { code: status.UNKNOWN, details: 'election: no leader' });
  const seen: string[] = [];
  let wake = (): void => {};
  const observer = client.makeServerStreamRequest(
    '/v3electionpb.Election/Observe',
    (value: { name: string }) => LeaderRequest.encode(value),
    (all: Buffer) => LeaderResponse.decode(all),
    { name: 'throne' },
  ) as ClientReadableStream<Of<typeof LeaderResponse>>;
  observer.on('error', () => {});
  observer.on('data', ({ kv }: Of<typeof LeaderResponse>) => {
    seen.push(text(kv?.value));
    wake();
  });
  const told = (count: number): Promise<void> =>
    new Promise((resolve) => {
      wake = () => void (seen.length >= count && resolve());
      wake();
    });

  const [a, b] = [await lease(client), await lease(client)];
  const anna = await campaign(client, 'throne', a, 'anna').answer;
  assert.equal(anna.leader!.key, `throne/${BigInt(a).toString(16)}`);
  await told(1);
  const berta = campaign(client, 'throne', b, 'berta');
  await queued(client, 'throne/', 2);
  assert.equal(text((await leader(client, 'throne')).kv!.value), 'anna');
  const proclaimed = { leader: anna.leader!, value: bytes('anna II') };
  const path = '/v3electionpb.Election/Proclaim';
  await ask(client, path, [ProclaimRequest, HeaderOnly], proclaimed).answer;
  await told(2);
  const again = await campaign(client, 'throne', a, 'anna III').answer;
  assert.equal(again.leader!.revision, anna.leader!.revision);
  await told(3);
  await ask(client, '/v3electionpb.Election/Resign', [ResignRequest, HeaderOnly], { leader: anna.leader! }).answer;
  assert.equal((await berta.answer).leader!.key, `throne/${BigInt(b).toString(16)}`);
  await told(4);
  assert.deepEqual(seen, ['anna', 'anna II', 'anna III', 'berta']);
  await assert.rejects(ask(client, path, [ProclaimRequest, HeaderOnly], proclaimed).answer, {
    code: status.UNKNOWN,
    details: 'election: not leader',
  });
  await assert.rejects(ask(client, path, [ProclaimRequest, HeaderOnly], { value: bytes('x') }).answer, {
    code: status.UNKNOWN,
    details: '"leader" field must be provided',
  });
  observer.cancel();
});

both('v3election: a header: of this member, at the revision of the answer', async (client) => {
  const held = await lock(client, 'headed', '0').answer;
  const { header } = message({ header: data(1) }).decode(LockResponse.encode(held));
  const { clusterId, memberId, revision, term } = HeaderMessage.decode(header);
  assert.ok(BigInt(clusterId) > 0n && BigInt(memberId) > 0n && revision > 1 && term > 0);
});
