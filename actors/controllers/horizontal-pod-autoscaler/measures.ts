//! What metrics say now, read where they are kept (podautoscaler/metrics/client.go).
import type { Result } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { get, listOf, textOf } from '../../api/json.ts';
import { milliOf } from '../../api/quantity.ts';
import { POD_METRICS, type Resource } from '../../api/resource.ts';
import { groupResource } from '../../api/resources.ts';
import { formatSelector, selectorOf } from '../../api/selector.ts';
import { parseTime } from '../../api/time.ts';
import type { MetricIdentifier, MetricSpec } from '../../api/types/autoscaling.ts';
import type { MetricValue, PodMetrics } from '../../api/types/metrics.ts';
import { resourceOf } from '../../client/kinds.ts';
import type { ControllerIo } from '../../client/protocol.ts';
import type { PodValue, Reading } from './protocol.ts';

/** Of what does not say over how long it was measured. */
const WINDOW_MS = 60_000;
const missing = (message: string): Reading => ({ kind: 'missing', message });
const selectorText = ({ selector }: MetricIdentifier): string =>
  selector === undefined ? '' : formatSelector(selectorOf(selector));

/** `selector`: of the target's pods, as text. */
export function* read(io: ControllerIo, metric: MetricSpec, namespace: string, selector: string): Task<Reading> {
  switch (metric.type) {
    case 'Resource':
      return yield* resource(io, namespace, selector, metric.resource!.name, '');
    case 'ContainerResource':
      return yield* resource(
        io,
        namespace,
        selector,
        metric.containerResource!.name,
        metric.containerResource!.container,
      );
    case 'Pods':
      return yield* pods(io, namespace, selector, metric.pods!.metric);
    case 'Object':
      return yield* object(io, namespace, metric.object!);
    case 'External':
      return yield* external(io, namespace, metric.external!.metric);
  }
}

function* resource(
  io: ControllerIo,
  namespace: string,
  selector: string,
  name: string,
  container: string,
): Task<Reading> {
  const wrap = `unable to get metrics for resource ${name}: `;
  const listed = yield* io.client.list(POD_METRICS, namespace, { labelSelector: selector });
  if (!listed.ok)
    return missing(
      `${wrap}unable to fetch metrics from resource metrics API: ${said(listed, `get ${groupResource(POD_METRICS)}`)}`,
    );
  if (listed.value.length === 0) return missing(`${wrap}no metrics returned from resource metrics API`);
  const values = new Map<string, PodValue>();
  for (const pod of listed.value) {
    const milli = milliIn(pod, name, container);
    if (milli === undefined) continue;
    const window = windowMs(pod.window);
    values.set(pod.metadata.name, { milli, atMs: parseTime(pod.timestamp) ?? 0, windowMs: window });
  }
  return { kind: 'pods', values };
}
/** Undefined: a container of it does not say. */
function milliIn({ containers }: PodMetrics, name: string, container: string): number | undefined {
  const counted = containers.filter((one) => container === '' || one.name === container);
  if (counted.length === 0) return undefined;
  let sum = 0;
  for (const { usage } of counted) {
    const amount = (usage as unknown as Readonly<Record<string, string>>)[name];
    if (amount === undefined) return undefined;
    sum += milliOf(amount);
  }
  return sum;
}
/** `1m5.5s` */
function windowMs(text: string): number {
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(h|ms|m|s)/g))
    ms += Number(amount) * (unit === 'h' ? 3_600_000 : unit === 'm' ? 60_000 : unit === 's' ? 1_000 : 1);
  return ms;
}

