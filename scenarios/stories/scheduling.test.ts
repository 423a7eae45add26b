import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  EVENTS,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  PODS,
  PRIORITY_CLASSES,
  STORAGE_CLASSES,
} from '../../actors/api/resource.ts';
import type { Pod } from '../../actors/api/types/pod.ts';
import { RESOURCE_CLAIMS } from '../../actors/scheduler/devices/dynamic-resources.ts';
import { SimCluster } from '../sim/cluster.ts';
import { pod } from '../sim/objects.ts';

const ZONE = 'topology.kubernetes.io/zone';
const asking = (name: string, cpu: string, spec: object = {}) =>
  pod(name, { containers: [{ name: 'main', image: 'nginx', resources: { requests: { cpu } } }], ...spec });
const scheduled = (cluster: SimCluster, name: string) =>
  cluster.find(PODS, name)?.status.conditions?.find(({ type }) => type === 'PodScheduled');
const messages = (cluster: SimCluster, reason: string): readonly string[] =>
  cluster
    .list(EVENTS, 'default')
    .filter((event) => event.reason === reason)
    .map((event) => event.message);
const important = (cluster: SimCluster, value = 1_000): void => {
  cluster.create(PRIORITY_CLASSES, { metadata: { name: 'important' }, value });
};
const runs = (cluster: SimCluster, name: string): boolean => cluster.find(PODS, name)?.status.phase === 'Running';

