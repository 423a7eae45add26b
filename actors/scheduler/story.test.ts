import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inbox } from '../../runtime/address.ts';
import { EVENTS, NODES, PODS } from '../api/resource.ts';
import type { Pod } from '../api/types/pod.ts';
import { Story } from '../controllers/manager/cluster.fixture.ts'; // tidy: a fixture of tests
import { startScheduler } from './index.ts';
import { type SchedulerMessage, schedulerAddress } from './protocol.ts';

const user = { name: 'system:kube-scheduler', groups: ['system:masters', 'system:authenticated'] };
/** Two nodes of four cores. */
class Cluster extends Story {
  constructor(seed: number, latencyMs?: readonly [number, number]) {
    super(seed, latencyMs);
    for (const name of ['n1', 'n2']) {
      this.node(name);
      const status = { allocatable: { cpu: '4', memory: '8Gi', pods: '110' } };
      this.do('capacity', this.client.patch(NODES, '', name, { status }, { subresource: 'status' }));
      this.do('ready', this.client.patch(NODES, '', name, { spec: { taints: null } }));
    }
  }
  scheduler(host: string, elected = false) {
    const leaderElection = { identity: host };
    return startScheduler(this.world.host(host), elected ? { user, leaderElection } : { user });
  }
  want(name: string, cpu: string, spec: object = {}): Pod {
    const container = { name: 'main', image: 'nginx', resources: { requests: { cpu } } };
    return this.create(PODS, 'default', name, { spec: { containers: [container], ...spec } });
  }
  pods = (): readonly Pod[] => this.seen(PODS).list();
  bound = (): readonly Pod[] => this.pods().filter((pod) => pod.spec.nodeName !== undefined);
  scheduled = (name: string) =>
    this.seen(PODS)
      .get(`default/${name}`)
      ?.status.conditions?.find(({ type }) => type === 'PodScheduled');
  messages = (reason: string): readonly string[] =>
    this.seen(EVENTS)
      .list('default')
      .filter((event) => event.reason === reason)
      .map((event) => event.message);
}

