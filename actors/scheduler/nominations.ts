//! Pods that wait for room on a node that preemption makes for them: others leave it to them.
import type { PodFacts } from './pod-facts.ts';

export class Nominations {
  readonly #changed: (node: string) => void;
  readonly #byNode = new Map<string, Map<string, PodFacts>>();
  readonly #nodes = new Map<string, string>();

  /** `changed`: told which node has other pods coming now. */
  constructor(changed: (node: string) => void = () => {}) {
    this.#changed = changed;
  }
  get size(): number {
    return this.#nodes.size;
  }
  nodeOf(key: string): string | undefined {
    return this.#nodes.get(key);
  }
  on(node: string): Iterable<PodFacts> {
    return this.#byNode.get(node)?.values() ?? NOBODY;
  }
  set(pod: PodFacts, node: string): void {
    this.delete(pod.key);
    this.#nodes.set(pod.key, node);
    let pods = this.#byNode.get(node);
    if (pods === undefined) {
      pods = new Map();
      this.#byNode.set(node, pods);
    }
    pods.set(pod.key, pod);
    this.#changed(node);
  }
  delete(key: string): void {
    const node = this.#nodes.get(key);
    if (node === undefined) return;
    this.#nodes.delete(key);
    const pods = this.#byNode.get(node);
    pods?.delete(key);
    if (pods?.size === 0) this.#byNode.delete(node);
    this.#changed(node);
  }
  /** Those whose room this pod may take: less important ones. */
  below(priority: number, node: string): readonly PodFacts[] {
    return [...this.on(node)].filter((pod) => pod.priority < priority);
  }
}
const NOBODY: readonly PodFacts[] = [];