/** Adapters serve either or both; the newer first. */
const VERSIONS = ['v1beta2', 'v1beta1'];
const custom = (name: string, namespaced = true): Resource => ({
  group: 'custom.metrics.k8s.io',
  version: VERSIONS[0]!,
  resource: name,
  kind: 'MetricValueList',
  namespaced,
});
function* values(
  io: ControllerIo,
  of: Resource,
  namespace: string,
  name: string,
  metric: MetricIdentifier,
  labelSelector: string,
): Task<Result<readonly MetricValue[]>> {
  const options = { labelSelector, metricLabelSelector: selectorText(metric) };
  let got = yield* io.client.getSub(of, namespace, name, metric.name, options);
  for (const version of VERSIONS.slice(1))
    if (!got.ok && isUnserved(got))
      got = yield* io.client.getSub({ ...of, version }, namespace, name, metric.name, options);
  return got.ok ? { ok: true, value: listOf(get(got.value, 'items')) as unknown as readonly MetricValue[] } : got;
}
function* pods(io: ControllerIo, namespace: string, selector: string, metric: MetricIdentifier): Task<Reading> {
  const wrap = `unable to get metric ${metric.name}: `;
  const found = yield* values(io, custom('pods'), namespace, '*', metric, selector);
  if (!found.ok) return missing(`${wrap}unable to fetch metrics from custom metrics API: ${said(found)}`);
  if (found.value.length === 0) return missing(`${wrap}no metrics returned from custom metrics API`);
  const read = new Map<string, PodValue>();
  for (const one of found.value) {
    const seconds = get(one, 'windowSeconds');
    read.set(one.describedObject?.name ?? '', {
      milli: milliOf(one.value),
      atMs: parseTime(one.timestamp) ?? 0,
      windowMs: typeof seconds === 'number' ? seconds * 1_000 : WINDOW_MS,
    });
  }
  return { kind: 'pods', values: read };
}
function* object(io: ControllerIo, namespace: string, source: NonNullable<MetricSpec['object']>): Task<Reading> {
  const { describedObject, metric } = source;
  const { apiVersion = 'v1', kind, name } = describedObject;
  const about = `unable to get metric ${metric.name}: ${kind} on ${namespace} ${name}/`;
  const of = resourceOf(io, apiVersion, kind);
  if (of === undefined)
    return missing(`${about}no matches for kind ${JSON.stringify(kind)} in version "${apiVersion}"`);
  const target = kind === 'Namespace' ? undefined : custom(groupResource(of), of.namespaced);
  // Of a namespace itself: a metric of it, not of an object in it.
  const found =
    target === undefined
      ? yield* values(io, custom('metrics'), name, metric.name, { ...metric, name: '' }, '')
      : yield* values(io, target, namespace, name, metric, '');
  if (!found.ok) return missing(`${about}unable to fetch metrics from custom metrics API: ${said(found)}`);
  const [first] = found.value;
  if (first === undefined) return missing(`${about}no metrics returned from custom metrics API`);
  return { kind: 'value', milli: milliOf(first.value) };
}
function* external(io: ControllerIo, namespace: string, metric: MetricIdentifier): Task<Reading> {
  const wrap = `unable to get external metric ${namespace}/${metric.name}/${selectorText(metric)}: `;
  const of: Resource = {
    group: 'external.metrics.k8s.io',
    version: 'v1beta1',
    resource: metric.name,
    kind: 'ExternalMetricValue',
    namespaced: true,
  };
  const listed = yield* io.client.list(of, namespace, { labelSelector: selectorText(metric) });
  if (!listed.ok) return missing(`${wrap}unable to fetch metrics from external metrics API: ${said(listed)}`);
  if (listed.value.length === 0) return missing(`${wrap}no metrics returned from external metrics API`);
  const milli = listed.value.reduce((sum, one) => sum + milliOf(textOf(get(one, 'value'))), 0);
  return { kind: 'value', milli };
}
const UNSERVED = 'the server could not find the requested resource';
const isUnserved = ({ fault }: { readonly fault: { readonly message: string } }): boolean => fault.message === UNSERVED;
/** As client-go says it: what nobody serves names what was asked for. */
const said = ({ fault }: { readonly fault: { readonly message: string } }, asked = ''): string =>
  fault.message === UNSERVED && asked !== '' ? `${UNSERVED} (${asked})` : fault.message;
