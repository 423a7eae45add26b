import { test } from 'node:test';
import type { JsonObject } from '../../json.ts';
import { created, updated } from '../refusal.fixture.ts';

const kind = { group: 'autoscaling', version: 'v2', kind: 'HorizontalPodAutoscaler', namespaced: true };
const spec = { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 3 };

test('autoscalers: bounds and what is scaled', () => {
  created(kind, { spec }, [
    [
      { 'spec.minReplicas': 0 },
      'spec.minReplicas: Invalid value: 0: must be greater than or equal to 1',
      'spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
    ],
    [
      { 'spec.maxReplicas': 0 },
      'spec.maxReplicas: Invalid value: 0: must be greater than 0',
      'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
    ],
    [{ 'spec.scaleTargetRef.kind': '' }, 'spec.scaleTargetRef.kind: Required value'],
    [{ 'spec.scaleTargetRef.name': 'a/b' }, 'spec.scaleTargetRef.name: Invalid value: "a/b": may not contain \'/\''],
  ]);
  const external = { type: 'External', external: { metric: { name: 'a' }, target: { type: 'Value', value: '1' } } };
  updated(kind, { spec: { ...spec, minReplicas: 0, metrics: [external] } }, [[{ 'spec.maxReplicas': 5 }]]);
  updated(
    kind,
    { spec },
    [
      [
        { status: { currentReplicas: -1, desiredReplicas: -2 } },
        'status.currentReplicas: Invalid value: -1: must be greater than or equal to 0',
        'status.desiredReplicas: Invalid value: -2: must be greater than or equal to 0',
      ],
    ],
    'status',
  );
});
test('autoscalers: metrics: one source each, with a target that fits it', () => {
  const at = 'spec.metrics[0]';
  const of = (type: string, field: string, source: JsonObject): JsonObject => ({
    'spec.metrics': [{ type, [field]: source }],
  });
  const value = { type: 'Value', value: '1' };
  const average = { type: 'AverageValue', averageValue: '1' };
  const metric = { name: 'a' };
  const types = '"ContainerResource", "External", "Object", "Pods", "Resource"';
  created(kind, { spec }, [
    [
      { 'spec.metrics': [{}] },
      `${at}.type: Required value: must specify a metric source type`,
      `${at}.type: Unsupported value: "": supported values: ${types}`,
      `${at}.type: Unsupported value: "": supported values: ${types}`,
    ],
    [
      { 'spec.metrics': [{ type: 'Pods', external: { metric, target: value } }] },
      `${at}.pods: Required value: must populate information for the given metric source`,
    ],
    [
      { 'spec.metrics': [{ type: 'Pods', pods: { metric, target: average }, external: { metric, target: value } }] },
      `${at}.external: Forbidden: must populate the given metric source only`,
    ],
    [of('Pods', 'pods', { metric, target: average })],
    [
      of('Pods', 'pods', { metric: { name: '' }, target: value }),
      `${at}.pods.metric.name: Required value: must specify a metric name`,
      `${at}.pods.target.averageValue: Required value: must specify a positive target averageValue`,
    ],
    [of('Object', 'object', { describedObject: { kind: 'a', name: 'b' }, metric, target: value })],
    [
      of('Object', 'object', { describedObject: { kind: 'a', name: '' }, metric, target: { type: 'Odd' } }),
      `${at}.object.describedObject.name: Required value`,
      `${at}.object.target.type: Invalid value: "Odd": must be either Utilization, Value, or AverageValue`,
      `${at}.object.target.averageValue: Required value: must set either a target value or averageValue`,
    ],
    [
      of('External', 'external', { metric, target: { ...value, averageValue: '-1' } }),
      `${at}.external.target.averageValue: Invalid value: "-1": must be positive`,
      `${at}.external.target.value: Forbidden: may not set both a target value for metric and a per-pod target`,
    ],
    [
      of('Resource', 'resource', { name: '', target: { type: 'Utilization', averageUtilization: 0 } }),
      `${at}.resource.name: Required value: must specify a resource name`,
      `${at}.resource.target.averageUtilization: Invalid value: 0: must be greater than 0`,
    ],
    [
      of('Resource', 'resource', { name: 'cpu', target: { type: 'Utilization' } }),
      `${at}.resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization`,
    ],
    [
      of('ContainerResource', 'containerResource', {
        name: 'cpu',
        target: { type: 'Utilization', averageUtilization: 5, averageValue: '1' },
      }),
      `${at}.containerResource.container: Required value: must specify a container`,
      `${at}.containerResource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization`,
    ],
  ]);
});
test('autoscalers: behaviour: windows, policies and tolerance', () => {
  const at = 'spec.behavior.scaleDown';
  const policy = { type: 'Pods', value: 1, periodSeconds: 60 };
  created(kind, { spec: { ...spec, behavior: { scaleDown: { policies: [policy] } } } }, [
    [
      { 'spec.behavior.scaleDown.stabilizationWindowSeconds': 3601 },
      `${at}.stabilizationWindowSeconds: Invalid value: 3601: must be less than or equal to 3600`,
    ],
    [
      { 'spec.behavior.scaleDown.selectPolicy': 'Odd' },
      `${at}.selectPolicy: Unsupported value: "Odd": supported values: "Disabled", "Max", "Min"`,
    ],
    [
      { 'spec.behavior.scaleDown.policies.0': { type: 'Odd', value: 0, periodSeconds: 1801 } },
      `${at}.policies[0].type: Unsupported value: "Odd": supported values: "Percent", "Pods"`,
      `${at}.policies[0].value: Invalid value: 0: must be greater than zero`,
      `${at}.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800`,
    ],
    [
      { 'spec.behavior.scaleDown.tolerance': '-0.1' },
      `${at}.tolerance: Invalid value: "-0.1": must be greater than or equal to 0`,
    ],
  ]);
});
