//! How many pods of one owner stand on each node and in each zone, kept as they come and go.
import type { NodeInfo } from './node-info.ts';

export interface Spread {
  readonly byNode: ReadonlyMap<string, number>;
  readonly byZone: ReadonlyMap<string, number>;
}
interface Counts extends Spread {
  readonly byNode: Map<string, number>;
  readonly byZone: Map<string, number>;
}

export class OwnerSpread {
  readonly #owners = new Map<string, Counts>();
  of(owner: string | undefined): Spread | undefined {
    return owner === undefined ? undefined : this.#owners.get(owner);
  }
  count(owner: string | undefined, node: NodeInfo, by: 1 | -1): void {
    if (owner === undefined) return;
    let counts = this.#owners.get(owner);
    if (counts === undefined) {
      counts = { byNode: new Map(), byZone: new Map() };
      this.#owners.set(owner, counts);
    }
    bump(counts.byNode, node.name, by);
    if (node.zone !== '') bump(counts.byZone, node.zone, by);
    if (counts.byNode.size === 0) this.#owners.delete(owner);
  }
}
function bump(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
