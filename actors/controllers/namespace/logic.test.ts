import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Namespace } from '../../api/types/cluster.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { conditions, leftOf, plan, retryMs } from './logic.ts';

const namespace = (deleting: boolean, finalizers: string[]): Namespace =>
  ({
    metadata: { name: 'n', ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: { finalizers },
    status: { phase: 'Active' },
  }) as unknown as Namespace;
const object = (over: object): KubeObject =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...over } }) as KubeObject;

test('namespace: plan: only one that is deleted and still ours is swept', () => {
  assert.equal(plan(undefined).do, 'nothing');
  assert.equal(plan(namespace(false, ['kubernetes'])).do, 'nothing');
  assert.equal(plan(namespace(true, ['kubernetes'])).do, 'sweep');
  assert.equal(plan(namespace(true, ['other'])).do, 'nothing');
});
test('namespace: content is left: the conditions say what and why', () => {
  const left = leftOf(
    'pods.',
    [object({ finalizers: ['a/b'] }), object({ deletionTimestamp: '1970-01-01T00:01:00Z' })],
    0,
  );
  assert.deepEqual(left, { resource: 'pods.', count: 2, finalizers: { 'a/b': 1 }, graceMs: 60_000 });
  const swept = { left: [left], failures: [] };
  const messages = Object.fromEntries(conditions(undefined, swept, 0).map(({ type, message }) => [type, message]));
  assert.equal(messages['NamespaceContentRemaining'], 'Some resources are remaining: pods. has 2 resource instances');
  assert.equal(
    messages['NamespaceFinalizersRemaining'],
    'Some content in the namespace has finalizers remaining: a/b in 1 resource instances',
  );
  assert.equal(retryMs(swept), 30_000);
  const once = conditions(undefined, swept, 0);
  assert.equal(conditions(once, swept, 99_000), once, 'said once');
});
test('namespace: a resource that cannot be deleted: a condition with the reason', () => {
  const list = conditions(undefined, { left: [], failures: ['no'] }, 0);
  const failure = list.find(({ type }) => type === 'NamespaceDeletionContentFailure');
  assert.deepEqual(
    [failure?.status, failure?.message],
    ['True', 'Failed to delete all resource types, 1 remaining: no'],
  );
});
