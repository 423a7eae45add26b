//! What kube-apiserver counts, by its names (k8s.io/apiserver/pkg/endpoints/metrics), in Prometheus' text form.
//! Series are as many as there are resources, verbs and codes: paths that clients make up share one.

import { type Histogram, histograms, type Labels, type Measures, observe, printed, SERIES_MAX } from '../measures.ts';

/** All that is counted of one kind of request. */
interface Series {
  readonly codes: Map<number, string>;
  readonly seconds: string;
  readonly sizes: string | undefined;
}
/** Of a request: as kube-apiserver labels it. */
export interface RequestLabels {
  /** GET, LIST, WATCH, POST, PUT, PATCH, APPLY, DELETE, DELETECOLLECTION, CONNECT */
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** '', cluster, namespace, resource */
  readonly scope: string;
  readonly dryRun: boolean;
}
const BUCKETS: readonly number[] = [
  0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60,
];
const SIZES: readonly number[] = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
const labelsOf = ({ dryRun, verb, ...rest }: RequestLabels): Labels => ({
  component: 'apiserver',
  dry_run: dryRun ? 'All' : '',
  ...rest,
  verb,
});

export class Metrics {
  readonly #requests = new Map<string, number>();
  readonly #seconds = new Map<string, Histogram>();
  readonly #sizes = new Map<string, Histogram>();
  readonly #events = new Map<string, number>();
  /** Their labels, printed once. */
  readonly #series = new Map<string, Series>();
  readonly inFlight = { reading: 0, writing: 0, watching: 0 };

  ended(of: RequestLabels, code: number, seconds: number, bytes: number): void {
    const series = this.#seriesOf(of);
    let requests = series.codes.get(code);
    if (requests === undefined) {
      requests = printed({ code: String(code), ...labelsOf(of) });
      series.codes.set(code, requests);
    }
    bump(this.#requests, requests, 1);
    const { verb } = of;
    // Long ones would hide the others.
    if (verb === 'WATCH' || verb === 'CONNECT') return;
    observe(this.#seconds, series.seconds, BUCKETS, seconds);
    if (series.sizes !== undefined) observe(this.#sizes, series.sizes, SIZES, bytes);
  }
  /** Counts one event of a watch on these, at each call. */
  watchEvents({ group, version, resource }: Pick<RequestLabels, 'group' | 'version' | 'resource'>): () => void {
    const labels = printed({ group, resource, version });
    return () => bump(this.#events, labels, 1);
  }
  #seriesOf(of: RequestLabels): Series {
    const { verb, group, version, resource, subresource, scope, dryRun } = of;
    const key = `${verb} ${group} ${version} ${resource} ${subresource} ${scope} ${dryRun}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      const labels = labelsOf(of);
      const { dry_run: _, ...sized } = labels;
      const sizes = verb === 'GET' || verb === 'LIST' ? printed(sized) : undefined;
      series = { codes: new Map(), seconds: printed(labels), sizes };
      if (this.#series.size < SERIES_MAX) this.#series.set(key, series);
    }
    return series;
  }

  /** `more`: gauges of whoever knows them: the process, the caches. */
  text(more: readonly Gauge[], measures: Pick<Measures, 'lines'>): string {
    const { reading, writing, watching } = this.inFlight;
    const lines = [
      ...counters(
        'apiserver_request_total',
        'Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
        this.#requests,
      ),
      ...histograms(
        'apiserver_request_duration_seconds',
        'Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
        this.#seconds,
        BUCKETS,
      ),
      ...histograms(
        'apiserver_response_sizes',
        'Response size distribution in bytes for each group, version, verb, resource, subresource, scope and component.',
        this.#sizes,
        SIZES,
      ),
      ...counters(
        'apiserver_watch_events_total',
        'Number of events sent in watch clients broken by group, version and resource',
        this.#events,
      ),
      '# HELP apiserver_current_inflight_requests Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
      '# TYPE apiserver_current_inflight_requests gauge',
      `apiserver_current_inflight_requests{request_kind="mutating"} ${writing}`,
      `apiserver_current_inflight_requests{request_kind="readOnly"} ${reading}`,
      '# HELP apiserver_longrunning_requests Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
      '# TYPE apiserver_longrunning_requests gauge',
      `apiserver_longrunning_requests{component="apiserver",verb="WATCH"} ${watching}`,
      ...measures.lines(),
      ...more.flatMap(({ name, help, type, values }) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...values.map(([labels, value]) => `${name}${braced(printed(labels))} ${value}`),
      ]),
    ];
    return `${lines.join('\n')}\n`;
  }
}
export interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  readonly values: readonly (readonly [Labels, number])[];
}
const braced = (labels: string): string => (labels === '' ? '' : `{${labels}}`);

function bump(series: Map<string, number>, labels: string, by: number): void {
  const before = series.get(labels);
  if (before === undefined && series.size >= SERIES_MAX) return;
  series.set(labels, (before ?? 0) + by);
}
function* counters(name: string, help: string, series: ReadonlyMap<string, number>): Iterable<string> {
  yield `# HELP ${name} ${help}`;
  yield `# TYPE ${name} counter`;
  for (const [labels, value] of series) yield `${name}{${labels}} ${value}`;
}
