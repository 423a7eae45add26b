//! What a program counts, in Prometheus' text format. Names, help and buckets are a table of whoever counts.

export type Labels = Readonly<Record<string, string>>;
export interface Metric {
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly buckets?: readonly number[];
}
export const powers = (start: number, factor: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => start * factor ** i);

interface Series {
  value: number;
  /** Of a histogram: observations up to each bucket, cumulated when told. */
  readonly buckets: number[];
  count: number;
}

export class Registry<Name extends string> {
  readonly #table: Readonly<Record<Name, Metric>>;
  readonly #series = new Map<Name, Map<string, Series>>();
  constructor(table: Readonly<Record<Name, Metric>>) {
    this.#table = table;
  }

  add(name: Name, labels: Labels = {}, by = 1): void {
    this.#of(name, labels).value += by;
  }
  set(name: Name, labels: Labels, value: number): void {
    this.#of(name, labels).value = value;
  }
  /** Seconds, or whatever the metric counts. */
  observe(name: Name, value: number, labels: Labels = {}): void {
    const series = this.#of(name, labels);
    series.value += value;
    series.count++;
    const bounds = this.#table[name].buckets ?? [];
    const at = bounds.findIndex((bound) => value <= bound);
    if (at >= 0) series.buckets[at] = (series.buckets[at] ?? 0) + 1;
  }
  /** Gauges that are set anew each time they are told. */
  clear(name: Name): void {
    this.#series.delete(name);
  }
  text(): string {
    const lines: string[] = [];
    for (const name of (Object.keys(this.#table) as Name[]).sort()) {
      const all = this.#series.get(name);
      if (all === undefined) continue;
      const { help, type, buckets = [] } = this.#table[name];
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
      for (const [labels, series] of [...all].sort(([a], [b]) => (a < b ? -1 : 1))) {
        if (type === 'histogram') lines.push(...histogram(name, labels, series, buckets));
        else lines.push(`${name}${braced(labels)} ${series.value}`);
      }
    }
    return `${lines.join('\n')}\n`;
  }
  #of(name: Name, labels: Labels): Series {
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
