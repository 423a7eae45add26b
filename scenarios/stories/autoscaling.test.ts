import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENTS, EVENTS, HORIZONTAL_POD_AUTOSCALERS, PODS } from '../../actors/api/resource.ts';
import { SimCluster } from '../sim/cluster.ts';

test('autoscaling: load rises and falls: a Deployment grows to carry it, and shrinks when five minutes were calm', () => {
  const cluster = new SimCluster({ seed: 11, nodes: 3 });
  const labels = { app: 'web' };
  cluster.create(DEPLOYMENTS, {
    metadata: { name: 'web' },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'main', image: 'nginx', resources: { requests: { cpu: '200m' } } }] },
      },
    },
  } as never);
  cluster.create(HORIZONTAL_POD_AUTOSCALERS, {
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      ],
    },
  } as never);
  /** Shared by whoever runs. */
  const carry = (milli: number): void => {
    const pods = cluster.list(PODS, 'default').filter(({ status }) => status?.phase === 'Running');
    for (const { metadata, spec } of pods)
      cluster.ask('engine', spec.nodeName!, {
        type: 'sim.behave',
        podUid: metadata.uid,
        container: 'main',
        cpuMilli: Math.round(milli / pods.length),
      } as never);
  };
  const replicas = (): number => cluster.get(DEPLOYMENTS, 'web').spec.replicas ?? 0;
  const under = (milli: number, what: string, done: () => boolean): number => {
    const began = cluster.world.clock.now();
    for (let i = 0; i < 200 && !done(); i++) {
      carry(milli);
      cluster.world.advance(5_000);
    }
    assert.ok(done(), `seed ${cluster.world.seed}: ${what}: ${replicas()} replicas`);
    return cluster.world.clock.now() - began;
  };
  const status = () => cluster.get(HORIZONTAL_POD_AUTOSCALERS, 'web').status;
  const active = () => status().conditions?.find(({ type }) => type === 'ScalingActive')?.reason;
  under(20, 'it is measured', () => active() === 'ValidMetricFound');
  assert.equal(replicas(), 1);
  const rise = under(600, 'six carry 600m at 50 % of 200m', () => replicas() === 6);
  assert.ok(rise < 180_000, `${rise} ms`);
  under(
    600,
    'it stays so',
    () => status().currentReplicas === 6 && status().currentMetrics?.[0]?.resource?.current.averageUtilization === 50,
  );
  const fall = under(20, 'one is enough', () => replicas() === 1);
  assert.ok(fall > 240_000 && fall < 480_000, `${fall} ms`);
  const events = cluster.list(EVENTS, 'default').filter(({ reason }) => reason === 'SuccessfulRescale');
  assert.ok(events.some(({ message }) => message === 'New size: 1; reason: All metrics below target'));
  assert.ok(
    events.some(({ message }) =>
      message?.endsWith('reason: cpu resource utilization (percentage of request) above target'),
    ),
  );
});
