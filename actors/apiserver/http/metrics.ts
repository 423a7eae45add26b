//! What kube-apiserver counts, by its names (k8s.io/apiserver/pkg/endpoints/metrics), in Prometheus' text form.
//! Series are as many as there are resources, verbs and codes: paths that clients make up share one.

import {
  braced,
  type Histogram,
  histograms,
  type Labels,
  type Measures,
  observe,
  plain,
  printed,
  SERIES_MAX,
} from '../measures.ts';

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
  readonly #terminations = new Map<string, number>();
  /** What lasts and is under way: as many as are open. */
  readonly #lasting = new Map<string, number>();
  readonly #deprecated = new Set<string>();
  readonly inFlight = { reading: 0, writing: 0 };
  readonly #queued = { reading: 0, writing: 0 };

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
  /** Until what it returns is called, the first time. */
  lasts(of: RequestLabels): () => void {
    const { dry_run: _, ...rest } = labelsOf(of);
    const labels = printed(rest);
    bump(this.#lasting, labels, 1);
    let open = true;
    return () => {
      if (open) bump(this.#lasting, labels, -1);
      open = false;
    };
  }
  /** It waits for its turn, until what it returns is called. */
  queued(mutating: boolean): () => void {
    const kind = mutating ? 'writing' : 'reading';
    this.#queued[kind]++;
    let waits = true;
    return () => {
      if (waits) this.#queued[kind]--;
      waits = false;
    };
  }
  /** The server has ended it. */
  terminated(of: RequestLabels, code: number): void {
    const { dry_run: _, ...rest } = labelsOf(of);
    bump(this.#terminations, printed({ code: String(code), ...rest }), 1);
  }
  /** A kind that is on its way out has been asked for. No built-in one has a release of its removal. */
  deprecated({ group, version, resource }: Pick<RequestLabels, 'group' | 'version' | 'resource'>, sub: string): void {
    const labels = printed({ group, removed_release: '', resource, subresource: sub, version });
    if (this.#deprecated.size < SERIES_MAX) this.#deprecated.add(labels);
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
    const { reading, writing } = this.inFlight;
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
      '# HELP apiserver_current_inqueue_requests Maximal number of queued requests in this apiserver per request kind in last second.',
      '# TYPE apiserver_current_inqueue_requests gauge',
      `apiserver_current_inqueue_requests{request_kind="mutating"} ${this.#queued.writing}`,
      `apiserver_current_inqueue_requests{request_kind="readOnly"} ${this.#queued.reading}`,
      ...gauges(
        'apiserver_longrunning_requests',
        'Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
        this.#lasting,
      ),
      ...counters(
        'apiserver_request_terminations_total',
        'Number of requests which apiserver terminated in self-defense.',
        this.#terminations,
      ),
      ...gauges(
        'apiserver_requested_deprecated_apis',
        'Gauge of deprecated APIs that have been requested, broken out by API group, version, resource, subresource, and removed_release.',
        new Map([...this.#deprecated].map((labels) => [labels, 1])),
      ),
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

function bump(series: Map<string, number>, labels: string, by: number): void {
  const before = series.get(labels);
  if (before === undefined && series.size >= SERIES_MAX) return;
  series.set(labels, (before ?? 0) + by);
}
const counters = (name: string, help: string, series: ReadonlyMap<string, number>): Iterable<string> =>
  plain(name, help, 'counter', series);
const gauges = (name: string, help: string, series: ReadonlyMap<string, number>): Iterable<string> =>
  plain(name, help, 'gauge', series);
