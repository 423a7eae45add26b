import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nanosOf } from '../../actors/api/quantity.ts';
import { NODE_METRICS, NODES, POD_METRICS, PODS } from '../../actors/api/resource.ts';
import type { Pod } from '../../actors/api/types/pod.ts';
import { SimCluster } from '../sim/cluster.ts';

const pod = (name: string, milli: number): object => ({
  metadata: { name, labels: { app: name }, annotations: { 'orrery.dev/cpu-milli': String(milli) } },
  spec: { containers: [{ name: 'main', image: 'nginx' }] },
});

const rounded = (cpu: string): number => Math.round(Number(nanosOf(cpu)) / 1e6);

test('metrics: a busy and an idle pod: known by any client of the API, followed when it changes, forgotten with them', () => {
  const cluster = new SimCluster({ seed: 5, nodes: 2 });
  for (const [name, milli] of [
    ['busy', 500],
    ['idle', 2],
  ] as const)
    cluster.create(PODS, pod(name, milli) as never);
  const known = (selector = ''): readonly (readonly [string, string])[] => {
    const found = cluster.try(cluster.client.list(POD_METRICS, 'default', { labelSelector: selector }));
    return found.ok ? found.value.map(({ metadata, containers }) => [metadata.name, containers[0]!.usage.cpu]) : [];
  };
  cluster.until('both are known', () => known().length === 2, 60_000);
  assert.deepEqual(
    known().map(([name, cpu]) => [name, rounded(cpu)]),
    [
      ['busy', 500],
      ['idle', 2],
    ],
  );
  assert.deepEqual(
    known('app=idle').map(([name]) => name),
    ['idle'],
  );
  assert.equal(cluster.list(NODE_METRICS).length, 2);
  const one = cluster.get(PODS, 'busy') as Pod;
  cluster.ask('engine', one.spec.nodeName!, {
    type: 'sim.behave',
    podUid: one.metadata.uid,
    container: 'main',
    cpuMilli: 1_000,
  } as never);
  cluster.world.advance(45_000);
  const after = cluster.get(POD_METRICS, 'busy');
  assert.equal(rounded(after.containers[0]!.usage.cpu), 1_000);
  const missing = cluster.try(cluster.client.get(POD_METRICS, 'default', 'nobody'));
  assert.equal(missing.ok ? '' : missing.fault.message, 'podmetrics.metrics.k8s.io "default/nobody" not found');
  cluster.delete(PODS, 'idle');
  cluster.until('the idle one is forgotten', () => known().length === 1, 60_000);
  cluster.crash('node-2');
  cluster.until('a lost node is forgotten', () => cluster.list(NODE_METRICS).length === 1, 120_000);
  assert.equal(cluster.list(NODES).length, 2);
});
