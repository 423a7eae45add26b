//! Which values nodes have for a key of the topology, and how many nodes each: counted when first asked, then kept.
import type { NodeInfo } from './node-info.ts';

export interface Domain {
  /** Value to number of nodes. */
  readonly values: ReadonlyMap<string, number>;
  /** Nodes that have the key at all. */
  readonly nodes: number;
}
interface Counts extends Domain {
  readonly values: Map<string, number>;
  nodes: number;
}
const KEYS_MAX = 100;

export class Domains {
  readonly #nodes: readonly NodeInfo[];
  readonly #keys = new Map<string, Counts>();
  constructor(nodes: readonly NodeInfo[]) {
    this.#nodes = nodes;
  }
  of(key: string): Domain {
    let counts = this.#keys.get(key);
    if (counts === undefined) {
      if (this.#keys.size >= KEYS_MAX) this.#keys.clear();
      counts = { values: new Map(), nodes: 0 };
      for (const node of this.#nodes) count(counts, node.labels[key], 1);
      this.#keys.set(key, counts);
    }
    return counts;
  }
  /** Before (-1) and after (1) a node changes. */
  changed(node: NodeInfo, by: 1 | -1): void {
    for (const [key, counts] of this.#keys) count(counts, node.labels[key], by);
  }
}
function count(counts: Counts, value: string | undefined, by: 1 | -1): void {
  if (value === undefined) return;
  counts.nodes += by;
  const nodes = (counts.values.get(value) ?? 0) + by;
  if (nodes === 0) counts.values.delete(value);
  else counts.values.set(value, nodes);
}
