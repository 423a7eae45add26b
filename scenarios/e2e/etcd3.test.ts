//! The etcd3 npm client on a cluster, with the client certificate that a start leaves.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Etcd3, EtcdLeaseInvalidError, EtcdLockFailedError, GRPCFailedPreconditionError, type Watcher } from 'etcd3';
import { environmentIn } from './etcdctl.ts';
import { startUp, stopEverything } from './harness.ts';

let client: Etcd3;
before(async () => {
  const up = await startUp({ nodes: 0, engine: 'simulated', args: ['--etcd-port', '0'] });
  const env = environmentIn(await up.program.line(/export ETCDCTL_API=3/));
  const file = (name: string): Buffer => readFileSync(env[name]!);
  client = new Etcd3({
    hosts: env['ETCDCTL_ENDPOINTS']!,
    credentials: {
      rootCertificate: file('ETCDCTL_CACERT'),
      certChain: file('ETCDCTL_CERT'),
      privateKey: file('ETCDCTL_KEY'),
    },
  });
});
after(async () => {
  client?.close();
  await stopEverything();
});

test('etcd3: put, get, getAll, delete: what was put is there, and then not', async () => {
  await client.put('e/a').value('1');
  await client.put('e/b').value(Buffer.from([0, 255, 128]));
  assert.equal(await client.get('e/a').string(), '1');
  assert.equal(await client.get('e/a').number(), 1);
  assert.deepEqual(await client.get('e/b').buffer(), Buffer.from([0, 255, 128]));
  assert.equal(await client.get('e/none').string(), null);
  assert.deepEqual(await client.getAll().prefix('e/').keys(), ['e/a', 'e/b']);
  assert.equal(await client.getAll().prefix('e/').count(), 2);
  assert.deepEqual(await client.getAll().prefix('e/').sort('Key', 'Descend').limit(1).keys(), ['e/b']);
  const deleted = await client.delete().prefix('e/').getPrevious();
  assert.deepEqual(
    deleted.map((kv) => kv.key.toString()),
    ['e/a', 'e/b'],
  );
  assert.equal(await client.getAll().prefix('e/').count(), 0);
});

test('etcd3: if, then, else: one way or the other; several writes at once', async () => {
  await client.put('t/a').value('1');
  const asked = (value: string) =>
    client
      .if('t/a', 'Value', '==', value)
      .and('t/none', 'Version', '==', 0)
      .then(client.put('t/yes').value(value), client.get('t/a'))
      .else(client.delete().key('t/yes'))
      .commit();
  assert.equal((await asked('1')).succeeded, true);
  assert.equal(await client.get('t/yes').string(), '1');
  assert.equal((await asked('2')).succeeded, false);
  assert.equal(await client.get('t/yes').string(), null);
});

test('etcd3: software transactional memory: two at once, both counted', async () => {
  await client.put('stm').value('0');
  const add = (): Promise<unknown> =>
    client.stm({ retries: 20 }).transact(async (tx) => {
      const now = await tx.get('stm').number();
      await tx.put('stm').value((now ?? 0) + 1);
    });
  await Promise.all([add(), add(), add()]);
  assert.equal(await client.get('stm').number(), 3);
});

const seen = async (watcher: Watcher, event: 'put' | 'delete'): Promise<string> => {
  const [kv] = await once(watcher, event);
  return `${kv.key} ${kv.value}`;
};
test('etcd3: watches of a key and of a prefix: each hears its own', async () => {
  const one = await client.watch().key('w/a').create();
  const all = await client.watch().prefix('w/').withPreviousKV().create();
  const heard = [seen(one, 'put'), seen(all, 'put')];
  await client.put('w/a').value('x');
  assert.deepEqual(await Promise.all(heard), ['w/a x', 'w/a x']);
  const gone = once(all, 'delete');
  await client.delete().key('w/a');
  const [, before] = await gone;
  assert.equal(before.value.toString(), 'x');
  await one.cancel();
  await all.cancel();
});

test('etcd3: a lease: its keys go when it is revoked; unknown ones are refused', async () => {
  const lease = client.lease(30);
  await lease.put('leased').value('x');
  assert.equal(await client.get('leased').string(), 'x');
  await lease.keepaliveOnce();
  await lease.revoke();
  assert.equal(await client.get('leased').string(), null);
  await assert.rejects(client.put('leased').lease('1234').value('x').exec(), EtcdLeaseInvalidError);
});

test('etcd3: a lock: held by one at a time', async () => {
  const held = await client.lock('l').acquire();
  await assert.rejects(client.lock('l').acquire(), EtcdLockFailedError);
  await held.release();
  assert.equal(await client.lock('l').do(() => 'in'), 'in');
});

test('etcd3: an election: the second leads when the first resigns', async () => {
  const election = client.election('throne', 10);
  const anna = election.campaign('anna');
  await once(anna, 'elected');
  assert.equal(await election.leader(), 'anna');
  const observer = await election.observe();
  const berta = election.campaign('berta');
  const changed = once(berta, 'elected');
  await anna.resign();
  await changed;
  if (observer.leader() !== 'berta') await once(observer, 'change');
  assert.equal(observer.leader(), 'berta');
  await observer.cancel();
  await berta.resign();
});

test('etcd3: maintenance and members: told', async () => {
  const { version, leader } = await client.maintenance.status();
  assert.match(version, /^3\./);
  const { members } = await client.cluster.memberList({ linearizable: true });
  assert.deepEqual(
    members.map(({ ID }) => ID),
    [leader],
  );
  await assert.rejects(client.auth.authEnable(), GRPCFailedPreconditionError);
});
