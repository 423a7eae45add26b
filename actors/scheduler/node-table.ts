//! Every node with what runs there, kept up to date change by change: a cycle never looks at all pods.
import type { Node } from '../api/types/cluster.ts';
import { Domains } from './domains.ts';
import { NodeInfo } from './node-info.ts';
import { bump, PodCensus } from './pod-census.ts';
import type { PodFacts } from './pod-facts.ts';
import { TermBook } from './term-book.ts';
import { claimRefs } from './volumes/claims-of.ts';

interface Placed {
  readonly facts: PodFacts;
  readonly node: NodeInfo;
  /** Decided here and not yet seen in the API. */
  readonly assumed: boolean;
}

export class NodeTable {
  /** Those that exist, in the order in which they came. */
  readonly nodes: NodeInfo[] = [];
  /** Labels of namespaces: what a namespaceSelector is about. */
  readonly namespaces = new Map<string, Readonly<Record<string, string>>>();
  /** How many pods use a claim, by its key. */
  readonly claimUsers = new Map<string, number>();
  readonly domains = new Domains(this.nodes);
  readonly census = new PodCensus(this.nodes, this.namespaces);
  readonly wishes = new TermBook(this.namespaces);
  readonly #byName = new Map<string, NodeInfo>();
  readonly #placed = new Map<string, Placed>();
  readonly #freeSlots: number[] = [];
  #slots = 0;
  #tainted = 0;
  #assumed = 0;

  get(name: string): NodeInfo | undefined {
    const info = this.#byName.get(name);
    return info?.node === undefined ? undefined : info;
  }
  /** Nodes with taints that keep pods away. */
  get tainted(): number {
    return this.#tainted;
  }
  get podCount(): number {
    return this.#placed.size;
  }
  get assumedCount(): number {
    return this.#assumed;
  }
  /** Undefined: it is gone. */
  setNamespace(name: string, labels: Readonly<Record<string, string>> | undefined): void {
    if (labels === undefined) this.namespaces.delete(name);
    else this.namespaces.set(name, labels);
    this.census.namespacesChanged();
  }
  setNode(node: Node): void {
    const info = this.#info(node.metadata.name);
    const isNew = info.node === undefined;
    if (isNew) this.nodes.push(info);
    const sameLabels = !isNew && sameText(info.labels, node.metadata.labels);
    if (info.hardTaints.length > 0) this.#tainted--;
    if (sameLabels) info.setNode(node);
    else this.#relabel(info, () => info.setNode(node));
    if (info.hardTaints.length > 0) this.#tainted++;
    this.census.nodesChanged();
  }
  removeNode(name: string): void {
    const info = this.#byName.get(name);
    if (info?.node === undefined) return;
    if (info.hardTaints.length > 0) this.#tainted--;
    this.#relabel(info, () => info.setNode(undefined));
    this.nodes.splice(this.nodes.indexOf(info), 1);
    this.census.nodesChanged();
    this.#forgetIdle(info);
  }
  /** Where the API says it is. Confirms, moves or adds. */
  place(facts: PodFacts, nodeName: string): void {
    const placed = this.#placed.get(facts.key);
    // A binding that is confirmed, or a status that changed: nothing moves.
    if (placed?.node.name === nodeName && sameRoom(placed.facts, facts)) {
      placed.node.pods.set(facts.key, facts);
      this.#note(facts, placed.node, false);
    } else this.#put(facts, nodeName, false);
  }
  /** Counts already while the binding is under way. */
  assume(facts: PodFacts, nodeName: string): void {
    this.#put(facts, nodeName, true);
  }
  isAssumed(key: string): boolean {
    return this.#placed.get(key)?.assumed === true;
  }
  placed(key: string): { readonly facts: PodFacts; readonly node: NodeInfo } | undefined {
    return this.#placed.get(key);
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
    if (placed.assumed) this.#assumed--;
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
    this.#note(facts, node, assumed);
  }
  #note(facts: PodFacts, node: NodeInfo, assumed: boolean): void {
    if (this.isAssumed(facts.key)) this.#assumed--;
    if (assumed) this.#assumed++;
    this.#placed.set(facts.key, { facts, node, assumed });
  }
  #info(name: string): NodeInfo {
    let info = this.#byName.get(name);
    if (info === undefined) {
      info = new NodeInfo(name, this.#freeSlots.pop() ?? this.#slots++);
      this.#byName.set(name, info);
    }
    return info;
  }
  #forgetIdle(info: NodeInfo): void {
    if (!info.idle || !this.#byName.delete(info.name)) return;
    this.#freeSlots.push(info.slot);
  }
  #count(facts: PodFacts, node: NodeInfo, by: 1 | -1): void {
    this.census.changed(facts, node, by);
    if (facts.pod.spec.affinity !== undefined) this.wishes.changed(facts, node, by);
    if (facts.pod.spec.volumes !== undefined)
      for (const { key } of claimRefs(facts.pod)) bump(this.claimUsers, key, by);
  }
  /** A node that changes its labels takes its pods along in the counts. */
  #relabel(info: NodeInfo, change: () => void): void {
    const pods = [...info.pods.values()];
    for (const pod of pods) this.#count(pod, info, -1);
    this.domains.changed(info, -1);
    change();
    this.domains.changed(info, 1);
    for (const pod of pods) this.#count(pod, info, 1);
  }
}

const sameText = (a: object = {}, b: object = {}): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
/** Whether all counts stay as they are when one takes the place of the other. */
const sameRoom = ({ pod: a }: PodFacts, { pod: b }: PodFacts): boolean =>
  a.metadata.uid === b.metadata.uid &&
  (a.metadata.deletionTimestamp === undefined) === (b.metadata.deletionTimestamp === undefined) &&
  sameText(a.metadata.labels, b.metadata.labels) &&
  sameText(a.spec.containers, b.spec.containers) &&
  sameText(a.spec.resources, b.spec.resources);
