import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { leftOf } from '../e2e/leftovers.ts';
import { EtcdClient } from './client.ts';
import { startRealEtcd, withoutEtcd } from './real-etcd.ts';

test('real etcd: killed and started again: keeps what it acknowledged; stopped: nothing is left', {
  skip: withoutEtcd(),
}, async () => {
  const etcd = await startRealEtcd();
  const client = new EtcdClient(etcd.address);
  try {
    const put = await client.call('KV', 'Put', { key: Buffer.from('a'), value: Buffer.from('1') });
    assert.ok(put.ok);
    await etcd.kill();
    await etcd.restart();
    const range = await client.call('KV', 'Range', { key: Buffer.from('a') });
    assert.ok(range.ok);
    assert.equal(String(range.reply['kvs'][0].value), '1');
    const refused = await client.call('KV', 'Range', {});
    assert.deepEqual(refused, { ok: false, code: 3, message: 'etcdserver: key is not provided' });
  } finally {
    client.close();
    await etcd.stop();
  }
  assert.deepEqual(leftOf([], etcd.dataDir), []);
  assert.equal(existsSync(etcd.dataDir), false);
});
