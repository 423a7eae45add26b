import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIGMAPS, DEPLOYMENTS, PODS } from '../../actors/api/resource.ts';
import { SimCluster } from '../sim/cluster.ts';
import { deployment } from '../sim/objects.ts';

test('restart from disk: power is cut under etcd and the control plane: what was acknowledged is there, pods run on', () => {
  const cluster = new SimCluster({ seed: 7 });
  cluster.create(DEPLOYMENTS, deployment('web', 3));
  const running = () => cluster.list(PODS, 'default').filter((p) => p.status.phase === 'Running');
  cluster.until('three pods run', () => running().length === 3);
  const before = new Map(running().map((pod) => [pod.metadata.uid, pod.status.containerStatuses?.[0]?.containerID]));
  for (let i = 0; i < 20; i++) cluster.create(CONFIGMAPS, { metadata: { name: `kept-${i}` }, data: { i: String(i) } });
  cluster.crash('etcd');
  cluster.crash('main');
  cluster.world.advance(5_000);
  cluster.start('etcd');
  cluster.start('main');
  cluster.until('the API answers again', () => cluster.try(cluster.client.list(PODS, 'default')).ok);
  for (let i = 0; i < 20; i++) assert.equal(cluster.get(CONFIGMAPS, `kept-${i}`).data?.['i'], String(i));
  cluster.world.advance(120_000);
  const after = new Map(running().map((pod) => [pod.metadata.uid, pod.status.containerStatuses?.[0]?.containerID]));
  assert.deepEqual(after, before, 'the same pods, the same containers');
  cluster.do(cluster.client.patch(DEPLOYMENTS, 'default', 'web', { spec: { replicas: 5 } }));
  cluster.until('five pods run', () => running().length === 5);
});
