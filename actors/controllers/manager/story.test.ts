import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourcesOf } from '../../api/custom/compile.ts';
import { CONFIGMAPS, EVENTS, LEASES, NAMESPACES, NODES, PODS, SECRETS, SERVICE_ACCOUNTS } from '../../api/resource.ts';
import { findResource } from '../../api/resources.ts';
import type { ConfigMap } from '../../api/types/cluster.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import { controllerRef } from '../../client/owners.ts';
import { garbageCollector } from '../garbage-collector/index.ts';
import { namespaceController } from '../namespace/index.ts';
import { nodeLifecycleController } from '../node-lifecycle/index.ts';
import { podGarbageCollector } from '../pod-gc/index.ts';
import { rootCaPublisher } from '../root-ca/index.ts';
import { serviceAccountController } from '../service-account/index.ts';
import { serviceAccountTokenController } from '../service-account-token/index.ts';
import { taintEvictionController } from '../taint-eviction/index.ts';
import { Story } from './cluster.fixture.ts';

const CA = '-----BEGIN CERTIFICATE-----\nsim\n-----END CERTIFICATE-----\n';
const everything = () => [
  rootCaPublisher({ ca: CA }),
  serviceAccountController,
  serviceAccountTokenController({ ca: CA }),
  namespaceController,
  garbageCollector(),
  podGarbageCollector(),
  nodeLifecycleController(),
  taintEvictionController(),
];
const taintsOf = (story: Story, node: string): string =>
  (story.seen(NODES).get(node)?.spec.taints ?? [])
    .map(({ key, effect }) => `${key.split('/')[1]}:${effect}`)
    .sort()
    .join();
const owned = (owner: KubeObject): object => ({ metadata: { ownerReferences: [controllerRef(owner)] } });

test('namespace: made: it gets its service account and the CA; deleted with all in it: nothing is left', () => {
  const story = new Story();
  story.manager('m', everything());
  const maps = story.seen(CONFIGMAPS);
  const accounts = story.seen(SERVICE_ACCOUNTS);
  story.create(NAMESPACES, '', 'team');
  story.until(
    'furnished',
    () => maps.get('team/kube-root-ca.crt') !== undefined && accounts.get('team/default') !== undefined,
  );
  assert.equal(maps.get('team/kube-root-ca.crt')?.data?.['ca.crt'], CA);
  for (let i = 0; i < 20; i++) story.create(CONFIGMAPS, 'team', `map-${i}`);
  story.create(CONFIGMAPS, 'team', 'held', { metadata: { finalizers: ['example.com/hold'] } });
  story.do('delete', story.client.delete(NAMESPACES, '', 'team'));
  const conditions = () =>
    (story.seen(NAMESPACES).get('team')?.status.conditions ?? []).filter(({ status }) => status === 'True');
  story.until('it says what holds it', () => conditions().length === 2);
  assert.match(
    conditions()
      .map(({ message }) => message)
      .join(),
    /example.com\/hold in 1 resource instances/,
  );
  assert.deepEqual(
    maps.list('team').map(({ metadata }) => metadata.name),
    ['held'],
  );
  story.do('let go', story.client.patch(CONFIGMAPS, 'team', 'held', { metadata: { finalizers: [] } }));
  story.until('gone', () => story.seen(NAMESPACES).get('team') === undefined);
  assert.equal(maps.list('team').length, 0);
  assert.equal(accounts.list('team').length, 0);
});

