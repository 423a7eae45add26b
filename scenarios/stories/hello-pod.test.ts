import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PODS } from '../../actors/api/resource.ts';
import { SimCluster } from '../sim/cluster.ts';

test('hello pod: created: scheduled, started, Running and Ready', () => {
  const cluster = new SimCluster({ seed: 1, nodes: 1 });
  cluster.create(PODS, { metadata: { name: 'hello' }, spec: { containers: [{ name: 'main', image: 'nginx' }] } });
  cluster.until('the pod is Ready', () =>
    Boolean(cluster.get(PODS, 'hello').status.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')),
  );
  const { spec, status } = cluster.get(PODS, 'hello');
  assert.equal(spec.nodeName, 'node-1');
  assert.equal(status.phase, 'Running');
  assert.match(status.podIP ?? '', /^10\.64\.1\./);
  cluster.delete(PODS, 'hello');
  cluster.until('the pod is gone', () => cluster.find(PODS, 'hello') === undefined, 60_000);
});
