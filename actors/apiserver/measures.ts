//! Histograms of what a server does inside, by kube-apiserver's names: filled where the work is, told at /metrics.

export type Labels = Readonly<Record<string, string>>;
export interface Histogram {
  readonly labels: string;
  readonly counts: number[];
  sum: number;
  count: number;
}
interface Family {
  readonly help: string;
  readonly buckets: readonly number[];
  readonly series: Map<string, Histogram>;
}
/** k8s.io/apiserver/pkg/admission/metrics */
const ADMISSION = [0.005, 0.025, 0.1, 0.5, 1, 2.5];
const FAMILIES = {
  apiserver_admission_controller_admission_duration_seconds: {
    help: 'Admission controller latency histogram in seconds, identified by name and broken out for each operation and API resource and type (validate or admit).',
    buckets: ADMISSION,
  },
  apiserver_admission_step_admission_duration_seconds: {
    help: 'Admission sub-step latency histogram in seconds, broken out for each operation and API resource and step type (validate or admit).',
    buckets: ADMISSION,
  },
  etcd_request_duration_seconds: {
    help: 'Etcd request latency in seconds for each operation and object type.',
    buckets: [0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60],
  },
} as const;
const COUNTERS = {
  apiserver_audit_event_total: 'Counter of audit events generated and sent to the audit backend.',
  etcd_request_errors_total: 'Etcd failed request counts for each operation and object type.',
  etcd_requests_total: 'Etcd request counts for each operation and object type.',
} as const;
/** A bound for whatever labels may come. */
export const SERIES_MAX = 20_000;

export class Measures {
  readonly #families = new Map<string, Family>(
    Object.entries(FAMILIES).map(([name, family]) => [name, { ...family, series: new Map() }]),
  );
  readonly #kept = new WeakMap<object, (Histogram | undefined)[]>();
  /**
   * Into series `which` of `whose`: it is kept, as a create of a pod observes some thirty. `labels` is asked the first
   * time.
   */
  observe(name: keyof typeof FAMILIES, whose: object, which: number, labels: () => Labels, value: number): void {
    const { series, buckets } = this.#families.get(name)!;
    let kept = this.#kept.get(whose);
    if (kept === undefined) {
      kept = [];
      this.#kept.set(whose, kept);
    }
    kept[which] ??= seriesOf(series, printed(labels()), buckets);
    const one = kept[which];
    if (one !== undefined) count(one, buckets, value);
  }
  readonly #counters = new Map<string, Map<string, number>>(Object.keys(COUNTERS).map((name) => [name, new Map()]));
  count(name: keyof typeof COUNTERS, labels: Labels = {}): void {
    const series = this.#counters.get(name)!;
    const key = printed(labels);
    const before = series.get(key);
    if (before !== undefined || series.size < SERIES_MAX) series.set(key, (before ?? 0) + 1);
  }
  *lines(): Iterable<string> {
    for (const [name, { help, series, buckets }] of this.#families) yield* histograms(name, help, series, buckets);
    for (const [name, help] of Object.entries(COUNTERS)) yield* plain(name, help, 'counter', this.#counters.get(name)!);
  }
}
const escaped = (value: string): string => value.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`));
/** Most values are plain. */
export function printed(labels: Labels): string {
  let text = '';
  for (const name in labels) {
    const value = labels[name]!;
    text += `${text === '' ? '' : ','}${name}="${ODD.test(value) ? escaped(value) : value}"`;
  }
  return text;
}
const ODD = /[\\"\n]/;
export function observe(
  series: Map<string, Histogram>,
  labels: string,
  buckets: readonly number[],
  value: number,
): void {
  const one = seriesOf(series, labels, buckets);
  if (one !== undefined) count(one, buckets, value);
}
/** Undefined: there are too many. */
function seriesOf(series: Map<string, Histogram>, labels: string, buckets: readonly number[]): Histogram | undefined {
  let one = series.get(labels);
  if (one === undefined) {
    if (series.size >= SERIES_MAX) return undefined;
    one = { labels, counts: buckets.map(() => 0), sum: 0, count: 0 };
    series.set(labels, one);
  }
  return one;
}
function count(one: Histogram, buckets: readonly number[], value: number): void {
  let at = 0;
  while (at < buckets.length && value > buckets[at]!) at++;
  if (at < buckets.length) one.counts[at]!++;
  one.sum += value;
  one.count++;
}
export function* plain(
  name: string,
  help: string,
  type: 'counter' | 'gauge',
  series: ReadonlyMap<string, number>,
): Iterable<string> {
  yield `# HELP ${name} ${help}`;
  yield `# TYPE ${name} ${type}`;
  for (const [labels, value] of series) yield `${name}${braced(labels)} ${value}`;
}
export const braced = (labels: string): string => (labels === '' ? '' : `{${labels}}`);
export function* histograms(
  name: string,
  help: string,
  series: ReadonlyMap<string, Histogram>,
  buckets: readonly number[],
): Iterable<string> {
  yield `# HELP ${name} ${help}`;
  yield `# TYPE ${name} histogram`;
  for (const { labels, counts, sum, count } of series.values()) {
    let below = 0;
    for (const [i, most] of buckets.entries()) {
      below += counts[i] ?? 0;
      yield `${name}_bucket{${labels},le="${most}"} ${below}`;
    }
    yield `${name}_bucket{${labels},le="+Inf"} ${count}`;
    yield `${name}_sum{${labels}} ${sum}`;
    yield `${name}_count{${labels}} ${count}`;
  }
}
