//! Every node with what runs there, kept up to date change by change: a cycle never looks at all pods.
import type { Node } from '../api/types/cluster.ts';
import { NodeInfo } from './node-info.ts';
import { OwnerSpread } from './owner-spread.ts';
import { PodCensus } from './pod-census.ts';
import type { PodFacts } from './pod-facts.ts';
import { TermBook } from './term-book.ts';

interface Placed {
  readonly facts: PodFacts;
  readonly node: NodeInfo;
  /** Decided here and not yet seen in the API. */
  readonly assumed: boolean;
}

export class NodeTable {
  /** Those that exist, in the order in which they came. */
  readonly nodes: NodeInfo[] = [];
  readonly spread = new OwnerSpread();
  /** Labels of namespaces: what a namespaceSelector is about. */
  readonly namespaces = new Map<string, Readonly<Record<string, string>>>();
  readonly census = new PodCensus(() => this.nodes);
  readonly wishes = new TermBook(this.namespaces);
  readonly #byName = new Map<string, NodeInfo>();
  readonly #placed = new Map<string, Placed>();

  get(name: string): NodeInfo | undefined {
    const info = this.#byName.get(name);
    return info?.node === undefined ? undefined : info;
  }
  get podCount(): number {
    return this.#placed.size;
  }
  setNode(node: Node): void {
    const info = this.#info(node.metadata.name);
    if (info.node === undefined) this.nodes.push(info);
    this.#recount(info, () => info.setNode(node));
  }
  removeNode(name: string): void {
    const info = this.#byName.get(name);
    if (info?.node === undefined) return;
    this.nodes.splice(this.nodes.indexOf(info), 1);
    this.#recount(info, () => info.setNode(undefined));
    this.#forgetIdle(info);
  }
  /** Where the API says it is. Confirms, moves or adds. */
  place(facts: PodFacts, nodeName: string): void {
    this.#put(facts, nodeName, false);
  }
  /** Counts already while the binding is under way. */
  assume(facts: PodFacts, nodeName: string): void {
    this.#put(facts, nodeName, true);
  }
  isAssumed(key: string): boolean {
    return this.#placed.get(key)?.assumed === true;
  }
  /** Takes back an assumption; what the API has confirmed stays. */
  forget(key: string): void {
    if (this.isAssumed(key)) this.remove(key);
  }
  /** The node that it left. */
  remove(key: string): NodeInfo | undefined {
    const placed = this.#placed.get(key);
    if (placed === undefined) return undefined;
    this.#placed.delete(key);
    placed.node.remove(placed.facts);
    this.#count(placed.facts, placed.node, -1);
    this.#forgetIdle(placed.node);
    return placed.node;
  }

  #put(facts: PodFacts, nodeName: string, assumed: boolean): void {
    this.remove(facts.key);
    const node = this.#info(nodeName);
    node.add(facts);
    this.#count(facts, node, 1);
    this.#placed.set(facts.key, { facts, node, assumed });
  }
  #info(name: string): NodeInfo {
    let info = this.#byName.get(name);
    if (info === undefined) {
      info = new NodeInfo(name);
      this.#byName.set(name, info);
    }
    return info;
  }
  #forgetIdle(info: NodeInfo): void {
    if (info.idle) this.#byName.delete(info.name);
  }
  #count(facts: PodFacts, node: NodeInfo, by: 1 | -1): void {
    this.spread.count(facts.owner, node, by);
    this.census.changed(facts, node, by);
    if (facts.pod.spec.affinity !== undefined) this.wishes.changed(facts, node, by);
  }
  /** A node that changes its labels takes its pods along in the counts. */
  #recount(info: NodeInfo, change: () => void): void {
    const pods = [...info.pods.values()];
    for (const pod of pods) this.#count(pod, info, -1);
    change();
    for (const pod of pods) this.#count(pod, info, 1);
  }
}
