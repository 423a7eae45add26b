import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIGMAPS } from '../api/resource.ts';
import type { ConfigMap } from '../api/types/cluster.ts';
import { ObjectStore } from './cache.ts';
import { findCondition, setCondition } from './conditions.ts';
import { Lru } from './lru.ts';
import { controllerOf, controllerRef, controllerUid, isControlledBy, ownerUids } from './owners.ts';
import type { CacheChange } from './protocol.ts';

const map = (name: string, revision: number, color = '', uid = `u-${name}`): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', uid, resourceVersion: String(revision), creationTimestamp: '' },
  data: { color },
});
const colors = { color: (object: ConfigMap) => [object.data?.['color'] ?? ''] };
const open = () => {
  const store = new ObjectStore(CONFIGMAPS);
  const told: string[] = [];
  const changed = (change: CacheChange<ConfigMap>): void => {
    told.push(`${change.type} ${change.object.metadata.name}@${change.object.metadata.resourceVersion}`);
  };
  return { store, told, cache: store.use(colors, { changed }, () => {}) };
};

test('cache: an older or equal revision: ignored', () => {
  const { store, cache, told } = open();
  store.put(map('a', 5, 'red'));
  store.put(map('a', 5, 'blue'));
  store.put(map('a', 4, 'blue'));
  store.remove('default/a', 4);
  assert.equal(cache.by('color', 'red').length, 1);
  assert.deepEqual(told, ['added a@5']);
});
test('cache: an object that moves in an index: found under the new value only', () => {
  const { store, cache } = open();
  store.put(map('a', 1, 'red'));
  store.put(map('a', 2, 'blue'));
  assert.equal(cache.by('color', 'red').length, 0);
  assert.equal(cache.by('color', 'blue')[0]?.metadata.resourceVersion, '2');
  store.remove('default/a', 3);
  assert.equal(cache.by('color', 'blue').length, 0);
});
test('cache: the same name with another uid: deleted, then added', () => {
  const { store, told } = open();
  store.put(map('a', 1));
  store.put(map('a', 7, '', 'other'));
  assert.deepEqual(told, ['added a@1', 'deleted a@1', 'added a@7']);
});
test('cache: a list: takes away what it lacks, keeps what was written after it', () => {
  const { store, cache } = open();
  store.put(map('old', 1));
  store.put(map('own', 9));
  store.replace([map('listed', 3)], 5);
  assert.deepEqual(
    cache.list().map((object) => object.metadata.name),
    ['own', 'listed'],
  );
});
test('cache: buried: what the watch still says of that uid is ignored, a successor is not', () => {
  const { store, cache } = open();
  store.put(map('a', 1));
  store.bury('default/a', 'u-a');
  store.put(map('a', 2));
  assert.equal(cache.size, 0);
  store.put(map('a', 3, '', 'successor'));
  assert.equal(cache.size, 1);
});
test('cache: two users, one name of an index, two meanings: each its own', () => {
  const { store, cache } = open();
  store.put(map('a', 1, 'red'));
  const other = store.use({ color: () => ['any'] }, {}, () => {});
  assert.equal(other.by('color', 'any').length, 1);
  assert.equal(cache.by('color', 'any').length, 0);
  assert.throws(() => cache.by('size', '1'), /no index size/);
});
test('lru: beyond its size: the entry set longest ago is gone', () => {
  const lru = new Lru<string, number>(2);
  lru.set('a', 1);
  lru.set('b', 2);
  lru.set('a', 3);
  lru.set('c', 4);
  assert.deepEqual([lru.get('a'), lru.get('b'), lru.get('c'), lru.size], [3, undefined, 4, 2]);
});

test('conditions: status unchanged: keeps its transition time; nothing new: the same list', () => {
  const first = setCondition(undefined, { type: 'Ready', status: 'False', reason: 'a' }, 0);
  const second = setCondition(first, { type: 'Ready', status: 'False', reason: 'b' }, 60_000);
  assert.equal(findCondition(second, 'Ready')?.lastTransitionTime, '1970-01-01T00:00:00Z');
  assert.equal(setCondition(second, { type: 'Ready', status: 'False', reason: 'b' }, 90_000), second);
  const third = setCondition(second, { type: 'Ready', status: 'True' }, 60_000);
  assert.equal(findCondition(third, 'Ready')?.lastTransitionTime, '1970-01-01T00:01:00Z');
});
test('owners: the controller among owners', () => {
  const owner = map('owner', 1);
  const owned: ConfigMap = {
    ...map('owned', 2),
    metadata: {
      ...map('owned', 2).metadata,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u-n' }, controllerRef(owner)],
    },
  };
  assert.equal(controllerOf(owned)?.name, 'owner');
  assert.ok(isControlledBy(owned, owner));
  assert.deepEqual(controllerUid(owned), ['u-owner']);
  assert.deepEqual(ownerUids(owned), ['u-n', 'u-owner']);
});
