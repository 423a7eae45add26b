import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENTS, PODS } from '../../actors/api/resource.ts';
import { SimCluster } from '../sim/cluster.ts';
import { pod } from '../sim/objects.ts';

test('crash loop: a container that ends after a second: started after 10, 20, 40, 80, 160, 300, 300 s, in virtual time', () => {
  const crashing = { image: 'crashing', behaviour: { runTimeMs: 1_000, exitCode: 1 } };
  const cluster = new SimCluster({ seed: 3, nodes: 1, workloads: [crashing] });
  cluster.create(PODS, pod('loop', { containers: [{ name: 'main', image: 'crashing' }] }));
  const starts: number[] = [];
  const state = () => cluster.get(PODS, 'loop').status.containerStatuses?.[0];
  cluster.until(
    'it was restarted eight times',
    () => {
      const seen = state();
      if (seen?.state.running && starts.length === seen.restartCount) starts.push(cluster.world.clock.now());
      if (seen?.state.waiting && seen.restartCount > 0) assert.equal(seen.state.waiting.reason, 'CrashLoopBackOff');
      return starts.length === 9;
    },
    3_600_000,
  );
  const gaps = starts.slice(1).map((at, i) => Math.round((at - starts[i]!) / 1_000) - 1);
  assert.deepEqual(gaps, [0, 10, 20, 40, 80, 160, 300, 300], 'the first restart is immediate');
  const reasons = cluster.list(EVENTS, 'default').map((event) => event.reason);
  assert.ok(reasons.includes('BackOff'), reasons.join());
  assert.equal(state()?.lastState.terminated?.exitCode, 1);
});