test('garbage collector: the owner is gone: what it owned goes, to the last generation', () => {
  const story = new Story();
  story.manager('m', [garbageCollector()]);
  const maps = story.seen(CONFIGMAPS);
  const owner = story.create(CONFIGMAPS, 'default', 'owner');
  const child = story.create(CONFIGMAPS, 'default', 'child', owned(owner));
  story.create(CONFIGMAPS, 'default', 'grandchild', owned(child));
  const other = story.create(CONFIGMAPS, 'default', 'other');
  const both = [controllerRef(other), { ...controllerRef(owner), controller: false }];
  story.create(CONFIGMAPS, 'default', 'shared', { metadata: { ownerReferences: both } });
  story.world.advance(1_000);
  story.do('delete', story.client.delete(CONFIGMAPS, 'default', 'owner', { propagationPolicy: 'Background' }));
  story.until('collected', () => maps.list('default').length === 2);
  story.until('disowned', () => maps.get('default/shared')?.metadata.ownerReferences?.length === 1);
});
test('garbage collector: foreground: the owner stays until its dependents are gone', () => {
  const story = new Story();
  story.manager('m', [garbageCollector()]);
  const maps = story.seen(CONFIGMAPS);
  const owner = story.create(CONFIGMAPS, 'default', 'owner');
  const held = { ownerReferences: [controllerRef(owner)], finalizers: ['example.com/hold'] };
  story.create(CONFIGMAPS, 'default', 'child', { metadata: held });
  story.do('delete', story.client.delete(CONFIGMAPS, 'default', 'owner', { propagationPolicy: 'Foreground' }));
  story.until('child told to go', () => maps.get('default/child')?.metadata.deletionTimestamp !== undefined);
  story.world.advance(60_000);
  assert.ok(maps.get('default/owner'));
  story.do('let go', story.client.patch(CONFIGMAPS, 'default', 'child', { metadata: { finalizers: [] } }));
  story.until('both gone', () => maps.size === 0);
});
test('garbage collector: foreground in a circle: all of it goes', () => {
  const story = new Story();
  story.manager('m', [garbageCollector()]);
  const maps = story.seen(CONFIGMAPS);
  const a = story.create(CONFIGMAPS, 'default', 'a');
  const b = story.create(CONFIGMAPS, 'default', 'b', owned(a));
  story.do('close it', story.client.patch(CONFIGMAPS, 'default', 'a', owned(b)));
  story.do('delete', story.client.delete(CONFIGMAPS, 'default', 'a', { propagationPolicy: 'Foreground' }));
  story.until('all gone', () => maps.size === 0);
});
test('garbage collector: orphan: the dependents stay, without the owner', () => {
  const story = new Story();
  story.manager('m', [garbageCollector()]);
  const maps = story.seen(CONFIGMAPS);
  const owner = story.create(CONFIGMAPS, 'default', 'owner');
  story.create(CONFIGMAPS, 'default', 'child', owned(owner));
  story.world.advance(1_000);
  story.do('delete', story.client.delete(CONFIGMAPS, 'default', 'owner', { propagationPolicy: 'Orphan' }));
  story.until('owner gone', () => maps.get('default/owner') === undefined);
  story.world.advance(60_000);
  assert.deepEqual(maps.get('default/child')?.metadata.ownerReferences ?? [], []);
});
test('garbage collector: an owner that never was: verified with the server, then collected', () => {
  const story = new Story();
  const [uid, name] = ['11111111-1111-4111-8111-111111111111', 'never'];
  const reference = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid };
  story.until('served', () => story.seen(PODS).synced);
  story.create(CONFIGMAPS, 'default', 'child', { metadata: { ownerReferences: [reference] } });
  story.create(CONFIGMAPS, 'default', 'foreign', {
    metadata: { ownerReferences: [{ ...reference, apiVersion: 'example.com/v1', kind: 'Widget' }] },
  });
  story.manager('m', [garbageCollector()]);
  const maps = story.seen(CONFIGMAPS);
  story.until('collected', () => maps.get('default/child') === undefined);
  story.world.advance(10_000);
  assert.ok(maps.get('default/foreign'), 'of a kind that nobody knows nothing is deleted');
});

