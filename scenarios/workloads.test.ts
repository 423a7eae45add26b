import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENTS, PODS, REPLICA_SETS, REPLICATION_CONTROLLERS, SERVICES } from '../actors/api/resource.ts';
import type { Deployment } from '../actors/api/types/workload.ts';
import { startScheduler } from '../actors/scheduler/index.ts';
import { ControlPlane } from './control-plane.ts';

const template = (image: string, requests: Record<string, string> = {}) => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image, resources: { requests }, ports: [{ name: 'http', containerPort: 80 }] }] },
});
const web = (replicas: number, more: object = {}) =>
  ({
    metadata: { name: 'web' },
    spec: { replicas, selector: { matchLabels: { app: 'web' } }, template: template('nginx:1'), ...more },
  }) as never;
const service = {
  metadata: { name: 'web' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
} as never;
const status = (plane: ControlPlane): Deployment['status'] =>
  plane.do(plane.client.get(DEPLOYMENTS, 'default', 'web')).status;
const setImage = (plane: ControlPlane, image: string) => {
  const patch = { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } };
  return plane.do(plane.client.patch(DEPLOYMENTS, 'default', 'web', patch, { type: 'strategic' }));
};
const complete = (plane: ControlPlane) => {
  const { metadata, spec, status } = plane.do(plane.client.get(DEPLOYMENTS, 'default', 'web'));
  return (
    status.observedGeneration === metadata.generation &&
    status.replicas === spec.replicas &&
    status.updatedReplicas === spec.replicas &&
    status.availableReplicas === spec.replicas
  );
};
/** Asks once a second: a question costs virtual time itself. */
const until = (plane: ControlPlane, what: string, done: () => boolean, seconds = 120) => {
  for (let i = 0; i < seconds; i++) {
    if (done()) return;
    plane.world.advance(1_000);
  }
  assert.fail(`seed ${plane.world.seed}: not within ${seconds} s: ${what}; ended: ${plane.ended}`);
};
const apply = (plane: ControlPlane, replicas: number, more: object = {}) => {
  plane.do(plane.client.create(SERVICES, 'default', service));
  plane.do(plane.client.create(DEPLOYMENTS, 'default', web(replicas, more)));
  until(plane, 'complete', () => complete(plane));
};