/** One node full of unimportant pods, and an important one comes. */
function preempting(seed: number): SimCluster {
  const slow = { image: 'nginx', behaviour: { stopDelayMs: 5_000 } };
  const cluster = new SimCluster({ seed, nodes: 1, traced: true, workloads: [slow] });
  important(cluster);
  for (const name of ['low-1', 'low-2']) cluster.create(PODS, asking(name, '1500m'));
  cluster.until('both run', () => runs(cluster, 'low-1') && runs(cluster, 'low-2'));
  cluster.create(PODS, asking('high', '2', { priorityClassName: 'important' }));
  cluster.until('it is nominated', () => cluster.get(PODS, 'high').status.nominatedNodeName === 'node-1');
  return cluster;
}
test('scheduling: a more important pod: one victim is told and goes with its grace, the pod takes its room', () => {
  const cluster = preempting(41);
  const leaving = (): readonly Pod[] =>
    cluster.list(PODS, 'default').filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  cluster.until('one is leaving', () => leaving().length === 1);
  const [victim] = leaving();
  const target = victim?.status.conditions?.find(({ type }) => type === 'DisruptionTarget');
  assert.equal(target?.reason, 'PreemptionByScheduler');
  assert.equal(target?.message, 'default-scheduler: preempting to accommodate a higher priority pod');
  assert.equal(scheduled(cluster, 'high')?.message, '0/1 nodes are available: 1 Insufficient cpu.');
  cluster.until('it runs', () => runs(cluster, 'high'));
  const { uid } = cluster.get(PODS, 'high').metadata;
  assert.deepEqual(messages(cluster, 'Preempted'), [`Preempted by pod ${uid} on node node-1`]);
  assert.equal(cluster.get(PODS, 'high').status.nominatedNodeName, undefined);
  assert.equal(cluster.list(PODS, 'default').length, 2, 'the other stays');
  assert.deepEqual(cluster.unhandled, []);
});
test('scheduling: preemption twice with one seed: the same trace', () => {
  assert.equal(preempting(42).trace.hash, preempting(42).trace.hash);
});
test('scheduling: spread over zones: no zone ahead by more than one, and who would be says why it waits', () => {
  const cluster = new SimCluster({ seed: 43, nodes: 4 });
  for (let i = 1; i <= 4; i++)
    cluster.do(cluster.client.patch(NODES, '', `node-${i}`, { metadata: { labels: { [ZONE]: i < 4 ? 'a' : 'b' } } }));
  const labelSelector = { matchLabels: { app: 'web' } };
  const constraint = { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector };
  const web = (name: string): void => {
    const spread = pod(name, { topologySpreadConstraints: [constraint] }, { labels: { app: 'web' } });
    cluster.create(PODS, spread);
  };
  for (let i = 0; i < 6; i++) web(`web-${i}`);
  const bound = (): readonly Pod[] => cluster.list(PODS, 'default').filter(({ spec }) => spec.nodeName !== undefined);
  cluster.until('all are bound', () => bound().length === 6);
  assert.equal(bound().filter(({ spec }) => spec.nodeName === 'node-4').length, 3);
  cluster.do(cluster.client.patch(NODES, '', 'node-4', { spec: { unschedulable: true } }));
  web('web-6');
  web('web-7');
  cluster.until('one waits', () => ['web-6', 'web-7'].some((name) => scheduled(cluster, name)?.status === 'False'));
  const waiting = ['web-6', 'web-7'].find((name) => scheduled(cluster, name)?.status === 'False')!;
  assert.equal(
    scheduled(cluster, waiting)?.message,
    "0/4 nodes are available: 1 node(s) were unschedulable, 3 node(s) didn't match pod topology spread constraints. " +
      'no new claims to deallocate, preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, ' +
      '3 No preemption victims found for incoming pod.',
  );
  cluster.do(cluster.client.patch(NODES, '', 'node-4', { spec: { unschedulable: null } }));
  cluster.until('it is bound', () => scheduled(cluster, waiting)?.status === 'True');
});
test('scheduling: a gated pod: told so, left alone, bound when the gate is taken away', () => {
  const cluster = new SimCluster({ seed: 44, nodes: 1 });
  cluster.create(PODS, pod('gated', { schedulingGates: [{ name: 'example.com/wait' }] }));
  cluster.until('it says so', () => scheduled(cluster, 'gated')?.reason === 'SchedulingGated');
  cluster.world.advance(600_000);
  assert.equal(cluster.get(PODS, 'gated').spec.nodeName, undefined);
  cluster.do(cluster.client.patch(PODS, 'default', 'gated', { spec: { schedulingGates: null } }));
  cluster.until('it runs', () => runs(cluster, 'gated'));
});
test('scheduling: a claim that waits for its first consumer: bound to a volume of the node where the pod goes', () => {
  const cluster = new SimCluster({ seed: 45, nodes: 3 });
  const { client } = cluster;
  const accessModes = ['ReadWriteOnce'];
  const terms = [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: ['node-2'] }] }];
  cluster.do(
    client.create(STORAGE_CLASSES, '', {
      metadata: { name: 'local' },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
    }),
  );
  cluster.do(
    client.create(PERSISTENT_VOLUMES, '', {
      metadata: { name: 'disk' },
      spec: {
        accessModes,
        capacity: { storage: '10Gi' },
        storageClassName: 'local',
        local: { path: '/disks/1' },
        nodeAffinity: { required: { nodeSelectorTerms: terms } },
      },
    } as never),
  );
  const claim = { accessModes, storageClassName: 'local', resources: { requests: { storage: '5Gi' } } };
  cluster.do(client.create(PERSISTENT_VOLUME_CLAIMS, 'default', { metadata: { name: 'data' }, spec: claim }));
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
  cluster.create(PODS, pod('early', { volumes: [{ ...volumes[0], persistentVolumeClaim: { claimName: 'none' } }] }));
  cluster.until('it says why', () => scheduled(cluster, 'early')?.status === 'False');
  assert.match(
    scheduled(cluster, 'early')?.message ?? '',
    /^0\/3 nodes are available: persistentvolumeclaim "none" not found\./,
  );
  assert.equal(cluster.get(PERSISTENT_VOLUME_CLAIMS, 'data').status.phase, 'Pending');
  cluster.create(PODS, pod('user', { volumes }));
  cluster.until('the pod has a node', () => cluster.get(PODS, 'user').spec.nodeName !== undefined);
  assert.equal(cluster.get(PODS, 'user').spec.nodeName, 'node-2');
  assert.equal(cluster.get(PERSISTENT_VOLUME_CLAIMS, 'data').spec.volumeName, 'disk');
  assert.equal(cluster.get(PERSISTENT_VOLUME_CLAIMS, 'data').status.phase, 'Bound');
});
test('scheduling: a claim of a device: allocated on the node that has it, reserved for the pod, held by a finalizer', () => {
  const cluster = new SimCluster({ seed: 46, nodes: 2 });
  const make = (resource: string, kind: string, namespace: string, name: string, spec: object): void => {
    const at = { group: 'resource.k8s.io', version: 'v1', resource, kind, namespaced: namespace !== '' };
    cluster.do(cluster.client.create(at, namespace, { metadata: { name }, spec } as never));
  };
  const driver = 'gpu.example.com';
  const selectors = [{ cel: { expression: `device.driver == '${driver}'` } }];
  make('deviceclasses', 'DeviceClass', '', 'gpu', { selectors });
  const pool = { name: 'node-2', generation: 1, resourceSliceCount: 1 };
  make('resourceslices', 'ResourceSlice', '', 'node-2', {
    driver,
    pool,
    nodeName: 'node-2',
    devices: [{ name: 'gpu-0' }],
  });
  const requests = [{ name: 'one', exactly: { deviceClassName: 'gpu' } }];
  make('resourceclaims', 'ResourceClaim', 'default', 'mine', { devices: { requests } });
  const resourceClaims = [{ name: 'gpu', resourceClaimName: 'mine' }];
  cluster.create(PODS, pod('user', { resourceClaims }));
  cluster.until('the pod has a node', () => cluster.get(PODS, 'user').spec.nodeName !== undefined);
  assert.equal(cluster.get(PODS, 'user').spec.nodeName, 'node-2');
  const claim = cluster.get(RESOURCE_CLAIMS, 'mine');
  assert.deepEqual(claim.status?.allocation?.devices?.results, [
    { request: 'one', driver, pool: 'node-2', device: 'gpu-0' },
  ]);
  assert.equal(claim.status?.reservedFor?.[0]?.name, 'user');
  assert.deepEqual(claim.metadata.finalizers, ['resource.kubernetes.io/delete-protection']);
});
