import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENTS, LEASES, PODS, REPLICA_SETS } from '../../actors/api/resource.ts';
import type { Deployment } from '../../actors/api/types/workload.ts';
import { SimCluster } from '../sim/cluster.ts';
import { deployment } from '../sim/objects.ts';

/** The rollout takes a bit more than three seconds; `STEPS=60` looks more closely. */
const SPAN_MS = 3_000;
const STEPS = Number(process.env['STEPS'] ?? 6);
const REPLICAS = 4;
/** 25 % of four more, and 25 % fewer. */
const [MOST, LEAST] = [5, 3];

const rolledOut = ({ metadata, spec, status }: Deployment): boolean =>
  status.observedGeneration === metadata.generation &&
  status.updatedReplicas === spec.replicas &&
  status.replicas === spec.replicas &&
  status.availableReplicas === spec.replicas;

/** Kills who leads a controller so long after a rollout has begun, and looks on at every tenth of a second. */
function killed(controller: string, afterMs: number): void {
  const cluster = new SimCluster({ seed: 40 + afterMs, managers: 3 });
  // Slow enough that there is something to die in.
  cluster.create(DEPLOYMENTS, deployment('web', REPLICAS, { minReadySeconds: 2 }));
  const web = (): Deployment => cluster.get(DEPLOYMENTS, 'web');
  cluster.until('the first rollout ends', () => rolledOut(web()));
  const image = { spec: { template: { spec: { containers: [{ name: 'main', image: 'nginx:2' }] } } } };
  cluster.do(cluster.client.patch(DEPLOYMENTS, 'default', 'web', image, { type: 'strategic' }));
  cluster.world.advance(afterMs);
  const { holderIdentity = '' } = cluster.get(LEASES, controller, 'kube-system').spec;
  const host = holderIdentity.slice(0, holderIdentity.lastIndexOf('_'));
  assert.ok(!rolledOut(web()), 'it is under way');
  cluster.crash(host);
  // The API server is there too: nobody could look.
  if (host === 'main') cluster.start('main');
  const what = `${controller} on ${host} killed after ${afterMs} ms`;
  cluster.until(`${what}: the rollout ends`, () => {
    const pods = cluster.list(PODS, 'default').filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    assert.ok(pods.length <= MOST, `${what}: ${pods.length} pods`);
    const { status } = web();
    assert.ok((status.availableReplicas ?? 0) >= LEAST, `${what}: ${status.availableReplicas} available`);
    return rolledOut(web());
  });
  const sets = cluster.list(REPLICA_SETS, 'default');
  assert.equal(sets.length, 2, `${what}: a ReplicaSet a template`);
  const left = cluster.list(PODS, 'default').filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  assert.deepEqual(
    left.map(({ spec }) => spec.containers[0]?.image),
    Array(REPLICAS).fill('nginx:2'),
    what,
  );
  assert.notEqual(cluster.get(LEASES, controller, 'kube-system').spec.holderIdentity, holderIdentity, what);
}

for (const controller of ['deployment-controller', 'replicaset-controller'])
  test(`leader lost: who leads ${controller} dies at any point of a rollout: another ends it, no pod twice, none lost`, () => {
    for (let step = 0; step < STEPS; step++) killed(controller, Math.round((step * SPAN_MS) / STEPS));
  });
