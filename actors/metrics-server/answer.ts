//! What it answers under /apis/metrics.k8s.io/v1beta1: discovery, NodeMetrics, PodMetrics, tables of them.
import type { Result } from '../../runtime/fault.ts';
import { parseFieldSelector } from '../api/field-selector.ts';
import { get } from '../api/json.ts';
import { add, format } from '../api/quantity.ts';
import { matches, parseLabelSelector } from '../api/selector.ts';
import { methodNotAllowedPath, notFound, notFoundPath, statusOf } from '../api/status.ts';
import { timestamp } from '../api/time.ts';
import type { KubeObject, ObjectMeta, Status } from '../api/types/meta.ts';
import type { AggregatedReply, AggregatedRequest } from '../apiserver/protocol.ts';
import type { PodUsed, Used } from './logic.ts';
import { METRICS_GROUP, METRICS_VERSION } from './protocol.ts';

const ROOT = `/apis/${METRICS_GROUP}/${METRICS_VERSION}`;
const GROUP_VERSION = `${METRICS_GROUP}/${METRICS_VERSION}`;
const VERBS = ['get', 'list'];
const TABLE = /as=Table/;

/** What is there, and what is known of it. Objects give names and labels. */
export interface Known {
  readonly nowMs: number;
  nodes(): readonly KubeObject[];
  pods(namespace: string): readonly KubeObject[];
  nodeUsed(name: string): Used | undefined;
  podUsed(key: string): PodUsed | undefined;
}
interface Metrics extends KubeObject {
  readonly timestamp: string;
  readonly window: string;
  readonly usage?: Usage;
  readonly containers?: readonly { readonly name: string; readonly usage: Usage }[];
}
interface Usage {
  readonly cpu: string;
  readonly memory: string;
}

export function answer(
  { method, path, accept }: Omit<AggregatedRequest, 'type' | 'user'>,
  known: Known,
): AggregatedReply {
  if (method !== 'GET' && method !== 'HEAD') return refused(methodNotAllowedPath());
  const { pathname, searchParams: query } = new URL(path, 'http://localhost');
  const parts = pathname.replace(/\/+$/, '').slice(ROOT.length).split('/').slice(1).map(decodeURIComponent);
  if (!pathname.startsWith(ROOT)) return refused(notFoundPath());
  if (parts.length === 0) return reply(RESOURCES);
  const [first, second, third, fourth, ...rest] = parts;
  if (rest.length === 0 && first === 'nodes' && third === undefined) return nodes(known, second, query, accept);
  if (first === 'pods' && second === undefined) return pods(known, '', undefined, query, accept);
  if (rest.length === 0 && first === 'namespaces' && third === 'pods')
    return pods(known, second ?? '', fourth, query, accept);
  return refused(notFoundPath());
}

function nodes(known: Known, name: string | undefined, query: URLSearchParams, accept: string): AggregatedReply {
  const metricsOf = (node: KubeObject): Metrics | undefined => {
    const used = known.nodeUsed(node.metadata.name);
    return used && { ...headOf('NodeMetrics', node, known.nowMs), ...timesOf(used), usage: usageOf(used) };
  };
  if (name !== undefined) {
    const node = known.nodes().find(({ metadata }) => metadata.name === name);
    const metrics = node && metricsOf(node);
    if (metrics === undefined) return refused(notFound({ group: METRICS_GROUP, resource: 'nodemetrics' }, name));
    return reply(shown(metrics, accept));
  }
  const selected = select(known.nodes(), query);
  if (!selected.ok) return refused(statusOf(selected.fault));
  return reply(
    listed(
      'NodeMetricsList',
      selected.value.flatMap((node) => metricsOf(node) ?? []),
      accept,
    ),
  );
}
function pods(
  known: Known,
  namespace: string,
  name: string | undefined,
  query: URLSearchParams,
  accept: string,
): AggregatedReply {
  const metricsOf = (pod: KubeObject): Metrics | undefined => {
    const used = known.podUsed(`${pod.metadata.namespace}/${pod.metadata.name}`);
    return (
      used && {
        ...headOf('PodMetrics', pod, known.nowMs),
        ...timesOf(used),
        containers: used.containers.map((one) => ({ name: one.name, usage: usageOf(one) })),
      }
    );
  };
  if (name !== undefined) {
    const pod = known.pods(namespace).find(({ metadata }) => metadata.name === name);
    const metrics = pod && metricsOf(pod);
    if (metrics === undefined)
      return refused(notFound({ group: METRICS_GROUP, resource: 'podmetrics' }, `${namespace}/${name}`));
    return reply(shown(metrics, accept));
  }
  const selected = select(known.pods(namespace), query);
  if (!selected.ok) return refused(statusOf(selected.fault));
  return reply(
    listed(
      'PodMetricsList',
      selected.value.flatMap((pod) => metricsOf(pod) ?? []),
      accept,
    ),
  );
}

