import assert from 'node:assert/strict';
import { test } from 'node:test';
import { charged } from '../../../api/quota/charge.ts';
import { usageOf } from '../../../api/quota/usage.ts';
import type { KubeObject } from '../../../api/types/meta.ts';
import { crontab, definition } from '../../catalog/crontab.ts';
import { type Any, configMap, pod, Rig } from '../../rig.ts';

const quota = (hard: object, more: object = {}): Any => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'q' },
  spec: { hard, ...more },
});
const sized = (name: string, cpu: string, more: object = {}): Any =>
  pod(name, { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }], ...more });
/** With its status counted. */
const limited = (rig: Rig, body: Any): void => {
  rig.ok('create', 'resourcequotas', { body });
  rig.world.until('the quota is counted', () => rig.ok('get', 'resourcequotas', { name: 'q' }).status.hard, 10_000);
};
const used = (rig: Rig): Any => rig.ok('get', 'resourcequotas', { name: 'q' }).status.used;
const becomes = (rig: Rig, wanted: object): void => {
  rig.world.until(
    `used is ${JSON.stringify(wanted)}`,
    () => JSON.stringify(used(rig)) === JSON.stringify(wanted),
    10_000,
  );
};

test('quota: a new one: its status tells what is used already', () => {
  const rig = new Rig();
  rig.ok('create', 'configmaps', { body: configMap('a') });
  rig.ok('create', 'pods', { body: sized('p', '250m') });
  limited(rig, quota({ configmaps: '5', cpu: '1', pods: '3', 'count/deployments.apps': '2', services: '1' }));
  assert.deepEqual(used(rig), {
    configmaps: '1',
    'count/deployments.apps': '0',
    cpu: '250m',
    pods: '1',
    services: '1',
  });
});

test('quota: beyond it: refused with what was asked, used and allowed; nothing is charged', () => {
  const rig = new Rig();
  limited(rig, quota({ 'requests.cpu': '1', pods: '2' }));
  rig.ok('create', 'pods', { body: sized('a', '600m') });
  assert.equal(
    rig.refusal('create', 'pods', { body: sized('b', '500m') }),
    '403 Forbidden: pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
  );
  assert.equal(
    rig.refusal('create', 'pods', { body: pod('b') }),
    '403 Forbidden: pods "b" is forbidden: failed quota: q: must specify requests.cpu for: c',
  );
  assert.deepEqual(used(rig), { pods: '1', 'requests.cpu': '600m' });
  rig.ok('create', 'pods', { body: sized('b', '400m'), options: { dryRun: true } });
  assert.deepEqual(used(rig), { pods: '1', 'requests.cpu': '600m' });
});

test('quota: what is deleted, ended or never written: given back', () => {
  const rig = new Rig();
  limited(rig, quota({ configmaps: '2', pods: '2' }));
  for (const name of ['a', 'b']) rig.ok('create', 'configmaps', { body: configMap(name) });
  assert.match(
    rig.refusal('create', 'configmaps', { body: configMap('c') }),
    /exceeded quota: q, requested: configmaps=1/,
  );
  rig.ok('delete', 'configmaps', { name: 'a' });
  becomes(rig, { configmaps: '1', pods: '0' });
  assert.match(rig.refusal('create', 'configmaps', { body: configMap('b') }), /^409 AlreadyExists/);
  becomes(rig, { configmaps: '1', pods: '0' });
  rig.ok('create', 'pods', { body: pod('p') });
  assert.equal(used(rig).pods, '1');
  const status = { phase: 'Succeeded' };
  rig.ok('patch', 'pods', { name: 'p', subresource: 'status', patchType: 'merge', body: { status } });
  becomes(rig, { configmaps: '1', pods: '0' });
});

test('quota: many at once at two servers: never more than it allows', () => {
  for (const seed of [1, 2, 3]) {
    const rig = new Rig({ seed, servers: 2 });
    limited(rig, quota({ configmaps: '10' }));
    const answers: string[] = [];
    for (let i = 0; i < 30; i++)
      rig.send('create', 'configmaps', { body: configMap(`m${i}`) }, (reply) => void answers.push(reply.type));
    rig.world.until('all answered', () => answers.length === 30, 60_000);
    assert.equal(answers.filter((type) => type === 'api.object').length, 10);
    assert.equal(rig.ok('list', 'configmaps').items.length, 10);
    rig.world.advance(61_000);
    assert.deepEqual(used(rig), { configmaps: '10' });
  }
});

test('quota: scopes: only pods that are meant count', () => {
  const rig = new Rig();
  limited(rig, quota({ pods: '1' }, { scopes: ['BestEffort'] }));
  rig.ok('create', 'pods', { body: sized('guaranteed', '1') });
  rig.ok('create', 'pods', { body: pod('best') });
  assert.deepEqual(used(rig), { pods: '1' });
  assert.match(rig.refusal('create', 'pods', { body: pod('other') }), /exceeded quota: q, requested: pods=1/);
  rig.ok('create', 'pods', { body: sized('more', '1') });
});

