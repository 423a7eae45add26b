//! What the node and its pods use, as a kubelet shows it: Summary (stats.k8s.io) and /metrics/resource.
import { timestamp } from '../api/time.ts';
import type { Pod } from '../api/types/pod.ts';
import type { ContainerStats, EngineStats, Usage } from '../engine/protocol.ts';

/** Rates are taken over at least so long. */
const RATE_LEAST_MS = 5_000;
const NANOS = 1_000_000_000;

interface PodStats {
  readonly pod: Pod;
  readonly usage: Usage;
  readonly containers: readonly ContainerStats[];
}
/** What was measured lately: rates are between two of them. */
export class Samples {
  #before: EngineStats | undefined;
  #last: EngineStats | undefined;
  add(stats: EngineStats): void {
    if (this.#last !== undefined && stats.at - this.#last.at < RATE_LEAST_MS) return;
    this.#before = this.#last;
    this.#last = stats;
  }
  /** The one that `stats` is to be compared with. */
  before(stats: EngineStats): EngineStats | undefined {
    return this.#last === undefined || stats.at - this.#last.at < RATE_LEAST_MS ? this.#before : this.#last;
  }
}

function podStats({ containers }: EngineStats, pods: readonly Pod[]): readonly PodStats[] {
  const byPod = new Map<string, ContainerStats[]>();
  for (const one of containers) byPod.set(one.podUid, [...(byPod.get(one.podUid) ?? []), one]);
  return pods.flatMap((pod) => {
    const own = byPod.get(pod.metadata.uid);
    if (own === undefined) return [];
    const sum = (of: (one: ContainerStats) => number): number => own.reduce((total, one) => total + of(one), 0);
    const usage = { cpuNanos: sum(({ cpuNanos }) => cpuNanos), memoryBytes: sum(({ memoryBytes }) => memoryBytes) };
    return [{ pod, usage, containers: own }];
  });
}
const keyOf = ({ podUid, name, attempt }: ContainerStats): string => `${podUid}/${name}/${attempt}`;

/** k8s.io/kubelet/pkg/apis/stats/v1alpha1 Summary. `capacityBytes`: the node's memory. */
export function summaryOf(
  node: { readonly name: string; readonly capacityBytes: number },
  stats: EngineStats,
  before: EngineStats | undefined,
  pods: readonly Pod[],
): object {
  const time = timestamp(stats.at);
  const elapsedMs = stats.at - (before?.at ?? stats.at);
  const cpu = (usage: Usage, earlier: number | undefined): object => ({
    time,
    ...(earlier === undefined || elapsedMs <= 0
      ? {}
      : { usageNanoCores: Math.max(0, Math.round(((usage.cpuNanos - earlier) / elapsedMs) * 1_000)) }),
    usageCoreNanoSeconds: usage.cpuNanos,
  });
  const memory = ({ memoryBytes }: Usage): object => ({
    time,
    usageBytes: memoryBytes,
    workingSetBytes: memoryBytes,
  });
  const earlier = new Map((before?.containers ?? []).map((one) => [keyOf(one), one.cpuNanos]));
  return {
    node: {
      nodeName: node.name,
      startTime: timestamp(stats.node.startedAt),
      cpu: cpu(stats.node, before?.node.cpuNanos),
      memory: { ...memory(stats.node), availableBytes: Math.max(0, node.capacityBytes - stats.node.memoryBytes) },
    },
    pods: podStats(stats, pods).map(({ pod, usage, containers }) => {
      const { name, namespace = '', uid } = pod.metadata;
      const known = containers.map((one) => earlier.get(keyOf(one)));
      const sum = known.includes(undefined) ? undefined : known.reduce<number>((total, one) => total + (one ?? 0), 0);
      return {
        podRef: { name, namespace, uid },
        startTime: pod.status?.startTime ?? null,
        containers: containers.map((one) => ({
          name: one.name,
          startTime: timestamp(one.startedAt),
          cpu: cpu(one, earlier.get(keyOf(one))),
          memory: memory(one),
        })),
        cpu: cpu(usage, sum),
        memory: memory(usage),
      };
    }),
  };
}

type Labels = Readonly<Record<string, string>>;
/** kubernetes pkg/kubelet/metrics/collectors/resource_metrics.go: each value with the time of its measurement. */
export function resourceMetrics(stats: EngineStats, pods: readonly Pod[]): string {
  const lines: string[] = [];
  const at = Math.round(stats.at);
  const family = (name: string, type: string, help: string, values: readonly (readonly [Labels, number])[]): void => {
    if (values.length === 0) return;
    lines.push(`# HELP ${name} [STABLE] ${help}`, `# TYPE ${name} ${type}`);
    for (const [labels, value] of values) lines.push(`${name}${labelsText(labels)} ${value} ${at}`);
  };
  const known = podStats(stats, pods);
  const ofPods = (of: (usage: Usage) => number): readonly (readonly [Labels, number])[] =>
    known.map(({ pod, usage }) => [podLabels(pod), of(usage)] as const);
  const ofContainers = (of: (one: ContainerStats) => number): readonly (readonly [Labels, number])[] =>
    known.flatMap(({ pod, containers }) =>
      containers.map((one) => [{ container: one.name, ...podLabels(pod) }, of(one)] as const),
    );
  const seconds = ({ cpuNanos }: Usage): number => cpuNanos / NANOS;
  const bytes = ({ memoryBytes }: Usage): number => memoryBytes;
  const cumulative = (who: string): string => `Cumulative cpu time consumed by the ${who} in core-seconds`;
  const current = (who: string): string => `Current working set of the ${who} in bytes`;
  family('container_cpu_usage_seconds_total', 'counter', cumulative('container'), ofContainers(seconds));
  family('container_memory_working_set_bytes', 'gauge', current('container'), ofContainers(bytes));
  family(
    'container_start_time_seconds',
    'gauge',
    'Start time of the container since unix epoch in seconds',
    ofContainers(({ startedAt }) => startedAt / 1_000),
  );
  family('node_cpu_usage_seconds_total', 'counter', cumulative('node'), [[{}, seconds(stats.node)]]);
  family('node_memory_working_set_bytes', 'gauge', current('node'), [[{}, bytes(stats.node)]]);
  family('pod_cpu_usage_seconds_total', 'counter', cumulative('pod'), ofPods(seconds));
  family('pod_memory_working_set_bytes', 'gauge', current('pod'), ofPods(bytes));
  lines.push(
    '# HELP resource_scrape_error [STABLE] 1 if there was an error while getting container metrics, 0 otherwise',
    '# TYPE resource_scrape_error gauge',
    'resource_scrape_error 0',
  );
  return `${lines.join('\n')}\n`;
}
const podLabels = ({ metadata }: Pod): Labels => ({ namespace: metadata.namespace ?? '', pod: metadata.name });
function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
