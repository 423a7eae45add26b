import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENTS, NODES, PODS } from '../../actors/api/resource.ts';
import { isReady, SimCluster } from '../sim/cluster.ts';
import { deployment } from '../sim/objects.ts';

test('node loss: a kubelet is killed: NotReady after 50 s, its pods evicted 300 s later and replaced elsewhere', () => {
  const cluster = new SimCluster({ seed: 4 });
  cluster.create(DEPLOYMENTS, deployment('web', 3));
  const running = (): readonly string[] =>
    cluster
      .list(PODS, 'default')
      .filter((pod) => pod.status.phase === 'Running' && !pod.metadata.deletionTimestamp)
      .map((pod) => pod.spec.nodeName ?? '');
  cluster.until('three pods run', () => running().length === 3);
  const { now } = cluster.world.clock;
  const clock = { now: now.bind(cluster.world.clock) };
  cluster.crash('node-2');
  const lost = clock.now();
  cluster.until('node-2 is not Ready', () => !isReady(cluster.get(NODES, 'node-2')));
  // The last renewal is up to 10 s before the crash; the monitor looks every 5 s.
  const silent = clock.now() - lost;
  assert.ok(silent >= 40_000 && silent <= 56_000, `${silent} ms`);
  assert.deepEqual(
    new Set(cluster.get(NODES, 'node-2').spec.taints?.map(({ key, effect }) => `${key}:${effect}`)),
    new Set(['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute']),
  );
  assert.equal(running().filter((node) => node === 'node-2').length, 1, 'not evicted yet');
  cluster.until('three pods run elsewhere', () => running().filter((node) => node !== 'node-2').length === 3);
  const evicted = clock.now() - lost - silent;
  assert.ok(evicted >= 299_000 && evicted <= 320_000, `${evicted} ms`);

  cluster.start('node-2');
  cluster.until('node-2 is back and rid of the old pod', () => {
    const pods = cluster.list(PODS, 'default');
    return isReady(cluster.get(NODES, 'node-2')) && pods.length === 3;
  });
});
