import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENTS, PODS, REPLICA_SETS, SERVICES } from '../../actors/api/resource.ts';
import type { Deployment } from '../../actors/api/types/workload.ts';
import { SimCluster } from '../sim/cluster.ts';
import { deployment, service } from '../sim/objects.ts';

const rolledOut = ({ metadata, spec, status }: Deployment): boolean =>
  status.observedGeneration === metadata.generation &&
  status.updatedReplicas === spec.replicas &&
  status.replicas === spec.replicas &&
  status.availableReplicas === spec.replicas;

test('rolling update: a new image: replaced within its limits, the Service always answers, undone by the old template', () => {
  const cluster = new SimCluster({ seed: 2 });
  const web = (): Deployment => cluster.get(DEPLOYMENTS, 'web');
  cluster.create(SERVICES, service('web'));
  cluster.create(DEPLOYMENTS, deployment('web', 4));
  cluster.until('the first rollout ends', () => rolledOut(web()));
  const spread = new Set(cluster.list(PODS, 'default').map((pod) => pod.spec.nodeName));
  assert.equal(spread.size, 3, 'spread over the nodes');

  const { clusterIP } = cluster.get(SERVICES, 'web').spec;
  const connect = { type: 'sim.connect', ip: clusterIP, port: 80, protocol: 'TCP', clientIp: '10.9.9.9' };
  const image = (name: string) => ({ spec: { template: { spec: { containers: [{ name: 'main', image: name }] } } } });
  cluster.do(cluster.client.patch(DEPLOYMENTS, 'default', 'web', image('nginx:2'), { type: 'strategic' }));
  cluster.until('the second rollout ends', () => {
    const { status } = web();
    assert.ok((status.availableReplicas ?? 0) >= 3, 'maxUnavailable 25 % of 4');
    assert.ok((status.replicas ?? 0) <= 5, 'maxSurge 25 % of 4');
    const answer = cluster.ask('kube-proxy', 'node-1', connect);
    assert.equal((answer as { type: string }).type, 'sim.connected', JSON.stringify(answer));
    return rolledOut(web());
  });
  const images = cluster.list(PODS, 'default').filter((pod) => !pod.metadata.deletionTimestamp);
  assert.deepEqual(new Set(images.map((pod) => pod.spec.containers[0]?.image)), new Set(['nginx:2']));
  assert.equal(web().metadata.annotations?.['deployment.kubernetes.io/revision'], '2');

  cluster.do(cluster.client.patch(DEPLOYMENTS, 'default', 'web', image('nginx:1'), { type: 'strategic' }));
  cluster.until('the rollback ends', () => rolledOut(web()));
  assert.equal(cluster.list(REPLICA_SETS, 'default').length, 2, 'the old ReplicaSet serves again');
  assert.equal(web().metadata.annotations?.['deployment.kubernetes.io/revision'], '3');
});
