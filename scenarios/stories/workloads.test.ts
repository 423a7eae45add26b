import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  ENDPOINTS,
  EVENTS,
  NODES,
  PODS,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  SERVICES,
} from '../../actors/api/resource.ts';
import type { Pod } from '../../actors/api/types/pod.ts';
import type { Deployment } from '../../actors/api/types/workload.ts';
import { SimCluster } from '../sim/cluster.ts';
import { deployment, pod, service } from '../sim/objects.ts';

const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  (status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false);
const ready = (cluster: SimCluster): readonly Pod[] => cluster.list(PODS, 'default').filter(isReady);
const web = (cluster: SimCluster): Deployment => cluster.get(DEPLOYMENTS, 'web');
const complete = (cluster: SimCluster): boolean => {
  const { metadata, spec, status } = web(cluster);
  return (
    status.observedGeneration === metadata.generation &&
    status.replicas === spec.replicas &&
    status.updatedReplicas === spec.replicas &&
    status.availableReplicas === spec.replicas
  );
};
const change = (cluster: SimCluster, spec: object): void => {
  cluster.do(cluster.client.patch(DEPLOYMENTS, 'default', 'web', { spec }, { type: 'strategic' }));
};
const messages = (cluster: SimCluster, reason: string): readonly string[] =>
  cluster
    .list(EVENTS, 'default')
    .filter((event) => event.reason === reason)
    .map((event) => event.message);
/** Ready addresses: of Endpoints, of slices. */
const endpoints = (cluster: SimCluster): readonly number[] => [
  (cluster.find(ENDPOINTS, 'web')?.subsets ?? []).reduce((sum, { addresses = [] }) => sum + addresses.length, 0),
  cluster
    .list(ENDPOINT_SLICES, 'default')
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'web')
    .reduce((sum, slice) => sum + slice.endpoints.filter((one) => one.conditions?.ready).length, 0),
];

test('workloads: a Deployment: named, told and found as Kubernetes does', () => {
  const cluster = new SimCluster({ seed: 21 });
  cluster.create(SERVICES, service('web'));
  cluster.create(DEPLOYMENTS, deployment('web', 3));
  cluster.until('complete', () => complete(cluster));
  cluster.until('endpoints', () => endpoints(cluster).join() === '3,3');
  assert.equal(web(cluster).metadata.generation, 1, 'the revision does not count');
  const [set] = cluster.list(REPLICA_SETS, 'default');
  const name = set!.metadata.name;
  assert.match(name, /^web-[a-z0-9]{8,10}$/);
  for (const { metadata } of ready(cluster)) assert(metadata.name.startsWith(`${name}-`), metadata.name);
  assert.deepEqual(messages(cluster, 'ScalingReplicaSet'), [`Scaled up replica set ${name} from 0 to 3`]);
  assert.equal(messages(cluster, 'SuccessfulCreate').length, 3);
  const conditions = web(cluster).status.conditions?.map(({ type, status, reason }) => `${type}=${status} ${reason}`);
  assert.deepEqual(conditions?.sort(), [
    'Available=True MinimumReplicasAvailable',
    'Progressing=True NewReplicaSetAvailable',
  ]);
  cluster.delete(SERVICES, 'web');
  cluster.until('no endpoints', () => endpoints(cluster).join() === '0,0');
});
test('workloads: scaled down: pods of the fuller nodes go, the youngest of an emptier one stays; endpoints follow', () => {
  const cluster = new SimCluster({ seed: 28 });
  const cordon = (unschedulable: boolean | null): void => {
    cluster.do(cluster.client.patch(NODES, '', 'node-3', { spec: { unschedulable } }));
  };
  const lonely = (): readonly string[] =>
    ready(cluster).flatMap(({ metadata, spec }) => (spec.nodeName === 'node-3' ? [metadata.name] : []));
  cordon(true);
  cluster.create(SERVICES, service('web'));
  cluster.create(DEPLOYMENTS, deployment('web', 4));
  cluster.until('complete', () => complete(cluster));
  cordon(null);
  change(cluster, { replicas: 5 });
  cluster.until('five', () => complete(cluster));
  const before = lonely();
  assert.equal(before.length, 1);
  change(cluster, { replicas: 3 });
  cluster.until('three', () => complete(cluster) && endpoints(cluster).join() === '3,3');
  assert.deepEqual(lonely(), before);
});
test('workloads: a rollout that cannot: keeps what is available, says that it is stuck, and goes on when it can', () => {
  const cluster = new SimCluster({ seed: 23 });
  cluster.create(DEPLOYMENTS, deployment('web', 4, { progressDeadlineSeconds: 30 }));
  cluster.until('complete', () => complete(cluster));
  change(cluster, { template: { spec: { nodeSelector: { nowhere: 'true' } } } });
  const progressing = () => web(cluster).status.conditions?.find(({ type }) => type === 'Progressing');
  cluster.until('the deadline', () => progressing()?.reason === 'ProgressDeadlineExceeded', 60_000);
  assert.equal(web(cluster).status.availableReplicas, 3);
  change(cluster, { template: { spec: { nodeSelector: null } } });
  cluster.until('back', () => complete(cluster));
  assert.equal(progressing()?.reason, 'NewReplicaSetAvailable');
});
test('workloads: Recreate: no new pod while an old one is there', () => {
  const cluster = new SimCluster({ seed: 24 });
  cluster.create(DEPLOYMENTS, deployment('web', 3, { strategy: { type: 'Recreate' } }));
  cluster.until('complete', () => complete(cluster));
  change(cluster, { template: { spec: { containers: [{ name: 'main', image: 'nginx:2' }] } } });
  cluster.until('complete again', () => {
    const images = new Set(cluster.list(PODS, 'default').map(({ spec }) => spec.containers[0]?.image));
    assert(images.size <= 1, [...images].join());
    return complete(cluster);
  });
});
test('workloads: ReplicationController: adopts, replaces, releases', () => {
  const cluster = new SimCluster({ seed: 25, nodes: 2 });
  const labels = { app: 'rc' };
  cluster.create(PODS, pod('alone', {}, { labels }));
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'nginx' }] } };
  cluster.create(REPLICATION_CONTROLLERS, {
    metadata: { name: 'rc' },
    spec: { replicas: 3, selector: labels, template },
  } as never);
  cluster.until('three', () => ready(cluster).length === 3);
  const owner = () => cluster.get(PODS, 'alone').metadata.ownerReferences?.[0]?.name;
  assert.equal(owner(), 'rc');
  cluster.do(cluster.client.patch(PODS, 'default', 'alone', { metadata: { labels: { app: 'free' } } }));
  cluster.until('a replacement', () => ready(cluster).length === 4);
  assert.equal(owner(), undefined);
  const { replicas, readyReplicas } = cluster.get(REPLICATION_CONTROLLERS, 'rc').status;
  assert.deepEqual([replicas, readyReplicas], [3, 3]);
});
