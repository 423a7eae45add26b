import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change } from '../../etcd/protocol.ts';
import { encodeValue } from '../protocol.ts';
import { WatchCache } from './watch-cache.ts';
import type { Watcher } from './watcher.ts';

const key = (name: string): string => `/registry/core/configmaps/default/${name}`;
const value = (name: string, v = ''): Uint8Array =>
  encodeValue({
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name, namespace: 'default', labels: { v } },
  } as never);
const put = (name: string, revision: number, prevRevision: number): Change => ({
  type: 'change.put',
  stream: 'core/configmaps',
  key: key(name),
  revision,
  prevRevision,
  createRevision: revision,
  value: value(name),
});
const gone = (name: string, revision: number, prevRevision: number): Change => ({
  type: 'change.delete',
  stream: 'core/configmaps',
  key: key(name),
  revision,
  prevRevision,
});
const kv = (name: string, modRevision: number) => ({
  key: key(name),
  value: value(name),
  createRevision: modRevision,
  modRevision,
  version: 1,
});
const newCache = (events = 1_000): WatchCache =>
  new WatchCache({ group: '', version: 'v1', resource: 'configmaps' }, () => 0, {
    events,
    characters: 1e9,
    ageMs: 1e9,
  });
function listen(cache: WatchCache): string[] {
  const told: string[] = [];
  const watcher: Watcher = {
    selection: { namespace: 'default', name: '', node: '', all: true, matches: () => true },
    after: cache.revision,
    event: (type, entry) => void told.push(`${type} ${entry.name} ${entry.revision}`),
    end: () => {},
  };
  cache.watchers.add(watcher);
  return told;
}

test('watch cache: changes: next, old, and a gap', () => {
  const cache = newCache();
  cache.replace([kv('a', 5)], 7);
  const told = listen(cache);
  assert.equal(cache.receive(put('a', 5, 3)), 'old');
  assert.equal(cache.receive(put('b', 9, 5)), 'next');
  assert.equal(cache.receive(put('c', 9, 9)), 'next', 'two keys of one txn');
  assert.equal(cache.receive(put('c', 9, 9)), 'old', 'a copy');
  assert.equal(cache.receive(gone('a', 10, 9)), 'next');
  assert.equal(cache.receive(put('d', 14, 12)), 'gap');
  assert.equal(cache.receive({ type: 'change.progress', stream: 'core/configmaps', revision: 12 }), 'gap');
  assert.equal(cache.receive({ type: 'change.progress', stream: 'core/configmaps', revision: 10 }), 'old');
  assert.deepEqual(told, ['ADDED b 9', 'ADDED c 9', 'DELETED a 10']);
});

test('watch cache: listed again after a gap: watchers hear the differences', () => {
  const cache = newCache();
  cache.replace([kv('a', 5), kv('b', 6)], 7);
  const told = listen(cache);
  cache.replace([kv('a', 12), kv('c', 9)], 13);
  assert.deepEqual(told, ['ADDED c 9', 'MODIFIED a 12', 'DELETED b 13']);
  assert.equal(cache.revision, 13);
  assert.deepEqual(
    cache.since(9)?.map(({ entry }) => entry.name),
    ['a', 'b'],
  );
});

test('watch cache: the past: bounded, and says where it begins', () => {
  const cache = newCache(3);
  cache.replace([], 1);
  for (let i = 2; i < 10; i++) cache.receive(put(`m${i}`, i, i - 1));
  assert.deepEqual(
    [cache.since(5), cache.oldest, cache.since(6)?.length, cache.since(9)?.length],
    [undefined, 6, 3, 0],
  );
});
