import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIGMAPS, DEPLOYMENTS, PODS } from '../../actors/api/resource.ts';
import type { Deployment } from '../../actors/api/types/workload.ts';
import { memberAddress } from '../../actors/etcd/protocol.ts';
import { SimCluster } from '../sim/cluster.ts';
import { deployment } from '../sim/objects.ts';

const MEMBERS = ['etcd-1', 'etcd-2', 'etcd-3'];
const leaderOf = (cluster: SimCluster): string | undefined =>
  MEMBERS.find((name) => {
    const value = cluster.world.host(name).find(memberAddress(name))?.snapshot().value;
    return typeof value === 'object' && value !== null && 'leader' in value;
  });
const rolledOut = ({ metadata, spec, status }: Deployment): boolean =>
  status.observedGeneration === metadata.generation &&
  status.updatedReplicas === spec.replicas &&
  status.replicas === spec.replicas &&
  status.availableReplicas === spec.replicas;

function run(seed: number): SimCluster {
  const cluster = new SimCluster({ seed, etcdMembers: 3, traced: true, latencyMs: [0.1, 2] });
  cluster.create(DEPLOYMENTS, deployment('web', 4));
  cluster.until('the first rollout ends', () => rolledOut(cluster.get(DEPLOYMENTS, 'web')));
  const image = { spec: { template: { spec: { containers: [{ name: 'main', image: 'nginx:2' }] } } } };
  cluster.do(cluster.client.patch(DEPLOYMENTS, 'default', 'web', image, { type: 'strategic' }));
  const first = leaderOf(cluster)!;
  cluster.crash(first);
  // Whatever is acknowledged while nobody leads, or after, is there at the end.
  const acknowledged: string[] = [];
  for (let i = 0; i < 10; i++) {
    const name = `config-${i}`;
    const made = cluster.try(cluster.client.create(CONFIGMAPS, 'default', { metadata: { name } }));
    if (made.ok) acknowledged.push(name);
    cluster.world.advance(300);
  }
  cluster.until('the second rollout ends', () => rolledOut(cluster.get(DEPLOYMENTS, 'web')));
  cluster.start(first);
  cluster.until('it follows', () => {
    const value = cluster.world.host(first).find(memberAddress(first))?.snapshot().value;
    return value === 'follower';
  });
  assert.ok(acknowledged.length >= 5, `${acknowledged.length} writes were acknowledged`);
  const there = cluster.list(CONFIGMAPS, 'default').map(({ metadata }) => metadata.name);
  for (const name of acknowledged) assert.ok(there.includes(name), `${name} is lost`);
  return cluster;
}

test('etcd members: the leader of three is killed during a rolling update: it ends, nothing acknowledged is lost', () => {
  const cluster = run(5);
  const images = cluster.list(PODS, 'default').filter((pod) => !pod.metadata.deletionTimestamp);
  assert.deepEqual(new Set(images.map((pod) => pod.spec.containers[0]?.image)), new Set(['nginx:2']));
  const unknown = cluster.unhandled.map(({ actor, event, from }) => `${actor} in ${from}: ${event}`);
  assert.deepEqual([...new Set(unknown)], []);
});

test('etcd members: the same seed twice: the same trace', () => {
  assert.equal(run(6).trace.hash, run(6).trace.hash);
});
