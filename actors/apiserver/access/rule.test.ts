import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessObjects } from './bootstrap/objects.ts';
import { type Action, allows, type PolicyRule, printed, uncovered } from './rule.ts';

const pods = (verb: string, more: object = {}): Action => ({
  verb,
  group: '',
  resource: 'pods',
  subresource: '',
  namespace: 'default',
  name: '',
  ...more,
});
const rule = (more: object = {}): PolicyRule => ({
  verbs: ['get', 'list'],
  apiGroups: [''],
  resources: ['pods'],
  ...more,
});

test('rules: what they allow: table', () => {
  const table: readonly (readonly [PolicyRule, Action, boolean])[] = [
    [rule(), pods('get'), true],
    [rule(), pods('create'), false],
    [rule({ verbs: ['*'] }), pods('create'), true],
    [rule(), pods('get', { group: 'apps' }), false],
    [rule(), pods('get', { subresource: 'log' }), false],
    [rule({ resources: ['pods/log'] }), pods('get', { subresource: 'log' }), true],
    [rule({ resources: ['*/log'] }), pods('get', { subresource: 'log' }), true],
    [rule({ resourceNames: ['a'] }), pods('get', { name: 'a' }), true],
    [rule({ resourceNames: ['a'] }), pods('list'), false],
    [{ verbs: ['get'], nonResourceURLs: ['/healthz/*'] }, { verb: 'get', path: '/healthz/etcd' }, true],
    [{ verbs: ['get'], nonResourceURLs: ['/healthz'] }, { verb: 'get', path: '/healthz/etcd' }, false],
    [rule({ resources: ['*'], apiGroups: ['*'], verbs: ['*'] }), { verb: 'get', path: '/healthz' }, false],
  ];
  for (const [given, action, allowed] of table)
    assert.equal(allows(given, action), allowed, `${printed(given)} ${JSON.stringify(action)}`);
});

test('rules: what somebody would give away and does not have: each verb of each resource', () => {
  const asked = rule({ verbs: ['get', 'delete'], resources: ['pods', 'secrets'] });
  assert.deepEqual(uncovered([rule()], [asked]).map(printed), [
    '{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}',
    '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
    '{APIGroups:[""], Resources:["secrets"], Verbs:["delete"]}',
  ]);
  assert.deepEqual(uncovered([rule({ verbs: ['*'], resources: ['*'] })], [asked]), []);
  const named = rule({ resourceNames: ['a'] });
  assert.equal(uncovered([named], [rule()]).length, 2);
  assert.equal(uncovered([rule()], [named]).length, 0);
});

test('rules: of a new cluster: as many roles as Kubernetes has, sums filled in', () => {
  const objects = accessObjects() as unknown as readonly {
    kind: string;
    metadata: { name: string };
    rules: unknown[];
  }[];
  const named = (name: string) =>
    objects.find(({ kind, metadata }) => kind === 'ClusterRole' && metadata.name === name);
  assert.ok(named('admin')!.rules.length > named('edit')!.rules.length);
  assert.ok(named('edit')!.rules.length > named('view')!.rules.length);
  const keys = objects.map(({ kind, metadata }) => `${kind} ${JSON.stringify(metadata)}`);
  assert.equal(new Set(keys).size, keys.length);
});
