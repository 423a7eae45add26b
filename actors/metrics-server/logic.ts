//! Usage from counters: what a container has used between two looks (metrics-server pkg/storage).
import type { Point, Scrape } from './scrape.ts';

const INTERVAL_MS = 15_000;
/** While little is known: the first numbers come soon. */
const FIRST_MS = 5_000;
const FIRST = 3;
/** A container that started since the last look counts from its start, once it is so old. */
const FRESH_LEAST_MS = 10_000;

export const intervalMs = (scrapes: number): number => (scrapes < FIRST ? FIRST_MS : INTERVAL_MS);

export interface Used {
  /** The end of the window. */
  readonly atMs: number;
  readonly windowMs: number;
  readonly cpuNanos: number;
  readonly memoryBytes: number;
}

/** Undefined: not known yet. */
export function usedBetween(before: Point | undefined, now: Point): Used | undefined {
  const same = before !== undefined && before.startMs === now.startMs && before.cpuSeconds <= now.cpuSeconds;
  const age = now.startMs === 0 ? 0 : now.atMs - now.startMs;
  const fresh = age >= FRESH_LEAST_MS && age <= INTERVAL_MS + FIRST_MS;
  const from = same ? before : fresh ? { atMs: now.startMs, cpuSeconds: 0 } : undefined;
  if (from === undefined || now.atMs <= from.atMs) return undefined;
  const windowMs = now.atMs - from.atMs;
  const cpuNanos = Math.round(((now.cpuSeconds - from.cpuSeconds) / windowMs) * 1_000 * 1_000_000_000);
  return { atMs: now.atMs, windowMs, cpuNanos, memoryBytes: now.memoryBytes };
}

export interface PodUsed {
  readonly atMs: number;
  readonly windowMs: number;
  readonly containers: readonly (Used & { readonly name: string })[];
}
/** The last two looks at each node. */
export class Storage {
  readonly #scrapes = new Map<string, { readonly before: Scrape | undefined; readonly last: Scrape }>();
  /** What is known of each pod by `namespace/name`, made anew after each look. */
  #pods: Map<string, PodUsed> | undefined;

  add(node: string, scrape: Scrape): void {
    const known = this.#scrapes.get(node)?.last;
    if (known !== undefined && scrape.node.atMs <= known.node.atMs) return;
    this.#scrapes.set(node, { before: known, last: scrape });
    this.#pods = undefined;
  }
  /** Nodes that could not be asked are forgotten: old numbers are none. */
  keep(nodes: ReadonlySet<string>): void {
    for (const node of [...this.#scrapes.keys()]) if (!nodes.has(node)) this.#scrapes.delete(node);
    this.#pods = undefined;
  }
  node(name: string): Used | undefined {
    const known = this.#scrapes.get(name);
    return known === undefined ? undefined : usedBetween(known.before?.node, known.last.node);
  }
  /** By `namespace/name`. */
  pod(key: string): PodUsed | undefined {
    this.#pods ??= this.#all();
    return this.#pods.get(key);
  }
  #all(): Map<string, PodUsed> {
    const pods = new Map<string, PodUsed>();
    for (const { before, last } of this.#scrapes.values())
      for (const [key, containers] of last.pods) {
        const known: (Used & { name: string })[] = [];
        for (const [name, now] of containers) {
          const used = usedBetween(before?.pods.get(key)?.get(name), now);
          if (used !== undefined) known.push({ name, ...used });
        }
        const [first] = known;
        // A pod of which a part is not known would look idle.
        if (first === undefined || known.length < containers.size) continue;
        const earliest = known.reduce((least, one) => (one.atMs < least.atMs ? one : least), first);
        pods.set(key, { atMs: earliest.atMs, windowMs: earliest.windowMs, containers: known });
      }
    return pods;
  }
}
