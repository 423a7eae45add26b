import assert from 'node:assert/strict';
import { test } from 'node:test';
import { node, watch } from '../../../runtime/address.ts';
import { encodeValue, parseStorageKey, storageKey } from '../protocol.ts';
import { subjectsOf } from './streams.ts';

const pod = (nodeName?: string): Uint8Array =>
  encodeValue({
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { nodeName, containers: [] },
  } as never);
const KEY = storageKey('', 'pods', 'shop', 'web');
const own = { stream: 'core/pods', subject: watch('c', '', 'pods', 'shop', 'web') };
const on = (name: string) => ({ stream: `node/${name}/pods`, subject: node('c', name, 'pods') });

test('streams: a write by a client of etcd: told where the API would tell it', () => {
  assert.deepEqual(subjectsOf('c', KEY, pod(), undefined), { subjects: [own] });
  assert.deepEqual(subjectsOf('c', KEY, pod('a'), pod()), { subjects: [own, on('a')] });
  assert.deepEqual(subjectsOf('c', KEY, pod('b'), pod('a')), { subjects: [own, on('b')], leaves: [on('a')] });
  assert.deepEqual(subjectsOf('c', KEY, undefined, pod('a')), { subjects: [own, on('a')] });
});

test('streams: keys and values that are none of the API: told nowhere', () => {
  assert.deepEqual(subjectsOf('c', '/other', pod(), undefined), { subjects: [] });
  assert.deepEqual(subjectsOf('c', KEY, Buffer.from('no object'), pod()), { subjects: [] });
  assert.deepEqual(subjectsOf('c', KEY, undefined, undefined), { subjects: [] });
});

test('storage keys: names of any letters: bytes in etcd, text again', () => {
  const key = storageKey('rbac.authorization.k8s.io', 'clusterroles', '', 'prüfer:日本');
  assert.match(key, /^[\0-\xff]+$/);
  assert.deepEqual(parseStorageKey(key), {
    group: 'rbac.authorization.k8s.io',
    resource: 'clusterroles',
    namespace: '',
    name: 'prüfer:日本',
  });
});
