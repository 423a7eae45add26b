import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENTS, PODS, SERVICES } from '../../actors/api/resource.ts';
import { SimCluster } from '../sim/cluster.ts';
import { deployment, service } from '../sim/objects.ts';

/** Boot, roll out, lose a node, scale: every transition of every actor. */
function run(seed: number): SimCluster {
  const cluster = new SimCluster({ seed, traced: true, latencyMs: [0.1, 2] });
  cluster.create(SERVICES, service('web'));
  cluster.create(DEPLOYMENTS, deployment('web', 4));
  const ready = () => cluster.get(DEPLOYMENTS, 'web').status.availableReplicas ?? 0;
  cluster.until('four replicas are available', () => ready() === 4);
  cluster.crash('node-3');
  cluster.do(cluster.client.patch(DEPLOYMENTS, 'default', 'web', { spec: { replicas: 6 } }));
  cluster.world.advance(120_000);
  cluster.start('node-3');
  cluster.until('six replicas are available', () => ready() === 6);
  assert.ok(cluster.list(PODS, 'default').length >= 6);
  return cluster;
}

test('same seed: a cluster twice: the same trace, transition by transition', () => {
  const [first, second] = [run(11), run(11)];
  const { last } = first.trace;
  const parts = last.findIndex((line, i) => line !== second.trace.last[i]);
  assert.equal(parts, -1, `they part at\n${last[parts]}\n${second.trace.last[parts]}`);
  assert.equal(first.trace.hash, second.trace.hash);
  assert.ok(first.trace.count > 500, `${first.trace.count} transitions`);
});

test('another seed: another trace', () => {
  assert.notEqual(run(11).trace.hash, run(12).trace.hash);
});

test('known events: a whole story: no actor gets an event that its chart does not know', () => {
  const unknown = run(13).unhandled.map(({ actor, event, from }) => `${actor} in ${from}: ${event}`);
  assert.deepEqual([...new Set(unknown)], []);
});