test('quota: a service that becomes of another type: charged for what it adds', () => {
  const rig = new Rig();
  limited(rig, quota({ services: '3', 'services.nodeports': '0' }));
  // One is Service kubernetes.
  const spec = { ports: [{ port: 80 }], selector: { a: 'b' } };
  rig.ok('create', 'services', { body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec } });
  const grow = { name: 's', patchType: 'merge', body: { spec: { type: 'NodePort' } } } as const;
  assert.match(rig.refusal('patch', 'services', grow), /exceeded quota: q, requested: services.nodeports=1/);
  assert.deepEqual(used(rig), { services: '2', 'services.nodeports': '0' });
});

test('quota: custom resources: counted as count/<resource>.<group>', () => {
  const rig = new Rig();
  rig.ok('create', 'customresourcedefinitions', { group: 'apiextensions.k8s.io', namespace: '', body: definition() });
  rig.world.until('it is served', () => rig.api.engine.catalog.customs().length > 0, 10_000);
  limited(rig, quota({ 'count/crontabs.stable.example.com': '1' }));
  const make = (name: string) => ({ group: 'stable.example.com', body: crontab(name) });
  rig.ok('create', 'crontabs', make('a'));
  assert.match(rig.refusal('create', 'crontabs', make('b')), /exceeded quota: q, requested: count\/crontabs/);
  rig.ok('delete', 'crontabs', { group: 'stable.example.com', name: 'a' });
  becomes(rig, { 'count/crontabs.stable.example.com': '0' });
});

test('quota: a pod that comes into the scope of another quota: charged there, and given back where it was', () => {
  const rig = new Rig();
  limited(rig, quota({ pods: '1' }, { scopes: ['Terminating'] }));
  rig.ok('create', 'pods', { body: pod('p') });
  assert.deepEqual(used(rig), { pods: '0' });
  const body = { spec: { activeDeadlineSeconds: 100 } };
  rig.ok('patch', 'pods', { name: 'p', patchType: 'merge', body });
  assert.deepEqual(used(rig), { pods: '1' });
  assert.match(rig.refusal('create', 'pods', { body: pod('q', body.spec) }), /exceeded quota/);
});

test('usage: by kind: as the evaluators of Kubernetes say', () => {
  const claim = {
    spec: { storageClassName: 'gold', resources: { requests: { storage: '1Gi' } } },
  };
  assert.deepEqual(Object.fromEntries(usageOf({ group: '', resource: 'persistentvolumeclaims' }, claim, 0)), {
    'count/persistentvolumeclaims': '1',
    persistentvolumeclaims: '1',
    'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
    'requests.storage': '1Gi',
    'gold.storageclass.storage.k8s.io/requests.storage': '1Gi',
  });
  const gpu = pod('p', {
    containers: [
      { name: 'c', image: 'i', resources: { limits: { 'x.com/gpu': '2' }, requests: { 'x.com/gpu': '2' } } },
    ],
  });
  assert.deepEqual(Object.fromEntries(usageOf({ group: '', resource: 'pods' }, gpu, 0)), {
    'count/pods': '1',
    pods: '1',
    'requests.x.com/gpu': '2',
  });
  const devices = {
    requests: [
      { name: 'a', exactly: { deviceClassName: 'gold', count: 2 } },
      { name: 'b', exactly: { deviceClassName: 'gold', allocationMode: 'All' } },
      {
        name: 'c',
        firstAvailable: [
          { deviceClassName: 'tin', count: 1 },
          { deviceClassName: 'tin', count: 3 },
        ],
      },
    ],
  };
  assert.deepEqual(
    Object.fromEntries(usageOf({ group: 'resource.k8s.io', resource: 'resourceclaims' }, { spec: { devices } }, 0)),
    {
      'count/resourceclaims.resource.k8s.io': '1',
      'gold.deviceclass.resource.k8s.io/devices': '34',
      'tin.deviceclass.resource.k8s.io/devices': '3',
    },
  );
  const balanced = { spec: { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [{ port: 1 }] } };
  const own = usageOf({ group: '', resource: 'services' }, balanced, 0);
  assert.deepEqual([own.get('services.loadbalancers'), own.get('services.nodeports')], ['1', '0']);
});

test('charge: a quota that nobody has counted: unknown, and nothing passes', () => {
  const uncounted = { ...quota({ pods: '1' }), status: { hard: { pods: '1' } } } as KubeObject;
  assert.deepEqual(charged([uncounted], { of: { group: '', resource: 'pods' }, object: pod('p') }, 0), {
    why: 'status unknown for quota: q, resources: pods',
  });
});