test('scheduler: a pod that fits: bound, and an Event says where', () => {
  const cluster = new Cluster(1);
  cluster.scheduler('s1');
  cluster.want('web', '1');
  cluster.until('bound', () => cluster.bound().length === 1);
  const [pod] = cluster.bound();
  assert.equal(cluster.scheduled('web')?.status, 'True');
  cluster.until('the event', () => cluster.messages('Scheduled').length === 1);
  assert.deepEqual(cluster.messages('Scheduled'), [`Successfully assigned default/web to ${pod?.spec.nodeName}`]);
});
test('scheduler: no room: the pod says why, and is bound when there is some', () => {
  const cluster = new Cluster(2);
  cluster.scheduler('s1');
  for (const name of ['a', 'b', 'c']) cluster.want(name, '3');
  cluster.until('one waits', () => cluster.scheduled('c')?.status === 'False');
  assert.equal(cluster.scheduled('c')?.reason, 'Unschedulable');
  assert.equal(
    cluster.scheduled('c')?.message,
    '0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, ' +
      'preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.',
  );
  cluster.until('the event', () => cluster.messages('FailedScheduling').length === 1);
  assert.deepEqual(cluster.messages('FailedScheduling'), [cluster.scheduled('c')?.message]);
  cluster.do('one goes', cluster.client.delete(PODS, 'default', 'a', { gracePeriodSeconds: 0 }));
  cluster.until('bound', () => cluster.scheduled('c')?.status === 'True');
});
test('scheduler: cordoned and tainted nodes: the pod waits until one is opened', () => {
  const cluster = new Cluster(3);
  const { client } = cluster;
  cluster.do('cordon', client.patch(NODES, '', 'n1', { spec: { unschedulable: true } }));
  cluster.do(
    'taint',
    client.patch(NODES, '', 'n2', { spec: { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] } }),
  );
  cluster.scheduler('s1');
  cluster.want('web', '1');
  cluster.until('it waits', () => cluster.scheduled('web')?.status === 'False');
  assert.match(
    cluster.scheduled('web')?.message ?? '',
    /^0\/2 nodes are available: 1 node\(s\) had untolerated taint\(s\), 1 node\(s\) were unschedulable\./,
  );
  cluster.do('uncordon', client.patch(NODES, '', 'n1', { spec: { unschedulable: null } }));
  cluster.until('bound', () => cluster.bound()[0]?.spec.nodeName === 'n1');
});
test('scheduler: gated: not before the gates are gone', () => {
  const cluster = new Cluster(4);
  cluster.scheduler('s1');
  cluster.want('gated', '1', { schedulingGates: [{ name: 'example.com/wait' }] });
  cluster.until('it says so', () => cluster.scheduled('gated')?.reason === 'SchedulingGated');
  cluster.world.advance(30_000);
  assert.equal(cluster.bound().length, 0);
  cluster.do('open', cluster.client.patch(PODS, 'default', 'gated', { spec: { schedulingGates: null } }));
  cluster.until('bound', () => cluster.bound().length === 1);
});
test('scheduler: priority: with room for one the more important pod goes first', () => {
  const cluster = new Cluster(5);
  cluster.do('cordon', cluster.client.patch(NODES, '', 'n2', { spec: { unschedulable: true } }));
  cluster.want('low', '3');
  cluster.want('high', '3', { priorityClassName: 'system-cluster-critical' });
  cluster.scheduler('s1');
  cluster.until('decided', () => cluster.scheduled('low') !== undefined && cluster.scheduled('high') !== undefined);
  assert.deepEqual(
    cluster.bound().map((pod) => pod.metadata.name),
    ['high'],
  );
});
test('scheduler: two at once without election: every pod is bound once, both live on', () => {
  const cluster = new Cluster(6, [0.1, 5]);
  const both = [cluster.scheduler('s1'), cluster.scheduler('s2')];
  for (let i = 0; i < 20; i++) cluster.want(`p${i}`, '100m');
  cluster.until('all bound', () => cluster.bound().length === 20);
  cluster.world.advance(30_000);
  assert.deepEqual(
    both.map((one) => one.snapshot().value),
    [{ leading: 'idle' }, { leading: 'idle' }],
  );
  assert.equal(cluster.messages('Scheduled').length, 20);
});
test('scheduler: the leader is gone: another takes over when its lease has run out', () => {
  const cluster = new Cluster(7);
  const hosts = ['s1', 's2'];
  const schedulers = hosts.map((host) => cluster.scheduler(host, true));
  const leaders = () => hosts.filter((_, i) => JSON.stringify(schedulers[i]?.snapshot().value).includes('leading'));
  cluster.until('one leads', () => leaders().length === 1);
  cluster.world.crash(leaders()[0]!);
  cluster.want('web', '1');
  cluster.world.advance(5_000);
  assert.equal(cluster.bound().length, 0);
  cluster.until('bound', () => cluster.bound().length === 1, 30_000);
});
test('scheduler: an orderly stop: the lease is given back, another leads at once', () => {
  const cluster = new Cluster(8);
  const first = cluster.scheduler('s1', true);
  cluster.until('it leads', () => JSON.stringify(first.snapshot().value).includes('leading'));
  const second = cluster.scheduler('s2', true);
  cluster.world.advance(1_000);
  assert.equal(second.snapshot().value, 'standby');
  first.stop();
  cluster.until('the other leads', () => JSON.stringify(second.snapshot().value).includes('leading'), 4_000);
});
test('scheduler: the same seed: the same pods on the same nodes', () => {
  const run = (seed: number): readonly string[] => {
    const cluster = new Cluster(seed, [0.1, 3]);
    cluster.scheduler('s1');
    for (let i = 0; i < 10; i++) cluster.want(`p${i}`, '100m');
    cluster.until('all bound', () => cluster.bound().length === 10);
    return cluster.bound().map(({ metadata, spec }) => `${metadata.name} ${spec.nodeName} ${metadata.resourceVersion}`);
  };
  assert.deepEqual(run(9), run(9));
  assert.notDeepEqual(run(9), run(10));
});
test("scheduler: metrics: kube-scheduler's names, in Prometheus' format", () => {
  const cluster = new Cluster(11);
  cluster.scheduler('s1');
  cluster.want('web', '1');
  cluster.want('large', '64');
  cluster.want('gated', '1', { schedulingGates: [{ name: 'example.com/wait' }] });
  cluster.until('decided', () => cluster.bound().length === 1 && cluster.scheduled('large') !== undefined);
  let text = '';
  const { world } = cluster;
  world.bus.request(inbox(world.cluster, schedulerAddress('s1')), { type: 'metrics.get' }, 1_000, (result) => {
    if (result.ok) text = (result.value as SchedulerMessage & { text: string }).text;
  });
  cluster.until('an answer', () => text !== '');
  for (const line of [
    'scheduler_schedule_attempts_total{result="scheduled",profile="default-scheduler"} 1',
    'scheduler_pending_pods{queue="active"} 0',
    'scheduler_pending_pods{queue="gated"} 1',
    'scheduler_pending_pods{queue="unschedulable"} 1',
    'scheduler_scheduler_cache_size{type="nodes"} 2',
    'scheduler_unschedulable_pods{plugin="NodeResourcesFit"} 1',
    'scheduler_queue_incoming_pods_total{queue="active",event="PodAdd"} 2',
    'scheduler_pod_scheduling_attempts_bucket{le="1"} 1',
    '# TYPE scheduler_scheduling_algorithm_duration_seconds histogram',
  ])
    assert(text.split('\n').includes(line), `${line}\n${text}`);
});
