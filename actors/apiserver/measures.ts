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
} as const;
/** A bound for whatever labels may come. */
export const SERIES_MAX = 20_000;

export class Measures {
  readonly #families = new Map<string, Family>(
    Object.entries(FAMILIES).map(([name, family]) => [name, { ...family, series: new Map() }]),
  );
  observe(name: keyof typeof FAMILIES, labels: Labels, value: number): void {
    const { series, buckets } = this.#families.get(name)!;
    observe(series, printed(labels), buckets, value);
  }
  *lines(): Iterable<string> {
    for (const [name, { help, series, buckets }] of this.#families) yield* histograms(name, help, series, buckets);
  }
}
const escaped = (value: string): string => value.replace(/[\\"\n]/g, (one) => (one === '\n' ? '\\n' : `\\${one}`));
/** A create of a pod prints some thirty: most values are plain. */
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
  let one = series.get(labels);
  if (one === undefined) {
    if (series.size >= SERIES_MAX) return;
    one = { labels, counts: buckets.map(() => 0), sum: 0, count: 0 };
    series.set(labels, one);
  }
  const at = buckets.findIndex((most) => value <= most);
  if (at >= 0) one.counts[at] = (one.counts[at] ?? 0) + 1;
  one.sum += value;
  one.count++;
}
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