const nodeLoss = (seed: number): string[] => {
  const story = new Story(seed);
  const from = story.clock.now();
  const lines: string[] = [];
  const at = (what: string): void => void lines.push(`${Math.round((story.clock.now() - from) / 1_000)} ${what}`);
  story.manager('m', everything());
  for (const name of ['n1', 'n2', 'n3']) story.node(name);
  const pods = story.seen(PODS);
  story.pod('web', 'n1');
  story.pod('elsewhere', 'n2');
  story.world.advance(30_000);
  assert.equal(taintsOf(story, 'n1'), '');
  story.silence('n1');
  const ready = () =>
    story
      .seen(NODES)
      .get('n1')
      ?.status.conditions?.find(({ type }) => type === 'Ready');
  story.until('unknown', () => ready()?.status === 'Unknown');
  at('unknown');
  const events = story.seen(EVENTS);
  const reasons = () =>
    events.list().flatMap(({ reason, involvedObject }) => (involvedObject.name === 'n1' ? [reason] : []));
  story.until('said so', () => reasons().includes('RegisteredNode') && reasons().includes('NodeNotReady'), 2_000);
  assert.deepEqual([ready()?.reason, ready()?.message], ['NodeStatusUnknown', 'Kubelet stopped posting node status.']);
  story.until('tainted', () => taintsOf(story, 'n1') === 'unreachable:NoExecute,unreachable:NoSchedule', 20_000);
  at('tainted');
  const isReady = (name: string) =>
    pods.get(`default/${name}`)?.status.conditions?.find(({ type }) => type === 'Ready')?.status;
  story.until('its pod is not ready', () => isReady('web') === 'False', 5_000);
  assert.equal(isReady('elsewhere'), 'True');
  story.until('evicted', () => pods.get('default/web')?.metadata.deletionTimestamp !== undefined, 400_000);
  at('evicted');
  const disruption = pods.get('default/web')?.status.conditions?.find(({ type }) => type === 'DisruptionTarget');
  assert.equal(disruption?.reason, 'DeletionByTaintManager');
  story.do('node deleted', story.client.delete(NODES, '', 'n1'));
  story.until('pod gone', () => pods.get('default/web') === undefined);
  at('collected');
  assert.ok(pods.get('default/elsewhere'));
  assert.equal(story.seen(LEASES).get('kube-node-lease/n1')?.metadata.name, 'n1', 'not owned, not collected');
  lines.push(`revision ${story.seen(PODS).get('default/elsewhere')?.metadata.resourceVersion}`);
  return lines;
};
test('node lifecycle: a silent kubelet: unknown after the grace, its pods evicted 300 s later; twice the same', () => {
  const lines = nodeLoss(7);
  const seconds = lines.slice(0, 4).map((line) => Number(line.split(' ')[0]));
  const [unknown = 0, tainted = 0, evicted = 0, collected = 0] = seconds;
  assert.ok(unknown >= 70 && unknown <= 81, lines.join());
  assert.ok(tainted - unknown <= 1, lines.join());
  assert.ok(evicted - tainted >= 299 && evicted - tainted <= 301, lines.join());
  assert.ok(collected - evicted <= 45, lines.join());
  assert.deepEqual(nodeLoss(7), lines);
});
test('node lifecycle: it comes back in time: no taint is left, nobody was evicted', () => {
  const story = new Story();
  story.manager('m', everything());
  for (const name of ['n1', 'n2', 'n3']) story.node(name);
  story.pod('web', 'n1');
  story.silence('n1');
  story.until('tainted', () => taintsOf(story, 'n1').includes('NoExecute'), 120_000);
  story.world.advance(100_000);
  const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: '', lastHeartbeatTime: 'x' };
  const patch = { status: { conditions: [{ ...ready, lastHeartbeatTime: '2026-01-01T01:00:00Z' }] } };
  story.do('back', story.client.patch(NODES, '', 'n1', patch, { type: 'strategic', subresource: 'status' }));
  story.until('untainted', () => taintsOf(story, 'n1') === '', 5_000);
  story.world.advance(40_000);
  assert.equal(story.seen(PODS).get('default/web')?.metadata.deletionTimestamp, undefined);
});
test('node lifecycle: every node falls silent: nobody is evicted', () => {
  const story = new Story();
  story.manager('m', everything());
  for (const name of ['n1', 'n2']) {
    story.node(name);
    story.silence(name);
  }
  story.pod('web', 'n1');
  story.world.advance(600_000);
  assert.equal(taintsOf(story, 'n1'), 'unreachable:NoSchedule');
  assert.equal(story.seen(PODS).get('default/web')?.metadata.deletionTimestamp, undefined);
});
test('node lifecycle: cordoned: tainted so', () => {
  const story = new Story();
  story.manager('m', everything());
  story.node('n1');
  story.do('cordon', story.client.patch(NODES, '', 'n1', { spec: { unschedulable: true } }));
  story.until('tainted', () => taintsOf(story, 'n1') === 'unschedulable:NoSchedule');
  story.do('uncordon', story.client.patch(NODES, '', 'n1', { spec: { unschedulable: false } }));
  story.until('untainted', () => taintsOf(story, 'n1') === '');
});
test('taint eviction: a pod without toleration goes at once, another when its seconds are over', () => {
  const story = new Story();
  story.manager('m', [taintEvictionController()]);
  const pods = story.seen(PODS);
  story.node('n1');
  story.pod('none', 'n1');
  const drill = { key: 'drill', operator: 'Exists', effect: 'NoExecute' };
  story.pod('some', 'n1', { spec: { tolerations: [{ ...drill, tolerationSeconds: 60 }] } });
  story.pod('ever', 'n1', { spec: { tolerations: [drill] } });
  const leaving = (name: string): boolean => {
    const pod = pods.get(`default/${name}`);
    return pod === undefined || pod.metadata.deletionTimestamp !== undefined;
  };
  story.do('taint', story.client.patch(NODES, '', 'n1', { spec: { taints: [{ key: 'drill', effect: 'NoExecute' }] } }));
  story.until('none goes', () => leaving('none'), 5_000);
  story.world.advance(50_000);
  assert.equal(leaving('some'), false);
  story.until('some goes', () => leaving('some'), 15_000);
  story.world.advance(600_000);
  assert.equal(leaving('ever'), false);
});

