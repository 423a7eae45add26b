import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTROLLER_REVISIONS, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../../actors/api/resource.ts';
import type { StatefulSet, StatefulSetStatus } from '../../actors/api/types/workload.ts';
import { SimCluster } from '../sim/cluster.ts';
import { statefulSet } from '../sim/objects.ts';
import { Transcript } from '../sim/transcript.ts';

const slow = { image: 'nginx', behaviour: { startDelayMs: 2_000 } };
const told = ({ metadata, status }: StatefulSet): string => {
  const { replicas, readyReplicas, availableReplicas, currentReplicas, updatedReplicas } = status;
  const counts = { replicas, readyReplicas, availableReplicas, currentReplicas, updatedReplicas };
  const numbers = Object.entries(counts).map(([name, value]) => `${name} ${value ?? 0}`);
  return `generation ${metadata.generation} seen ${status.observedGeneration ?? 0}, ${numbers.join(', ')}`;
};
const web = (cluster: SimCluster): StatefulSet => cluster.get(STATEFUL_SETS, 'web');
const is = (cluster: SimCluster, wanted: Partial<StatefulSetStatus>): boolean => {
  const { metadata, status } = web(cluster);
  const all: [string, unknown][] = [...Object.entries(wanted), ['observedGeneration', metadata.generation]];
  return all.every(([name, value]) => (status[name as keyof StatefulSetStatus] ?? 0) === value);
};
const complete = (cluster: SimCluster, count: number): boolean =>
  is(cluster, { replicas: count, availableReplicas: count, updatedReplicas: count }) &&
  web(cluster).status.currentRevision === web(cluster).status.updateRevision;
const change = (cluster: SimCluster, spec: object): void => {
  cluster.do(cluster.client.patch(STATEFUL_SETS, 'default', 'web', { spec }, { type: 'strategic' }));
};
const image = (name: string): object => ({ template: { spec: { containers: [{ name: 'main', image: name }] } } });
const names = (cluster: SimCluster): string[] =>
  cluster
    .list(PODS, 'default')
    .map(({ metadata }) => metadata.name)
    .sort();

test('statefulsets: in order up, rolled out from the last, scaled down from the last; then quiet', () => {
  const cluster = new SimCluster({ seed: 51, nodes: 2, workloads: [slow] });
  const transcript = new Transcript(cluster).follow(STATEFUL_SETS, told).events('StatefulSet');
  transcript.follow(PODS, ({ metadata, spec, status }) =>
    [status.phase, `${spec.containers[0]?.image}`]
      .concat(metadata.deletionTimestamp === undefined ? [] : ['leaving'])
      .join(', '),
  );
  cluster.create(STATEFUL_SETS, statefulSet('web', 3));
  cluster.until('three', () => complete(cluster, 3));
  change(cluster, image('nginx:2'));
  cluster.until('the rollout ends', () => complete(cluster, 3));
  change(cluster, { replicas: 1 });
  cluster.until('one', () => complete(cluster, 1));
  assert.deepEqual(
    cluster
      .list(CONTROLLER_REVISIONS, 'default')
      .map(({ revision }) => revision)
      .sort(),
    [1, 2],
  );
  cluster.world.advance(5_000);
  const { resourceVersion } = web(cluster).metadata;
  cluster.world.advance(600_000);
  assert.equal(web(cluster).metadata.resourceVersion, resourceVersion, 'quiet');
  transcript.check('statefulset-web', import.meta.url);
});
test('statefulsets: a partition holds the rollout; taken back, the old revision returns', () => {
  const cluster = new SimCluster({ seed: 52, nodes: 1 });
  cluster.create(STATEFUL_SETS, statefulSet('web', 3));
  cluster.until('three', () => complete(cluster, 3));
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 2 } };
  change(cluster, { ...image('nginx:2'), updateStrategy });
  cluster.until('one is new', () => is(cluster, { updatedReplicas: 1, currentReplicas: 2, availableReplicas: 3 }));
  cluster.delete(PODS, 'web-0');
  cluster.until('it comes back', () => is(cluster, { updatedReplicas: 1, currentReplicas: 2, availableReplicas: 3 }));
  assert.equal(cluster.get(PODS, 'web-0').spec.containers[0]?.image, 'nginx:1');
  change(cluster, { ...image('nginx:1'), updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } });
  cluster.until('all are old again', () => complete(cluster, 3));
});
test('statefulsets: claims: one for each pod, kept when scaled down or deleted with it, as the policy says', () => {
  const cluster = new SimCluster({ seed: 53, nodes: 1 });
  const volumeClaimTemplates = [
    {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ];
  const persistentVolumeClaimRetentionPolicy = { whenDeleted: 'Delete', whenScaled: 'Delete' };
  const spec = { podManagementPolicy: 'Parallel', volumeClaimTemplates, persistentVolumeClaimRetentionPolicy };
  cluster.create(STATEFUL_SETS, statefulSet('web', 3, spec));
  const claims = (): string[] => cluster.list(PERSISTENT_VOLUME_CLAIMS, 'default').map(({ metadata }) => metadata.name);
  cluster.until('three', () => names(cluster).length === 3 && claims().length === 3);
  assert.deepEqual(claims(), ['data-web-0', 'data-web-1', 'data-web-2']);
  change(cluster, { replicas: 2 });
  cluster.until('the claim goes with its pod', () => claims().length === 2 && names(cluster).length === 2, 120_000);
  cluster.delete(STATEFUL_SETS, 'web');
  cluster.until('all go', () => claims().length + names(cluster).length === 0, 120_000);
});
test('statefulsets: changes are lost, the manager dies: never two of one name, all there in the end', () => {
  const cluster = new SimCluster({ seed: 54, nodes: 2, latencyMs: [0.1, 40] });
  const publish = cluster.world.bus.publish.bind(cluster.world.bus);
  const random = cluster.world.random.fork('loss');
  let lossy = true;
  cluster.world.bus.publish = (subject, message, meta) => {
    if (lossy && subject.startsWith('k.sim.watch.') && random.float() < 0.2) return;
    publish(subject, message, meta);
  };
  cluster.create(STATEFUL_SETS, statefulSet('web', 3));
  cluster.world.advance(2_000);
  cluster.crash('main');
  cluster.start('main');
  cluster.world.advance(5_000);
  change(cluster, image('nginx:2'));
  cluster.world.advance(5_000);
  cluster.crash('main');
  cluster.start('main');
  cluster.world.advance(10_000);
  lossy = false;
  cluster.until('complete', () => complete(cluster, 3), 900_000);
  assert.deepEqual(names(cluster), ['web-0', 'web-1', 'web-2']);
});
