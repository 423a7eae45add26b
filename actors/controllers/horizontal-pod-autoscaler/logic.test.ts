import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timestamp } from '../../api/time.ts';
import type { HorizontalPodAutoscaler, MetricSpec, Scale } from '../../api/types/autoscaling.ts';
import type { Pod } from '../../api/types/pod.ts';
import { findCondition } from '../../client/conditions.ts';
import { plan, type Round } from './logic.ts';
import { type Decision, LIMITS, type Memory, NOTHING_REMEMBERED, type Reading } from './protocol.ts';

const NOW = 10_000_000;
interface PodIs {
  readonly phase?: string;
  readonly ready?: boolean;
  /** Before now. */
  readonly startedMs?: number;
  readonly request?: string;
}
const pod = (name: string, is: PodIs = {}): Pod => {
  const since = timestamp(NOW - (is.startedMs ?? 3_600_000));
  const requests = is.request === '' ? {} : { cpu: is.request ?? '100m' };
  return {
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'main', resources: { requests } }] },
    status: {
      phase: is.phase ?? 'Running',
      startTime: since,
      conditions: [{ type: 'Ready', status: is.ready === false ? 'False' : 'True', lastTransitionTime: since }],
    },
  } as unknown as Pod;
};
const cpu: MetricSpec = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
};
const values = (...millis: readonly (number | undefined)[]): Reading => ({
  kind: 'pods',
  values: new Map(
    millis.flatMap((milli, i) =>
      milli === undefined ? [] : [[`p${i}`, { milli, atMs: NOW, windowMs: 15_000 }] as const],
    ),
  ),
});
interface Case {
  readonly current: number;
  readonly spec?: Partial<HorizontalPodAutoscaler['spec']>;
  readonly pods?: readonly Pod[];
  readonly readings?: readonly Reading[];
  readonly memory?: Memory;
  readonly nowMs?: number;
}
function decide({ current, spec, pods, readings = [], memory = NOTHING_REMEMBERED, nowMs = NOW }: Case): Decision {
  const autoscaler = {
    metadata: { name: 'web', namespace: 'default' },
    spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 20, metrics: [cpu], ...spec },
    status: { desiredReplicas: 0 },
  } as unknown as HorizontalPodAutoscaler;
  const scale = { spec: { replicas: current }, status: { replicas: current } } as unknown as Scale;
  const round: Round = {
    autoscaler,
    scale,
    pods: pods ?? Array.from({ length: current }, (_, i) => pod(`p${i}`)),
    readings,
    memory,
    limits: LIMITS,
    nowMs,
  };
  return plan(round);
}
const size = (decision: Decision): number | undefined => decision.rescale?.replicas;
const said = (decision: Decision, type: string): string => {
  const found = findCondition(decision.status.conditions, type);
  return `${found?.status} ${found?.reason}`;
};

