//! kube-scheduler's metrics by its own names, in Prometheus' text format.

type Labels = Readonly<Record<string, string>>;
interface Metric {
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly buckets?: readonly number[];
}
const powers = (start: number, factor: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => start * factor ** i);

const METRICS = {
  scheduler_schedule_attempts_total: {
    help: "Number of attempts to schedule pods, by the result. 'unschedulable' means a pod could not be scheduled, while 'error' means an internal scheduler problem.",
    type: 'counter',
  },
  scheduler_scheduling_attempt_duration_seconds: {
    help: 'Scheduling attempt latency in seconds (scheduling algorithm + binding)',
    type: 'histogram',
    buckets: powers(0.001, 2, 15),
  },
  scheduler_scheduling_algorithm_duration_seconds: {
    help: 'Scheduling algorithm latency in seconds',
    type: 'histogram',
    buckets: powers(0.001, 2, 15),
  },
  scheduler_preemption_victims: {
    help: 'Number of selected preemption victims',
    type: 'histogram',
    buckets: powers(1, 2, 7),
  },
  scheduler_preemption_attempts_total: {
    help: 'Total preemption attempts in the cluster till now',
    type: 'counter',
  },
  scheduler_pending_pods: {
    help: "Number of pending pods, by the queue type. 'active' means number of pods in activeQ; 'backoff' means number of pods in backoffQ; 'unschedulable' means number of pods in unschedulablePods that the scheduler attempted to schedule and failed; 'gated' is the number of unschedulable pods that the scheduler never attempted to schedule because they are gated.",
    type: 'gauge',
  },
  scheduler_pod_scheduling_sli_duration_seconds: {
    help: 'E2e latency for a pod being scheduled, from the time the pod enters the scheduling queue and might involve multiple scheduling attempts.',
    type: 'histogram',
    buckets: powers(0.01, 2, 20),
  },
  scheduler_pod_scheduling_attempts: {
    help: 'Number of attempts to successfully schedule a pod.',
    type: 'histogram',
    buckets: powers(1, 2, 5),
  },
  scheduler_queue_incoming_pods_total: {
    help: 'Number of pods added to scheduling queues by event and queue type.',
    type: 'counter',
  },
  scheduler_permit_wait_duration_seconds: {
    help: 'Duration of waiting on permit.',
    type: 'histogram',
    buckets: powers(0.001, 2, 15),
  },
  scheduler_scheduler_cache_size: {
    help: 'Number of nodes, pods, and assumed (bound) pods in the scheduler cache.',
    type: 'gauge',
  },
  scheduler_unschedulable_pods: {
    help: 'The number of unschedulable pods broken down by plugin name. A pod will increment the gauge for all plugins that caused it to not schedule and so this metric have meaning only when broken down by plugin.',
    type: 'gauge',
  },
} as const satisfies Readonly<Record<string, Metric>>;
export type MetricName = keyof typeof METRICS;

interface Series {
  value: number;
  /** Of a histogram: observations up to each bucket, cumulated when told. */
  readonly buckets: number[];
  count: number;
}

export class Metrics {
  readonly #series = new Map<MetricName, Map<string, Series>>();

  add(name: MetricName, labels: Labels = {}, by = 1): void {
    this.#of(name, labels).value += by;
  }
  set(name: MetricName, labels: Labels, value: number): void {
    this.#of(name, labels).value = value;
  }
  /** Seconds, or whatever the metric counts. */
  observe(name: MetricName, value: number, labels: Labels = {}): void {
    const series = this.#of(name, labels);
    series.value += value;
    series.count++;
    const bounds = (METRICS[name] as Metric).buckets ?? [];
    const at = bounds.findIndex((bound) => value <= bound);
    if (at >= 0) series.buckets[at] = (series.buckets[at] ?? 0) + 1;
  }
  /** Gauges that are set anew each time they are told. */
  clear(name: MetricName): void {
    this.#series.delete(name);
  }
  text(): string {
    const lines: string[] = [];
    for (const name of (Object.keys(METRICS) as MetricName[]).sort()) {
      const all = this.#series.get(name);
      if (all === undefined) continue;
      const { help, type, buckets = [] } = METRICS[name] as Metric;
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      for (const [labels, series] of [...all].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (type === 'histogram') lines.push(...histogram(name, labels, series, buckets));
        else lines.push(`${name}${braced(labels)} ${series.value}`);
      }
    }
    return `${lines.join('\n')}\n`;
  }
  #of(name: MetricName, labels: Labels): Series {
    let all = this.#series.get(name);
    if (all === undefined) {
      all = new Map();
      this.#series.set(name, all);
    }
    const key = textOf(labels);
    let series = all.get(key);
    if (series === undefined) {
      series = { value: 0, buckets: [], count: 0 };
      all.set(key, series);
    }
    return series;
  }
}
const textOf = (labels: Labels): string => {
  let text = '';
  for (const key in labels) text += `${text === '' ? '' : ','}${key}=${JSON.stringify(labels[key])}`;
  return text;
};
const braced = (labels: string): string => (labels === '' ? '' : `{${labels}}`);
function histogram(name: string, labels: string, series: Series, bounds: readonly number[]): readonly string[] {
  const lines: string[] = [];
  const before = labels === '' ? '' : `${labels},`;
  let sum = 0;
  bounds.forEach((bound, i) => {
    sum += series.buckets[i] ?? 0;
    lines.push(`${name}_bucket{${before}le="${bound}"} ${sum}`);
  });
  lines.push(`${name}_bucket{${before}le="+Inf"} ${series.count}`);
  lines.push(`${name}_sum${braced(labels)} ${series.value}`, `${name}_count${braced(labels)} ${series.count}`);
  return lines;
}