test('workloads: a Deployment: three pods on three nodes, in Endpoints and slices', () => {
  const plane = new ControlPlane({ seed: 1 }, 3);
  apply(plane, 3);
  assert.deepEqual(
    plane
      .pods()
      .map((pod) => pod.spec.nodeName)
      .sort(),
    ['n1', 'n2', 'n3'],
  );
  until(plane, 'endpoints', () => plane.endpoints().endpoints === 3 && plane.endpoints().slices === 3);
  const [pod] = plane.pods();
  assert.match(pod!.metadata.name, /^web-[a-z0-9]+-[a-z0-9]{5}$/);
  assert.deepEqual(plane.events('ScalingReplicaSet'), [
    `Scaled up replica set ${pod!.metadata.ownerReferences?.[0]?.name} from 0 to 3`,
  ]);
  assert.equal(plane.events('SuccessfulCreate').length, 3);
  assert(
    plane.events('Scheduled').includes(`Successfully assigned default/${pod!.metadata.name} to ${pod!.spec.nodeName}`),
  );
  assert.deepEqual(plane.ended, []);
});
test('workloads: rolling update: always enough available, the old set stays for undo', () => {
  const plane = new ControlPlane({ seed: 2 }, 3);
  apply(plane, 4);
  setImage(plane, 'nginx:2');
  until(plane, 'rolled', () => {
    assert((status(plane).availableReplicas ?? 0) >= 3);
    assert(plane.pods().filter((pod) => pod.metadata.deletionTimestamp === undefined).length <= 5);
    return complete(plane);
  });
  const sets = plane
    .all(REPLICA_SETS)
    .map((set) => [set.metadata.annotations?.['deployment.kubernetes.io/revision'], set.spec.replicas]);
  assert.deepEqual(sets.sort(), [
    ['1', 0],
    ['2', 4],
  ]);
  setImage(plane, 'nginx:1');
  until(plane, 'undone', () => complete(plane));
  assert.equal(
    plane.do(plane.client.get(DEPLOYMENTS, 'default', 'web')).metadata.annotations?.[
      'deployment.kubernetes.io/revision'
    ],
    '3',
  );
  assert.equal(plane.all(REPLICA_SETS).length, 2);
  until(plane, 'endpoints', () => plane.endpoints().endpoints === 4 && plane.endpoints().slices === 4);
});
test('workloads: a rollout that cannot: keeps what is available, and says that it is stuck', () => {
  const plane = new ControlPlane({ seed: 3 }, 3);
  apply(plane, 4, { progressDeadlineSeconds: 30 });
  setImage(plane, 'nginx:bad');
  const progressing = () => status(plane).conditions?.find(({ type }) => type === 'Progressing');
  until(plane, 'deadline', () => progressing()?.reason === 'ProgressDeadlineExceeded');
  assert.equal(status(plane).availableReplicas, 3);
});
test('workloads: no room: pods wait with the reason, and come up when there is some', () => {
  const plane = new ControlPlane({ seed: 4 }, 2);
  plane.do(plane.client.create(DEPLOYMENTS, 'default', web(3, { template: template('nginx:1', { cpu: '3' }) })));
  until(plane, 'two run', () => plane.running().length === 2);
  plane.world.advance(5_000);
  const waiting = plane.pods().find((pod) => !pod.spec.nodeName);
  const scheduled = waiting?.status.conditions?.find(({ type }) => type === 'PodScheduled');
  const message =
    '0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, ' +
    'preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.';
  assert.deepEqual([scheduled?.status, scheduled?.reason, scheduled?.message], ['False', 'Unschedulable', message]);
  assert.deepEqual(plane.events('FailedScheduling'), [message]);
  const [running] = plane.running();
  plane.do(plane.client.delete(PODS, 'default', running!.metadata.name));
  until(plane, 'the waiting one runs', () => plane.running().some((pod) => pod.metadata.uid === waiting?.metadata.uid));
});
test('workloads: two schedulers: every pod is bound once, no node is overfull', () => {
  const plane = new ControlPlane({ seed: 5, latencyMs: [0.1, 5] }, 2, 2);
  plane.do(plane.client.create(DEPLOYMENTS, 'default', web(10, { template: template('nginx:1', { cpu: '1' }) })));
  until(plane, 'eight run', () => plane.running().length >= 8);
  plane.world.advance(30_000);
  const perNode = ['n1', 'n2'].map((node) => plane.pods().filter((pod) => pod.spec.nodeName === node).length);
  assert(perNode[0]! + perNode[1]! >= 8);
  assert.deepEqual(plane.ended, []);
});
test('workloads: ReplicationController: adopts, replaces, releases', () => {
  const plane = new ControlPlane({ seed: 6 }, 2);
  plane.do(
    plane.client.create(PODS, 'default', {
      metadata: { name: 'alone', labels: { app: 'web' } },
      spec: template('nginx:1').spec,
    } as never),
  );
  const rc = {
    metadata: { name: 'rc' },
    spec: { replicas: 3, selector: { app: 'web' }, template: template('nginx:1') },
  } as never;
  plane.do(plane.client.create(REPLICATION_CONTROLLERS, 'default', rc));
  until(plane, 'three', () => plane.running().length === 3);
  const owner = () => plane.do(plane.client.get(PODS, 'default', 'alone')).metadata.ownerReferences?.[0]?.name;
  assert.equal(owner(), 'rc');
  plane.do(plane.client.patch(PODS, 'default', 'alone', { metadata: { labels: { app: 'other' } } }));
  until(plane, 'a replacement', () => plane.running().length === 4);
  assert.equal(owner(), undefined);
});
test('workloads: the leading scheduler is gone: the other takes over when its lease has run out', () => {
  const plane = new ControlPlane({ seed: 8 }, 3, 0);
  const schedulers = ['s1', 's2'].map((name) =>
    startScheduler(plane.world.host(name), {
      leaderElection: { identity: name },
      user: { name, groups: ['system:masters'] },
    }),
  );
  const leaders = () => schedulers.filter((one) => JSON.stringify(one.snapshot().value).includes('leading'));
  until(plane, 'one leads', () => leaders().length === 1);
  const [leader] = leaders();
  plane.world.crash(leader === schedulers[0] ? 's1' : 's2');
  plane.do(plane.client.create(DEPLOYMENTS, 'default', web(3)));
  plane.world.advance(5_000);
  assert.equal(plane.running().length, 0);
  until(plane, 'three run', () => plane.running().length === 3, 30);
});
test('workloads: a gated pod: waits, says so, and is scheduled when the gates are gone', () => {
  const plane = new ControlPlane({ seed: 9 }, 1);
  const spec = { ...template('nginx:1').spec, schedulingGates: [{ name: 'example.com/wait' }] };
  plane.do(plane.client.create(PODS, 'default', { metadata: { name: 'gated' }, spec } as never));
  plane.world.advance(5_000);
  const condition = () => plane.pods()[0]?.status.conditions?.find(({ type }) => type === 'PodScheduled');
  assert.deepEqual([condition()?.status, condition()?.reason], ['False', 'SchedulingGated']);
  plane.do(plane.client.patch(PODS, 'default', 'gated', { spec: { schedulingGates: null } }));
  until(plane, 'it runs', () => plane.running().length === 1);
});
test('workloads: a service comes and goes: its Endpoints go with it', () => {
  const plane = new ControlPlane({ seed: 10 }, 2);
  apply(plane, 2);
  until(plane, 'endpoints', () => plane.endpoints().endpoints === 2);
  plane.do(plane.client.delete(SERVICES, 'default', 'web'));
  until(plane, 'no endpoints', () => plane.endpoints().endpoints === 0);
});
test('workloads: the same seed: the same pods on the same nodes', () => {
  const run = (seed: number) => {
    const plane = new ControlPlane({ seed, latencyMs: [0.1, 3] }, 3);
    apply(plane, 5);
    return plane
      .pods()
      .map((pod) => `${pod.metadata.name} ${pod.spec.nodeName} ${pod.metadata.uid} ${pod.metadata.resourceVersion}`);
  };
  assert.deepEqual(run(7), run(7));
  assert.notDeepEqual(run(7), run(8));
});
