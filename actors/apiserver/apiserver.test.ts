import assert from 'node:assert/strict';
import { test } from 'node:test';
import { node, watchAll } from '../../runtime/address.ts';
import type { Change } from '../etcd/protocol.ts';
import { type Any, configMap, pod, Rig } from './rig.ts';

const cluster = { namespace: '' };

test('apiserver: first start: what every cluster has is there', () => {
  const rig = new Rig();
  const names = (resource: string, ask: object): string[] =>
    rig.ok('list', resource, ask).items.map((item: Any) => item.metadata.name);
  assert.deepEqual(names('namespaces', cluster), ['default', 'kube-node-lease', 'kube-public', 'kube-system']);
  assert.deepEqual(names('priorityclasses', { ...cluster, group: 'scheduling.k8s.io' }), [
    'system-cluster-critical',
    'system-node-critical',
  ]);
  const service = rig.ok('get', 'services', { name: 'kubernetes' });
  assert.equal(service.spec.clusterIP, '10.96.0.1');
});

test('apiserver: create, get, update, patch, delete: as Kubernetes answers', () => {
  const rig = new Rig();
  const made = rig.ok('create', 'configmaps', { body: configMap('a', { x: '1' }) });
  assert.match(made.metadata.uid, /^[0-9a-f-]{36}$/);
  assert.equal(made.metadata.namespace, 'default');
  assert.deepEqual(rig.ok('get', 'configmaps', { name: 'a' }), made);
  const updated = rig.ok('update', 'configmaps', { name: 'a', body: { ...made, data: { x: '2' } } });
  assert.ok(Number(updated.metadata.resourceVersion) > Number(made.metadata.resourceVersion));
  assert.equal(
    rig.refusal('update', 'configmaps', { name: 'a', body: { ...made, data: { x: '3' } } }),
    '409 Conflict: Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
  );
  const patched = rig.ok('patch', 'configmaps', { name: 'a', patchType: 'merge', body: { data: { y: '1' } } });
  assert.deepEqual(patched.data, { x: '2', y: '1' });
  const json = [{ op: 'remove', path: '/data/x' }];
  assert.deepEqual(rig.ok('patch', 'configmaps', { name: 'a', patchType: 'json', body: json }).data, { y: '1' });
  const status = rig.ok('delete', 'configmaps', { name: 'a' });
  assert.deepEqual([status.status, status.details.uid], ['Success', made.metadata.uid]);
  assert.equal(rig.refusal('get', 'configmaps', { name: 'a' }), '404 NotFound: configmaps "a" not found');
});

test('apiserver: a pod: admitted, bound once, told to its node, deleted with grace', () => {
  const rig = new Rig();
  const told: string[] = [];
  rig.world.bus.subscribe(node('sim', 'n1', 'pods'), ({ message }) => void told.push((message as Change).type));
  const made = rig.ok('create', 'pods', { body: pod('web') });
  assert.equal(made.spec.serviceAccountName, 'default');
  assert.equal(made.spec.priority, 0);
  assert.deepEqual(
    made.spec.tolerations.map((toleration: Any) => [toleration.key, toleration.tolerationSeconds]),
    [
      ['node.kubernetes.io/not-ready', 300],
      ['node.kubernetes.io/unreachable', 300],
    ],
  );
  assert.match(made.spec.volumes[0].name, /^kube-api-access-/);
  assert.equal(made.status.phase, 'Pending');
  const binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'web' },
    target: { kind: 'Node', name: 'n1' },
  };
  const sub = { name: 'web', subresource: 'binding', body: binding };
  assert.equal(
    rig.refusal('create', 'pods', { ...sub, body: { ...binding, target: { kind: 'Minion' } } }),
    '422 Invalid: Binding "web" is invalid: [target.kind: Unsupported value: "Minion": supported values: "Node", "<empty>", target.name: Required value]',
  );
  assert.equal(rig.ok('create', 'pods', sub).status, 'Success');
  assert.equal(
    rig.refusal('create', 'pods', sub),
    '409 Conflict: Operation cannot be fulfilled on pods "web": pod web is already assigned to node "n1"',
  );
  assert.equal(rig.ok('list', 'pods', { options: { fieldSelector: 'spec.nodeName=n1' } }).items.length, 1);
  const going = rig.ok('delete', 'pods', { name: 'web' });
  assert.equal(going.metadata.deletionGracePeriodSeconds, 30);
  assert.equal(going.kind, 'Pod');
  rig.ok('delete', 'pods', { name: 'web', options: { gracePeriodSeconds: 0 } });
  assert.equal(rig.ask('get', 'pods', { name: 'web' }).fault.reason, 'NotFound');
  assert.deepEqual(told, ['change.put', 'change.put', 'change.delete']);
});

test('apiserver: finalizers: the object stays until the last is gone', () => {
  const rig = new Rig();
  rig.ok('create', 'configmaps', { body: configMap('held', {}, { finalizers: ['a/b'] }) });
  assert.ok(rig.ok('delete', 'configmaps', { name: 'held' }).metadata.deletionTimestamp);
  rig.ok('patch', 'configmaps', { name: 'held', patchType: 'merge', body: { metadata: { finalizers: null } } });
  assert.equal(rig.ask('get', 'configmaps', { name: 'held' }).fault.reason, 'NotFound');
});

test('apiserver: changes on the bus: what controllers hear', () => {
  const rig = new Rig();
  const seen: string[] = [];
  rig.world.bus.subscribe(watchAll('sim', '', 'configmaps'), ({ message }) => void seen.push((message as Change).type));
  rig.ok('create', 'configmaps', { body: configMap('a') });
  rig.ok('patch', 'configmaps', { name: 'a', patchType: 'merge', body: { data: { y: '1' } } });
  rig.ok('delete', 'configmaps', { name: 'a' });
  assert.deepEqual(seen, ['change.put', 'change.put', 'change.delete']);
});