test('plan: usage against what is requested: grows, stays within tolerance, waits before it shrinks', () => {
  const table = [
    ['double', [100, 100], 4],
    ['within tolerance', [54, 54], undefined],
    ['just above it', [56, 56], 3],
    ['beyond the limit of growing', [900, 900], 4],
    ['idle, but the last five minutes wanted more', [1, 1], undefined],
  ] as const;
  for (const [what, millis, want] of table)
    assert.equal(size(decide({ current: 2, readings: [values(...millis)] })), want, what);
  const high = decide({ current: 2, readings: [values(900, 900)] });
  assert.equal(said(high, 'ScalingLimited'), 'True ScaleUpLimit');
  assert.equal(high.rescale?.reason, 'cpu resource utilization (percentage of request) above target');
  assert.deepEqual(high.status.currentMetrics, [
    { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 900, averageValue: '900m' } } },
  ]);
  const idle = decide({ current: 2, readings: [values(1, 1)] });
  assert.equal(said(idle, 'AbleToScale'), 'True ScaleDownStabilized');
  const later = decide({ current: 2, readings: [values(1, 1)], memory: idle.memory, nowMs: NOW + 301_000 });
  assert.deepEqual([size(later), later.rescale?.reason], [1, 'All metrics below target']);
});
test('plan: pods without numbers, unready, pending, too young: thought to make the change smaller', () => {
  const table = [
    ['missing while it grows: idle', [pod('p0'), pod('p1'), pod('p2')], [200, 100, undefined], 6],
    ['missing while it grows, none needed then', [pod('p0'), pod('p1')], [60, undefined], undefined],
    ['missing while it shrinks: at its request', [pod('p0'), pod('p1')], [10, undefined], undefined],
    ['pending while it grows: idle', [pod('p0'), pod('p1', { phase: 'Pending' })], [120, undefined], 3],
    ['unready from the start: not counted', [pod('p0'), pod('p1', { ready: false, startedMs: 20_000 })], [120, 900], 3],
    ['failed: no pod', [pod('p0'), pod('p1', { phase: 'Failed' })], [100, 900], undefined],
    ['young, its sample from before it was ready', [pod('p0'), pod('p1', { startedMs: 5_000 })], [50, 900], undefined],
  ] as const;
  for (const [what, pods, millis, want] of table) {
    const current = what.startsWith('missing while it grows: idle') ? 3 : 2;
    const memory = { ...NOTHING_REMEMBERED, recommendations: [{ replicas: current, atMs: NOW - 400_000 }] };
    assert.equal(size(decide({ current, pods, memory, readings: [values(...millis)] })), want, what);
  }
});
test('plan: numbers that are not there: said as Kubernetes says it, never fewer pods', () => {
  const requestless = decide({ current: 1, pods: [pod('p0', { request: '' })], readings: [values(5)] });
  assert.equal(said(requestless, 'ScalingActive'), 'False FailedGetResourceMetric');
  assert.deepEqual(
    requestless.events.map(({ reason, message }) => `${reason}: ${message}`),
    [
      'FailedGetResourceMetric: failed to get cpu utilization: missing request for cpu in container main of Pod p0',
      'FailedComputeMetricsReplicas: invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: failed to get cpu utilization: missing request for cpu in container main of Pod p0',
    ],
  );
  const queue: MetricSpec = {
    type: 'External',
    external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '10' } },
  };
  const none: Reading = { kind: 'missing', message: 'no metrics' };
  const both = (first: number): Decision =>
    decide({ current: 2, spec: { metrics: [cpu, queue] }, readings: [values(first, first), none] });
  assert.equal(size(both(100)), 4);
  assert.equal(said(both(10), 'ScalingActive'), 'False FailedGetExternalMetric');
  const queued = decide({ current: 2, spec: { metrics: [queue] }, readings: [{ kind: 'value', milli: 35_000 }] });
  assert.deepEqual([size(queued), queued.rescale?.reason], [4, 'external metric queue(nil) above target']);
});
test('plan: bounds: kept without asking metrics; at zero nothing is scaled, unless zero is allowed', () => {
  assert.equal(size(decide({ current: 30 })), 20);
  assert.equal(size(decide({ current: 1, spec: { minReplicas: 3 } })), 3);
  const off = decide({ current: 0 });
  assert.deepEqual([size(off), said(off, 'ScalingActive')], [undefined, 'False ScalingDisabled']);
  const object: MetricSpec = {
    type: 'Object',
    object: {
      describedObject: { kind: 'Service', name: 's' },
      metric: { name: 'hits' },
      target: { type: 'Value', value: '10' },
    },
  };
  const spec = { minReplicas: 0, metrics: [object] };
  assert.equal(size(decide({ current: 0, spec, readings: [{ kind: 'value', milli: 25_000 }] })), 3);
  const capped = decide({ current: 5, spec: { maxReplicas: 6 }, readings: [values(100, 100, 100, 100, 100)] });
  assert.deepEqual([size(capped), said(capped, 'ScalingLimited')], [6, 'True TooManyReplicas']);
});
test('plan: behaviour: policies a period, the choice among them, windows both ways, a tolerance of its own', () => {
  const up = (more: object) => ({
    behavior: {
      scaleUp: {
        selectPolicy: 'Max',
        policies: [
          { type: 'Pods', value: 1, periodSeconds: 60 },
          { type: 'Percent', value: 100, periodSeconds: 60 },
        ],
        ...more,
      },
      scaleDown: {
        selectPolicy: 'Max',
        stabilizationWindowSeconds: 0,
        policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }],
      },
    } as HorizontalPodAutoscaler['spec']['behavior'] & object,
  });
  const busy = Array.from({ length: 4 }, () => 500);
  const readings = [values(...busy)];
  assert.equal(size(decide({ current: 4, spec: up({}), readings })), 8);
  assert.equal(size(decide({ current: 4, spec: up({ selectPolicy: 'Min' }), readings })), 5);
  assert.equal(size(decide({ current: 4, spec: up({ selectPolicy: 'Disabled' }), readings })), undefined);
  const first = decide({ current: 4, spec: up({ selectPolicy: 'Min' }), readings });
  const five = [values(500, 500, 500, 500, 500)];
  const soon = decide({
    current: 5,
    spec: up({ selectPolicy: 'Min' }),
    readings: five,
    memory: first.memory,
    nowMs: NOW + 15_000,
  });
  assert.deepEqual([size(soon), said(soon, 'ScalingLimited')], [undefined, 'True ScaleUpLimit']);
  const late = decide({
    current: 5,
    spec: up({ selectPolicy: 'Min' }),
    readings: five,
    memory: soon.memory,
    nowMs: NOW + 61_000,
  });
  assert.equal(size(late), 6);
  assert.equal(size(decide({ current: 4, spec: up({}), readings: [values(1, 1, 1, 1)] })), 3);
  const calm = { recommendations: [{ replicas: 4, atMs: NOW - 10_000 }], ups: [], downs: [] };
  const held = decide({ current: 4, spec: up({ stabilizationWindowSeconds: 60 }), readings, memory: calm });
  assert.deepEqual([size(held), said(held, 'AbleToScale')], [undefined, 'True ScaleUpStabilized']);
  assert.equal(
    size(decide({ current: 4, spec: up({ tolerance: '500m' }), readings: [values(70, 70, 70, 70)] })),
    undefined,
  );
});