/** In order of their names. */
function select(all: readonly KubeObject[], query: URLSearchParams): Result<readonly KubeObject[]> {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '');
  if (!labels.ok) return labels;
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '');
  if (!fields.ok) return fields;
  const fits = (object: KubeObject): boolean =>
    matches(labels.value, object.metadata.labels) &&
    fields.value.every(({ field, operator, value }) => {
      const found = get(object, ...field.split('.'));
      return (String(found ?? '') === value) === (operator === '=');
    });
  const key = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;
  const found = all.filter(fits).map((object) => [key(object), object] as const);
  found.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return { ok: true, value: found.map(([, object]) => object) };
}

const headOf = (kind: string, { metadata }: KubeObject, nowMs: number): KubeObject => ({
  kind,
  apiVersion: GROUP_VERSION,
  metadata: {
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    creationTimestamp: timestamp(nowMs),
    ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
  } as ObjectMeta,
});
const timesOf = ({ atMs, windowMs }: Pick<Used, 'atMs' | 'windowMs'>): { timestamp: string; window: string } => ({
  timestamp: timestamp(atMs),
  window: duration(Math.round(windowMs)),
});
const NANO = 1_000_000_000n;
const usageOf = ({ cpuNanos, memoryBytes }: Used): Usage => ({
  cpu: format({ nanos: BigInt(cpuNanos), form: 'DecimalSI' }),
  memory: format({ nanos: BigInt(Math.round(memoryBytes)) * NANO, form: 'BinarySI' }),
});
/** As Go prints a time.Duration: `15.037s`, `1m5s`. */
function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return `${minutes > 0 ? `${minutes}m` : ''}${(ms - minutes * 60_000) / 1_000}s`;
}

const listed = (kind: string, items: readonly Metrics[], accept: string): object =>
  TABLE.test(accept) ? table(items) : { kind, apiVersion: GROUP_VERSION, metadata: {}, items };
const shown = (metrics: Metrics, accept: string): object => (TABLE.test(accept) ? table([metrics]) : metrics);
function table(items: readonly Metrics[]): object {
  const column = (name: string, type: string, format = ''): object => ({
    name,
    type,
    format,
    description: '',
    priority: 0,
  });
  const columns = [
    column('Name', 'string', 'name'),
    ...['cpu', 'memory', 'Window'].map((name) => column(name, 'string')),
  ];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {},
    columnDefinitions: columns,
    rows: items.map((item) => {
      const { cpu, memory } = item.usage ?? total(item.containers ?? []);
      const object = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: item.metadata };
      return { cells: [item.metadata.name, cpu, memory, item.window], object };
    }),
  };
}
const total = (containers: NonNullable<Metrics['containers']>): Usage =>
  containers.reduce<Usage>(
    (sum, { usage }) => ({ cpu: add(sum.cpu, usage.cpu), memory: add(sum.memory, usage.memory) }),
    { cpu: '0', memory: '0' },
  );

const resource = (name: string, singularName: string, namespaced: boolean, kind: string): object => ({
  name,
  singularName,
  namespaced,
  kind,
  verbs: VERBS,
});
const RESOURCES = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: GROUP_VERSION,
  resources: [resource('nodes', '', false, 'NodeMetrics'), resource('pods', '', true, 'PodMetrics')],
};
const reply = (body: object, code = 200): AggregatedReply => ({
  type: 'aggregated.answered',
  code,
  contentType: 'application/json',
  body: `${JSON.stringify(body)}\n`,
});
const refused = (status: Status): AggregatedReply => reply(status, status.code ?? 500);
