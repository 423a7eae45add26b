//! Which images nodes have, how large they are, and on how many nodes each is.
import type { Node } from '../api/types/cluster.ts';

interface Known {
  size: number;
  nodes: number;
}

export class Images {
  readonly #images = new Map<string, Known>();
  readonly #ofNode = new WeakMap<Node, ReadonlyMap<string, number>>();
  /** Another number when scores by images may be others. */
  epoch = 0;

  changed(old: Node | undefined, node: Node | undefined): void {
    const [before, after] = [this.of(old), this.of(node)];
    if ((old === undefined) !== (node === undefined)) this.epoch++;
    if (sameKeys(before, after)) return;
    this.epoch++;
    for (const [name, size] of before) this.#count(name, size, -1);
    for (const [name, size] of after) this.#count(name, size, 1);
  }
  nodesWith(image: string): number {
    return this.#images.get(image)?.nodes ?? 0;
  }
  /** Name to bytes. */
  of(node: Node | undefined): ReadonlyMap<string, number> {
    if (node?.status?.images === undefined) return NONE;
    let known = this.#ofNode.get(node);
    if (known === undefined) {
      const read = new Map<string, number>();
      for (const { names = [], sizeBytes = 0 } of node.status.images)
        for (const name of names) read.set(name, sizeBytes);
      known = read;
      this.#ofNode.set(node, known);
    }
    return known;
  }
  #count(name: string, size: number, by: 1 | -1): void {
    const known = this.#images.get(name) ?? { size, nodes: 0 };
    known.nodes += by;
    if (known.nodes === 0) this.#images.delete(name);
    else this.#images.set(name, known);
  }
}
const NONE: ReadonlyMap<string, number> = new Map();
const sameKeys = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean => {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [name, size] of a) if (b.get(name) !== size) return false;
  return true;
};

/** As container runtimes name it: with the tag that is meant. */
export const imageName = (name: string): string =>
  name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name;
