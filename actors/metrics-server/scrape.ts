//! What a kubelet's /metrics/resource says: text of Prometheus, the few lines that count.
export const RESOURCES = '/metrics/resource';
export interface Point {
  readonly atMs: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  /** Since 1970; 0: a node's, which is not told. */
  readonly startMs: number;
}
export interface Scrape {
  readonly node: Point;
  /** By `namespace/name`, then by container. */
  readonly pods: ReadonlyMap<string, ReadonlyMap<string, Point>>;
}
type Draft = { -readonly [K in keyof Point]: Point[K] };
const LINE = /^(\w+)(?:\{([^}]*)\})? ([^ ]+)(?: (\d+))?$/;
const LABEL = /(\w+)="((?:\\.|[^"\\])*)"/g;
const draft = (): Draft => ({ atMs: 0, cpuSeconds: -1, memoryBytes: -1, startMs: 0 });

/** Undefined: it says nothing of its node. */
export function readScrape(text: string): Scrape | undefined {
  const node = draft();
  const pods = new Map<string, Map<string, Draft>>();
  for (const line of text.split('\n')) {
    const [, name = '', labels = '', value, at] = line.startsWith('#') ? [] : (LINE.exec(line) ?? []);
    const of = name.startsWith('node_') ? node : name.startsWith('container_') ? ofContainer(pods, labels) : undefined;
    if (of !== undefined) note(of, name.replace(/^[a-z]+_/, ''), Number(value), Number(at ?? 0));
  }
  if (node.cpuSeconds < 0 || node.memoryBytes < 0) return undefined;
  for (const [key, containers] of pods) {
    for (const [name, point] of containers) if (point.cpuSeconds < 0 || point.memoryBytes < 0) containers.delete(name);
    if (containers.size === 0) pods.delete(key);
  }
  return { node, pods };
}
function note(point: Draft, what: string, value: number, at: number): void {
  switch (what) {
    case 'cpu_usage_seconds_total':
      point.cpuSeconds = value;
      point.atMs = at;
      return;
    case 'memory_working_set_bytes':
      point.memoryBytes = value;
      return;
    case 'start_time_seconds':
      point.startMs = value * 1_000;
      return;
  }
}
function ofContainer(pods: Map<string, Map<string, Draft>>, text: string): Draft {
  const labels: Record<string, string> = {};
  for (const [, key = '', value = ''] of text.matchAll(LABEL)) labels[key] = value;
  const { namespace = '', pod = '', container = '' } = labels;
  const key = `${namespace}/${pod}`;
  const containers = pods.get(key) ?? new Map<string, Draft>();
  pods.set(key, containers);
  const point = containers.get(container) ?? draft();
  containers.set(container, point);
  return point;
}