test('pod gc: more terminated pods than may stay: the oldest go', () => {
  const story = new Story();
  story.manager('m', [podGarbageCollector({ terminatedMax: 2 })]);
  const pods = story.seen(PODS);
  for (const name of ['a', 'b', 'c', 'd']) {
    story.create(PODS, 'default', name, { spec: { containers: [{ name: 'app', image: 'app' }] } });
    const patch = { status: { phase: 'Succeeded' } };
    story.do('ends', story.client.patch(PODS, 'default', name, patch, { subresource: 'status' }));
    story.world.advance(1_000);
  }
  story.until('two are left', () => pods.size === 2);
  assert.deepEqual(
    pods.list().map(({ metadata }) => metadata.name),
    ['c', 'd'],
  );
});
test('pod gc: its node is out of service: a pod that is leaving is gone', () => {
  const story = new Story();
  story.manager('m', everything());
  const pods = story.seen(PODS);
  for (const name of ['n1', 'n2', 'n3']) story.node(name);
  story.pod('web', 'n1');
  story.silence('n1');
  story.until('unreachable', () => taintsOf(story, 'n1') !== '', 120_000);
  story.do('delete', story.client.delete(PODS, 'default', 'web'));
  story.world.advance(60_000);
  assert.ok(pods.get('default/web'), 'no kubelet, no end');
  const taints = [...(story.seen(NODES).get('n1')?.spec.taints ?? [])];
  const out = { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' };
  story.do('taint', story.client.patch(NODES, '', 'n1', { spec: { taints: [...taints, out] } }));
  story.until('gone', () => pods.get('default/web') === undefined);
});

test('service account token: a secret asks for it: filled; its account goes: so does it', () => {
  const story = new Story();
  story.manager('m', everything());
  const secrets = story.seen(SECRETS);
  story.create(SERVICE_ACCOUNTS, 'default', 'robot');
  story.create(SECRETS, 'default', 'robot-token', {
    metadata: { annotations: { 'kubernetes.io/service-account.name': 'robot' } },
    type: 'kubernetes.io/service-account-token',
  });
  story.until('filled', () => (secrets.get('default/robot-token')?.data?.['token'] ?? '') !== '');
  const { data } = secrets.get('default/robot-token')!;
  assert.equal(Buffer.from(data?.['ca.crt'] ?? '', 'base64').toString(), CA);
  assert.equal(Buffer.from(data?.['namespace'] ?? '', 'base64').toString(), 'default');
  story.do('delete', story.client.delete(SERVICE_ACCOUNTS, 'default', 'robot'));
  story.until('gone', () => secrets.get('default/robot-token') === undefined);
});

/** Counts, for each manager, what it did while it ran: one config map a second. */
const scribe = (name: string) => ({
  name: 'scribe-controller',
  watches: [],
  start: (io: { enqueue(key: string): void }) => io.enqueue('write'),
  *reconcile(_: string, io: Parameters<ReturnType<typeof garbageCollector>['reconcile']>[1]) {
    yield* io.client.create<ConfigMap>(CONFIGMAPS, 'default', { metadata: { generateName: `${name}-` } });
    return { afterMs: 1_000 };
  },
});
test('leader election: one of two works; it crashes: the other takes over; stopped in order: at once', () => {
  const story = new Story();
  const maps = story.seen(CONFIGMAPS);
  const by = (name: string): number =>
    maps.list('default').filter(({ metadata }) => metadata.name.startsWith(name)).length;
  story.manager('m1', [scribe('m1')], true);
  story.world.advance(5_000);
  const second = story.manager('m2', [scribe('m2')], true);
  story.world.advance(30_000);
  assert.ok(by('m1') > 30, `${by('m1')}`);
  assert.equal(by('m2'), 0);
  story.world.crash('m1');
  const crashedAt = story.clock.now();
  story.until('taken over', () => by('m2') > 0);
  const took = story.clock.now() - crashedAt;
  assert.ok(took > 10_000 && took < 20_000, `${took} ms`);
  const lease = () => story.seen(LEASES).get('kube-system/scribe-controller')?.spec;
  assert.equal(lease()?.leaseTransitions, 1);
  story.manager('m3', [scribe('m3')], true);
  story.world.advance(5_000);
  second.stop();
  const stoppedAt = story.clock.now();
  story.until('handed over', () => by('m3') > 0);
  assert.ok(story.clock.now() - stoppedAt < 4_000, `${story.clock.now() - stoppedAt} ms`);
});
test('reconciler: its host crashes and comes back: everything is looked at again', () => {
  const story = new Story();
  story.manager('m', everything());
  story.world.advance(2_000);
  story.world.crash('m');
  story.create(NAMESPACES, '', 'late');
  story.world.advance(5_000);
  assert.equal(story.seen(SERVICE_ACCOUNTS).get('late/default'), undefined);
  story.manager('m', everything());
  story.until('furnished', () => story.seen(SERVICE_ACCOUNTS).get('late/default') !== undefined);
});

test('controllers: messages overtake each other: a namespace full of families goes all the same', () => {
  for (const seed of [1, 2, 3]) {
    const story = new Story(seed, [0.1, 40]);
    story.manager('m1', everything(), true);
    story.manager('m2', everything(), true);
    const maps = story.seen(CONFIGMAPS);
    story.create(NAMESPACES, '', 'team');
    for (let i = 0; i < 5; i++) {
      const owner = story.create(CONFIGMAPS, 'team', `owner-${i}`);
      for (let j = 0; j < 3; j++) story.create(CONFIGMAPS, 'team', `child-${i}-${j}`, owned(owner));
    }
    const policy = { propagationPolicy: 'Foreground' } as const;
    for (let i = 0; i < 4; i++) story.do('delete', story.client.delete(CONFIGMAPS, 'team', `owner-${i}`, policy));
    const left = (): number => maps.list('team').filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt').length;
    story.until('one family is left', () => left() === 4);
    story.do('delete', story.client.delete(NAMESPACES, '', 'team'));
    story.until('gone', () => story.seen(NAMESPACES).get('team') === undefined && maps.list('team').length === 0);
  }
});
test('leader election: no API for a minute: the leader stops in time, and works again afterwards', () => {
  const story = new Story();
  const maps = story.seen(CONFIGMAPS);
  story.manager('m1', [scribe('m1')], true);
  story.until('it works', () => maps.list('default').length > 3);
  const state = (): unknown =>
    story.world
      .host('m1')
      .actors()
      .find(({ address }) => address.component === 'controller')
      ?.snapshot().value;
  story.world.crash('apiserver');
  story.world.advance(8_000);
  assert.equal(state(), 'running');
  story.world.advance(5_000);
  assert.equal(state(), 'standby');
  story.world.advance(47_000);
  story.startApiserver();
  story.until('it leads again', () => state() === 'running', 30_000);
  const before = maps.list('default').length;
  story.until('it works again', () => maps.list('default').length > before + 3);
});
test('manager: stopped in order: nothing of it is left on its host', () => {
  const story = new Story();
  const manager = story.manager('m', everything(), true);
  for (const name of ['n1', 'n2']) story.node(name);
  story.world.advance(5_000);
  assert.ok(story.world.host('m').actors().length > 70);
  let stopped = false;
  manager.stop(() => {
    stopped = true;
  });
  story.until('stopped', () => stopped, 10_000);
  assert.deepEqual(
    story.world
      .host('m')
      .actors()
      .map(({ address }) => address.component),
    [],
  );
});

test('garbage collector: the owner is a custom resource: what it owned goes after it; a namespace takes it along', () => {
  const story = new Story();
  story.manager('m', everything());
  const maps = story.seen(CONFIGMAPS);
  const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' };
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const spec = {
    group: 'example.com',
    scope: 'Namespaced',
    names,
    versions: [{ name: 'v1', served: true, storage: true, schema }],
  };
  const definitions = findResource('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')!;
  story.create(definitions, '', 'widgets.example.com', { spec });
  const seen = story.seen(definitions);
  story.until('established', () => resourcesOf(seen.get('widgets.example.com')!).length === 1);
  const [widgets] = resourcesOf(seen.get('widgets.example.com')!);
  const owner = story.create(widgets!, 'default', 'owner');
  story.create(CONFIGMAPS, 'default', 'child', owned(owner));
  story.world.advance(30_000);
  assert.ok(maps.get('default/child'));
  const before = story.world.clock.now();
  story.do('delete', story.client.delete(widgets!, 'default', 'owner'));
  story.until('collected', () => maps.get('default/child') === undefined);
  assert.ok(story.world.clock.now() - before < 2_000, 'it is watched, not asked for');
  // The other way round: a custom resource goes with what owned it, one after the other.
  const map = story.create(CONFIGMAPS, 'default', 'map');
  const first = story.create(widgets!, 'default', 'first', owned(map));
  story.create(widgets!, 'default', 'second', owned(first));
  story.do('delete', story.client.delete(CONFIGMAPS, 'default', 'map'));
  const left = () => story.do('list', story.client.list(widgets!, 'default')) as readonly unknown[];
  for (let i = 0; i < 20 && left().length > 0; i++) story.world.advance(100);
  assert.deepEqual(left(), []);
  story.create(NAMESPACES, '', 'team');
  story.create(widgets!, 'team', 'w');
  story.do('delete', story.client.delete(NAMESPACES, '', 'team'));
  story.until('gone', () => story.seen(NAMESPACES).get('team') === undefined);
  assert.deepEqual(story.do('list', story.client.list(widgets!, '')), []);
});
