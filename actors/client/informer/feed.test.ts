import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIGMAPS, type Resource } from '../../api/resource.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { encodeValue, resourceStream, storageKey } from '../../apiserver/protocol.ts';
import type { Change } from '../../etcd/protocol.ts';
import { ObjectStore } from '../cache.ts';
import { decoded, Feed } from './feed.ts';

const stream = resourceStream('', 'configmaps');
const map = (name: string, namespace: string, revision: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, uid: name, resourceVersion: String(revision), creationTimestamp: '' },
});
const put = (name: string, revision: number, namespace = 'default'): Change => ({
  type: 'change.put',
  stream,
  key: storageKey('', 'configmaps', namespace, name),
  revision,
  prevRevision: revision - 1,
  createRevision: 1,
  value: encodeValue(map(name, namespace, revision)),
});
const open = (namespace?: string) => {
  const store = new ObjectStore(CONFIGMAPS as Resource);
  return { store, feed: new Feed(store, stream, namespace) };
};

test('feed: more changes during a list than may wait: listed again', () => {
  const { store, feed } = open();
  for (let i = 1; i <= 20_001; i++) feed.receive(put('a', i));
  assert.equal(feed.listed({ items: [], revision: 0 }), false);
  assert.equal(feed.listed({ items: [map('a', 'default', 20_001)], revision: 20_001 }), true);
  assert.equal(store.get('default/a')?.metadata.resourceVersion, '20001');
});
test('feed: of one namespace: others are passed over, gaps are still seen', () => {
  const { store, feed } = open('team');
  assert.ok(feed.listed({ items: [], revision: 1 }));
  assert.ok(feed.receive(put('a', 2)));
  assert.ok(feed.receive(put('b', 3, 'team')));
  assert.equal(store.size, 1);
  assert.equal(feed.receive(put('c', 5)), false);
});
test('feed: a change of another stream on the same subject: passed over', () => {
  const { store, feed } = open();
  assert.ok(feed.listed({ items: [], revision: 1 }));
  assert.ok(feed.receive({ ...put('a', 9), stream: 'node/n1/configmaps' }));
  assert.equal(store.size, 0);
});
test('feed: one message, many informers: parsed once', () => {
  const { value } = put('a', 2) as Extract<Change, { type: 'change.put' }>;
  assert.equal(decoded(value, 2), decoded(value, 2));
});
