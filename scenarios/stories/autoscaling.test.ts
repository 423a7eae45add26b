import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENTS, EVENTS, HORIZONTAL_POD_AUTOSCALERS, PODS } from '../../actors/api/resource.ts';
import { findResource } from '../../actors/api/resources.ts';
import { timestamp } from '../../actors/api/time.ts';
import { ACTOR_ANNOTATION, type AggregatedRequest } from '../../actors/apiserver/protocol.ts';
import { address, inbox } from '../../runtime/address.ts';
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

test('autoscaling: numbers of an adapter, of pods, of an object, of something outside: the most demanding counts', () => {
  const cluster = new SimCluster({ seed: 12, nodes: 2 });
  const says = { hits: 10, depth: 0, queue: 0 };
  const asked: string[] = [];
  /** Of the pods, looked up between rounds: an answer must not ask. */
  let names: readonly string[] = [];
  const list = (kind: string, items: readonly object[]): object => ({ kind, metadata: {}, items });
  const now = (): string => timestamp(cluster.world.clock.now());
  const answer = (path: string): object | undefined => {
    const { pathname } = new URL(path, 'http://adapter');
    const [, , group, version, ...rest] = pathname.split('/');
    if (rest.length === 0) return { kind: 'APIResourceList', groupVersion: `${group}/${version}`, resources: [] };
    asked.push(path);
    const at = rest.join('/');
    if (at === 'namespaces/default/pods/*/hits') {
      return list(
        'MetricValueList',
        names.map((name) => ({ describedObject: { name }, timestamp: now(), value: String(says.hits) })),
      );
    }
    if (at === 'namespaces/default/services/front/depth')
      return list('MetricValueList', [
        { describedObject: { name: 'front' }, timestamp: now(), value: String(says.depth) },
      ]);
    if (at === 'namespaces/default/queue')
      return list('ExternalMetricValueList', [{ timestamp: now(), value: `${says.queue}m` }]);
    return undefined;
  };
  const at = address('adapter', 'default', 'adapter');
  cluster.world.bus.subscribe(inbox(cluster.world.cluster, at), ({ message, reply }) => {
    const body = answer((message as unknown as AggregatedRequest).path);
    const code = body === undefined ? 404 : 200;
    reply?.({
      type: 'aggregated.answered',
      code,
      contentType: 'application/json',
      body: JSON.stringify(body ?? {}),
    } as never);
    return undefined;
  });
  const services = findResource('apiregistration.k8s.io', 'v1', 'apiservices')!;
  for (const [group, version] of [
    ['custom.metrics.k8s.io', 'v1beta1'],
    ['external.metrics.k8s.io', 'v1beta1'],
  ] as const)
    cluster.create(services, {
      metadata: { name: `${version}.${group}`, annotations: { [ACTOR_ANNOTATION]: 'adapter/default/adapter' } },
      spec: {
        group,
        version,
        groupPriorityMinimum: 100,
        versionPriority: 100,
        service: { namespace: 'default', name: 'adapter' },
        insecureSkipTLSVerify: true,
      },
    } as never);
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'nginx' }] } };
  cluster.create(DEPLOYMENTS, {
    metadata: { name: 'web' },
    spec: { replicas: 1, selector: { matchLabels: labels }, template },
  } as never);
  const describedObject = { apiVersion: 'v1', kind: 'Service', name: 'front' };
  cluster.create(HORIZONTAL_POD_AUTOSCALERS, {
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 10,
      metrics: [
        { type: 'Pods', pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '10' } } },
        {
          type: 'Object',
          object: { describedObject, metric: { name: 'depth' }, target: { type: 'Value', value: '100' } },
        },
        {
          type: 'External',
          external: {
            metric: { name: 'queue', selector: { matchLabels: { of: 'web' } } },
            target: { type: 'AverageValue', averageValue: '2' },
          },
        },
      ],
    },
  } as never);
  const replicas = (): number => {
    names = cluster.list(PODS, 'default').map(({ metadata }) => metadata.name);
    return cluster.get(DEPLOYMENTS, 'web').spec.replicas ?? 0;
  };
  const status = () => cluster.get(HORIZONTAL_POD_AUTOSCALERS, 'web').status;
  cluster.until(
    'all three are read',
    () => replicas() > 0 && status().currentMetrics?.every(({ type }) => type !== '') === true,
    120_000,
  );
  assert.equal(replicas(), 1);
  says.hits = 30;
  cluster.until('hits of pods: three', () => replicas() === 3, 60_000);
  says.hits = 10;
  says.queue = 10_000;
  cluster.until('what waits outside: five', () => replicas() === 5, 60_000);
  says.depth = 160;
  cluster.until('an object: eight', () => replicas() === 8, 60_000);
  assert.ok(
    asked.some((path) => path.endsWith('/namespaces/default/queue?labelSelector=of%3Dweb')),
    asked.at(-1),
  );
  assert.deepEqual(
    status().currentMetrics?.map(({ type }) => type),
    ['Pods', 'Object', 'External'],
  );
});
