import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject, OwnerReference } from '../../api/types/meta.ts';
import { placeOf } from './graph.ts';
import { deletion, FOREGROUND, itemKey, ORPHAN, type Owner, parseItem, verdict } from './logic.ts';

const reference = (uid: string, blockOwnerDeletion = true): OwnerReference => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  name: uid,
  uid,
  blockOwnerDeletion,
});
const object = (over: object = {}): KubeObject =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default', uid: 'u', ...over } }) as KubeObject;
const owners = (...states: Owner[]): [OwnerReference, Owner][] => states.map((state) => [reference(state), state]);
const now = { deletionTimestamp: '2026-01-01T00:00:00Z' };

test('garbage collector: verdict: table', () => {
  assert.deepEqual(verdict(object(), [], false), { do: 'nothing' });
  assert.deepEqual(verdict(object(), owners('solid'), false), { do: 'nothing' });
  assert.deepEqual(verdict(object(), owners('solid', 'absent'), false), { do: 'disown', keep: [reference('solid')] });
  assert.deepEqual(verdict(object(), owners('solid', 'waiting'), true), { do: 'disown', keep: [reference('solid')] });
  assert.deepEqual(verdict(object(), owners('absent'), true), { do: 'delete', policy: 'Background' });
  assert.deepEqual(verdict(object(), owners('waiting'), true), { do: 'delete', policy: 'Foreground' });
  assert.deepEqual(verdict(object(), owners('waiting', 'absent'), false), { do: 'delete', policy: 'Background' });
  assert.deepEqual(verdict(object({ finalizers: [ORPHAN] }), owners('absent'), false), {
    do: 'delete',
    policy: 'Orphan',
  });
  assert.deepEqual(verdict(object(now), owners('absent'), false), { do: 'nothing' });
});
test('garbage collector: an owner being deleted: waits for dependents that block it', () => {
  const waiting = object({ ...now, finalizers: [FOREGROUND] });
  const dependent = (blocks: boolean) => object({ ownerReferences: [reference('u', blocks)] });
  assert.equal(deletion(object(), [dependent(true)]).do, 'nothing');
  assert.equal(deletion(waiting, [dependent(true)]).do, 'wait');
  assert.equal(deletion(waiting, [dependent(false)]).do, 'finish');
  assert.equal(deletion(object({ ...now, finalizers: [ORPHAN] }), []).do, 'orphan');
  assert.equal(deletion(object({ ...now, finalizers: ['x/y'] }), []).do, 'nothing');
});
test('garbage collector: keys of objects: round trip', () => {
  const key = itemKey({ group: 'apps', resource: 'deployments' }, object());
  assert.deepEqual(parseItem(key), { group: 'apps', resource: 'deployments', namespace: 'default', name: 'p' });
});
test('garbage collector: where an owner is: in the same namespace or in none', () => {
  const at = (apiVersion: string, kind: string, namespace: string) => {
    const place = placeOf({ apiVersion, kind, name: 'x', uid: 'u' }, namespace);
    return place.at === 'known' ? place.key : place.at;
  };
  assert.equal(at('apps/v1', 'ReplicaSet', 'default'), 'default/x');
  assert.equal(at('v1', 'Node', 'default'), 'x');
  assert.equal(at('apps/v1', 'ReplicaSet', ''), 'misplaced');
  assert.equal(at('example.com/v1', 'Widget', 'default'), 'unknown');
});
