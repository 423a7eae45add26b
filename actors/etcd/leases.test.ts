import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LeaseTable } from './leases.ts';
import { Store } from './store.ts';

const leading = (): LeaseTable => {
  const leases = new LeaseTable();
  leases.promote(0);
  return leases;
};

test('leases: granted: due when their time is over, the earliest first, until revoked or renewed', () => {
  const leases = leading();
  assert.equal(leases.grant('1', 10, 0), 10);
  assert.equal(leases.grant('2', 1, 0), 2, 'not shorter than an election');
  leases.grant('3', 5, 0);
  assert.deepEqual([leases.nextAt(), leases.due(1_999)], [2_000, []]);
  assert.deepEqual(leases.due(5_000), ['2', '3']);
  assert.deepEqual(leases.due(5_000), ['2', '3'], 'still');
  leases.revoke('2');
  assert.deepEqual(leases.renew('3', 6_000), { ttl: 5, record: false });
  assert.deepEqual([leases.due(10_000), leases.nextAt()], [['1'], 10_000]);
  assert.deepEqual(leases.timeToLive('3', 8_500), { ttl: 2, grantedTtl: 5 });
  assert.deepEqual(leases.timeToLive('2', 0), { ttl: -1, grantedTtl: 0 });
  assert.equal(leases.renew('2', 0), undefined);
});

test('leases: who does not lead: nothing is due, nobody renews', () => {
  const leases = new LeaseTable();
  leases.grant('1', 2, 0);
  assert.deepEqual([leases.due(1e9), leases.nextAt(), leases.renew('1', 0)], [[], undefined, undefined]);
  assert.deepEqual(leases.timeToLive('1', 1e9), { ttl: 2, grantedTtl: 2 });
  leases.promote(1e9);
  assert.deepEqual([leases.due(1e9 + 1_999), leases.due(1e9 + 2_000)], [[], ['1']]);
  leases.demote();
  assert.deepEqual([leases.due(2e9), leases.nextAt()], [[], undefined]);
});

test('leases: a leader change: what was left at the checkpoint counts, and a renewal takes it back', () => {
  const old = leading();
  old.grant('1', 1_000, 0);
  old.grant('2', 200, 0);
  assert.deepEqual(old.checkpoints(299_999), []);
  assert.deepEqual(old.checkpoints(300_000), [['1', 700]], 'what ends before the next one has none');
  assert.deepEqual(old.checkpoints(300_000), []);
  assert.deepEqual(old.checkpoints(600_000), [['1', 400]]);
  const next = new LeaseTable();
  next.restore(old.state());
  next.checkpoint('1', 400);
  next.promote(5_000_000);
  assert.equal(next.timeToLive('1', 5_000_000).ttl, 400);
  assert.deepEqual(next.renew('1', 5_000_000), { ttl: 1_000, record: true });
  next.checkpoint('1', 0);
  assert.deepEqual(next.renew('1', 5_000_000), { ttl: 1_000, record: false });
  assert.deepEqual(next.due(5_999_999), ['2']);
});

test('leases: renewed all the time: appointments do not pile up', () => {
  const leases = leading();
  for (let i = 0; i < 50; i++) leases.grant(`${i}`, 10, 0);
  for (let round = 1; round <= 1_000; round++) for (let i = 0; i < 50; i++) leases.renew(`${i}`, round);
  assert.ok(leases.appointments <= 400, `${leases.appointments}`);
  assert.equal(leases.due(11_000).length, 50);
});

test('leases: a key belongs to the lease of its last put, and goes with it; all of a lease in one revision', () => {
  const store = new Store({ answers: 10, answersBytes: 1_000, answersMs: 1_000, streams: 10 });
  let ids = 0;
  const put = (key: string, lease?: string) =>
    store.execute(
      {
        type: 'etcd.txn',
        id: `p${++ids}`,
        compare: [],
        // biome-ignore lint/suspicious/noThenProperty: etcd's word
        then: [{ op: 'put', key, value: new Uint8Array(0), ...(lease ? { lease } : {}) }],
        else: [],
      },
      0,
    );
  const grant = (lease?: string) =>
    store.execute({ type: 'etcd.lease.grant', id: `g${++ids}`, ttl: 5, ...(lease ? { lease } : {}) }, 0).reply;
  grant('7');
  grant('8');
  for (const key of ['b', 'a', 'c', 'd']) put(key, '7');
  put('c');
  put('d', '8');
  assert.deepEqual([store.leases.keys('7'), store.leases.keys('8')], [['a', 'b'], ['d']]);
  const before = store.mvcc.revision;
  const revoked = store.execute({ type: 'etcd.lease.revoke', id: 'r', lease: '7' }, 0);
  assert.deepEqual(
    revoked.events?.events.map(({ version }) => [version.key, version.mod]),
    [
      ['a', before + 1],
      ['b', before + 1],
    ],
  );
  store.execute({ type: 'etcd.lease.revoke', id: 'r2', lease: '8' }, 0);
  assert.equal(store.mvcc.size, 1);
  const reply = grant();
  assert.ok(reply.type === 'etcd.lease.granted' && BigInt(reply.lease) > 0n);
  const keyless = store.execute({ type: 'etcd.lease.revoke', id: 'r3', lease: reply.lease }, 0);
  assert.equal(keyless.events, undefined, 'without keys there is no revision');
});
