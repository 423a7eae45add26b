//! One stored object seen in another version of the API: events (two groups, other field names), autoscalers
//! (v1 and v2) and claims of devices change; elsewhere versions differ in `apiVersion` only.
import { convertDevices } from './convert-devices.ts';
import { get, isEmpty, isObject, type Json, type JsonObject, listOf, objectOf } from './json.ts';

/** `toGroupVersion`: `events.k8s.io/v1`. The same object when it is of that version already. */
export function convert<T extends object>(object: T, toGroupVersion: string): T {
  const from = (object as { apiVersion?: string }).apiVersion;
  if (from === toGroupVersion) return object;
  const kind = (object as { kind?: string }).kind;
  const source = object as unknown as JsonObject;
  if (kind === 'Event' && (toGroupVersion === 'events.k8s.io/v1' || toGroupVersion === 'v1')) {
    return renamed(source, toGroupVersion === 'v1' ? TO_CORE : TO_EVENTS, toGroupVersion) as T;
  }
  if (kind === 'HorizontalPodAutoscaler') {
    if (toGroupVersion === 'autoscaling/v1') return autoscalerV1(source) as T;
    if (from === 'autoscaling/v1') return autoscalerV2(source) as T;
  }
  if (toGroupVersion.startsWith(DEVICES))
    return { ...convertDevices(source, from ?? '', toGroupVersion), apiVersion: toGroupVersion } as T;
  return { ...object, apiVersion: toGroupVersion };
}
const DEVICES = 'resource.k8s.io/';

/** pkg/apis/events/v1/conversion.go */
const TO_EVENTS: Readonly<Record<string, string>> = {
  involvedObject: 'regarding',
  message: 'note',
  reportingComponent: 'reportingController',
  source: 'deprecatedSource',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
};
const TO_CORE: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(TO_EVENTS).map(([core, events]) => [events, core]),
);
function renamed(object: JsonObject, names: Readonly<Record<string, string>>, apiVersion: string): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(object)) result[names[key] ?? key] = value;
  if (apiVersion === 'v1' && result['involvedObject'] === undefined) result['involvedObject'] = {};
  return { ...result, apiVersion };
}

/** What v1 has no field for travels in annotations (pkg/apis/autoscaling/v1/conversion.go). */
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';
const BEHAVIOR = 'autoscaling.alpha.kubernetes.io/behavior';
const CONDITIONS = 'autoscaling.alpha.kubernetes.io/conditions';
const CURRENT = 'autoscaling.alpha.kubernetes.io/current-metrics';

const isCpu = (metric: Json): boolean =>
  get(metric, 'type') === 'Resource' &&
  get(metric, 'resource', 'name') === 'cpu' &&
  get(metric, 'resource', 'target', 'averageUtilization') !== undefined;
const isCurrentCpu = (metric: Json): boolean =>
  get(metric, 'type') === 'Resource' && get(metric, 'resource', 'name') === 'cpu';

function autoscalerV1(object: JsonObject): JsonObject {
  const { metrics, behavior, ...spec } = objectOf(object['spec']);
  const { currentMetrics, conditions, ...status } = objectOf(object['status']);
  const cpu = listOf(metrics).find(isCpu);
  const currentCpu = listOf(currentMetrics).find(isCurrentCpu);
  const annotations: JsonObject = { ...objectOf(get(object, 'metadata', 'annotations')) };
  const keep = (name: string, value: Json | readonly Json[] | undefined): void => {
    if (!isEmpty(value)) annotations[name] = JSON.stringify(value);
  };
  keep(
    METRICS,
    listOf(metrics).filter((metric) => metric !== cpu),
  );
  keep(BEHAVIOR, behavior);
  keep(CONDITIONS, conditions);
  keep(
    CURRENT,
    listOf(currentMetrics).filter((metric) => metric !== currentCpu),
  );
  const target = get(cpu, 'resource', 'target', 'averageUtilization');
  const current = get(currentCpu, 'resource', 'current', 'averageUtilization');
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: {
      ...objectOf(object['metadata']),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: { ...status, ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }) },
  };
}
function autoscalerV2(object: JsonObject): JsonObject {
  const { targetCPUUtilizationPercentage: target, ...spec } = objectOf(object['spec']);
  const { currentCPUUtilizationPercentage: current, ...status } = objectOf(object['status']);
  const {
    [METRICS]: metrics,
    [BEHAVIOR]: behavior,
    [CONDITIONS]: conditions,
    [CURRENT]: currentMetrics,
    ...annotations
  } = objectOf(get(object, 'metadata', 'annotations'));
  const { annotations: _, ...metadata } = objectOf(object['metadata']);
  const cpu = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target ?? 0 } },
  };
  const currentCpu = { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: current ?? 0 } } };
  const all = [...(target === undefined ? [] : [cpu]), ...listOf(parsed(metrics))];
  const allCurrent = [...(current === undefined ? [] : [currentCpu]), ...listOf(parsed(currentMetrics))];
  const given = { behavior: parsed(behavior), conditions: parsed(conditions) };
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: { ...metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: {
      ...spec,
      ...(all.length === 0 ? {} : { metrics: all }),
      ...(isObject(given.behavior) ? { behavior: given.behavior } : {}),
    },
    status: {
      ...status,
      ...(allCurrent.length === 0 ? {} : { currentMetrics: allCurrent }),
      ...(Array.isArray(given.conditions) ? { conditions: given.conditions } : {}),
    },
  };
}
/** An annotation is the user's to spoil. */
function parsed(text: Json | undefined): Json | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
