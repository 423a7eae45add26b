import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from '../../actors/api/resource.ts';
import type { DaemonSet } from '../../actors/api/types/workload.ts';
import { SimCluster } from '../sim/cluster.ts';
import { daemonSet } from '../sim/objects.ts';
import { Transcript } from '../sim/transcript.ts';

const told = ({ metadata, status }: DaemonSet): string =>
  `generation ${metadata.generation} seen ${status.observedGeneration ?? 0}, desired ${status.desiredNumberScheduled}, ` +
  `current ${status.currentNumberScheduled}, updated ${status.updatedNumberScheduled ?? 0}, ` +
  `ready ${status.numberReady}, available ${status.numberAvailable ?? 0}`;
const complete = ({ metadata, status }: DaemonSet): boolean =>
  status.observedGeneration === metadata.generation &&
  status.updatedNumberScheduled === status.desiredNumberScheduled &&
  status.numberAvailable === status.desiredNumberScheduled;
const nodesOf = (cluster: SimCluster): string[] =>
  cluster
    .list(PODS, 'default')
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ spec }) => spec.nodeName ?? '')
    .sort();
const change = (cluster: SimCluster, image: string): void => {
  const spec = { template: { spec: { containers: [{ name: 'main', image }] } } };
  cluster.do(cluster.client.patch(DAEMON_SETS, 'default', 'log', { spec }, { type: 'strategic' }));
};

test('daemonsets: one on each node; rolled out one by one; rolled back to the first revision', () => {
  const slow = { image: 'nginx', behaviour: { startDelayMs: 3_000 } };
  const cluster = new SimCluster({ seed: 41, workloads: [slow] });
  const transcript = new Transcript(cluster).follow(DAEMON_SETS, told).events('DaemonSet');
  transcript.follow(PODS, ({ metadata, spec, status }) =>
    [status.phase, spec.nodeName || 'nowhere', metadata.labels?.['controller-revision-hash']]
      .concat(metadata.deletionTimestamp === undefined ? [] : ['leaving'])
      .join(', '),
  );
  transcript.follow(CONTROLLER_REVISIONS, ({ revision }) => `revision ${revision}`);
  const log = (): DaemonSet => cluster.get(DAEMON_SETS, 'log');
  cluster.create(DAEMON_SETS, daemonSet('log'));
  cluster.until('it runs everywhere', () => complete(log()));
  assert.deepEqual(nodesOf(cluster), ['node-1', 'node-2', 'node-3']);
  change(cluster, 'nginx:2');
  cluster.until('the rollout ends', () => {
    assert.ok((log().status.numberAvailable ?? 0) >= 2, 'one at a time');
    return complete(log());
  });
  change(cluster, 'nginx:1');
  cluster.until('the rollback ends', () => complete(log()));
  const revisions = cluster.list(CONTROLLER_REVISIONS, 'default').map(({ revision }) => revision);
  assert.deepEqual(revisions.sort(), [2, 3]);
  cluster.world.advance(10_000);
  const { resourceVersion } = log().metadata;
  cluster.world.advance(600_000);
  assert.equal(log().metadata.resourceVersion, resourceVersion, 'quiet');
  transcript.check('daemonset-log', import.meta.url);
});
test('daemonsets: surge: never fewer than all', () => {
  const cluster = new SimCluster({ seed: 42 });
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } as const;
  cluster.create(DAEMON_SETS, daemonSet('log', { updateStrategy }));
  const log = (): DaemonSet => cluster.get(DAEMON_SETS, 'log');
  cluster.until('it runs everywhere', () => complete(log()));
  change(cluster, 'nginx:2');
  cluster.until('the rollout ends', () => {
    assert.ok(cluster.list(PODS, 'default').filter(({ status }) => status.phase === 'Running').length >= 3);
    return complete(log());
  });
});
test('daemonsets: nodes come, are labelled and tainted: pods follow', () => {
  const cluster = new SimCluster({ seed: 43 });
  const node = (name: string, patch: object): void => {
    cluster.do(cluster.client.patch(NODES, '', name, patch, { type: 'strategic' }));
  };
  cluster.create(DAEMON_SETS, daemonSet('log', {}, { nodeSelector: { disk: 'ssd' } }));
  cluster.world.advance(5_000);
  assert.deepEqual(nodesOf(cluster), []);
  node('node-1', { metadata: { labels: { disk: 'ssd' } } });
  node('node-2', { metadata: { labels: { disk: 'ssd' } } });
  cluster.until('two', () => nodesOf(cluster).join() === 'node-1,node-2');
  node('node-1', { spec: { unschedulable: true } });
  node('node-2', { spec: { taints: [{ key: 'drill', effect: 'NoExecute' }] } });
  cluster.until('one', () => nodesOf(cluster).join() === 'node-1');
  cluster.world.advance(60_000);
  assert.deepEqual(nodesOf(cluster), ['node-1'], 'a cordon is tolerated');
  node('node-1', { metadata: { labels: { disk: null } } });
  cluster.until('none', () => nodesOf(cluster).length === 0);
  assert.equal(cluster.get(DAEMON_SETS, 'log').status.desiredNumberScheduled, 0);
});
test('daemonsets: changes are lost, the manager dies, a node is silent: one on each node in the end', () => {
  const cluster = new SimCluster({ seed: 44, latencyMs: [0.1, 40] });
  const publish = cluster.world.bus.publish.bind(cluster.world.bus);
  const random = cluster.world.random.fork('loss');
  let lossy = true;
  cluster.world.bus.publish = (subject, message, meta) => {
    if (lossy && subject.startsWith('k.sim.watch.') && random.float() < 0.2) return;
    publish(subject, message, meta);
  };
  cluster.create(DAEMON_SETS, daemonSet('log'));
  cluster.world.advance(1_000);
  cluster.crash('main');
  cluster.start('main');
  cluster.world.advance(5_000);
  change(cluster, 'nginx:2');
  cluster.crash('node-2');
  cluster.world.advance(120_000);
  assert.equal(cluster.list(PODS, 'default').filter(({ spec }) => spec.nodeName === 'node-2').length, 1, 'not evicted');
  cluster.start('node-2');
  lossy = false;
  // A node that is still silent is not counted: without it a set may be complete too.
  const whole = (set: DaemonSet): boolean => set.status.desiredNumberScheduled === 3 && complete(set);
  cluster.until('complete', () => whole(cluster.get(DAEMON_SETS, 'log')), 900_000);
  assert.deepEqual(nodesOf(cluster), ['node-1', 'node-2', 'node-3']);
});
