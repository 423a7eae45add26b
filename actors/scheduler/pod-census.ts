//! How many pods that a term means stand on each node and in each domain (zone ...): counted when asked, then kept.
import type { NodeInfo } from './node-info.ts';
import type { PodFacts } from './pod-facts.ts';
import { meant, type NamespaceLabels, type Term } from './pod-term.ts';

/** Questions kept; the one that was asked longest ago is forgotten, and counted anew if it comes again. */
const QUESTIONS_MAX = 500;

export interface Counts {
  /** By the value that their node has for the key of the topology. */
  readonly domains: ReadonlyMap<string, number>;
  readonly nodes: ReadonlyMap<NodeInfo, number>;
  /** How many domains have how many pods; those without any are not in it. */
  readonly levels: ReadonlyMap<number, number>;
  /** Of an inclusion: the domains with a node that counts. */
  readonly known: ReadonlySet<string>;
}
/** Only some nodes count: those that `test` lets. */
export interface Inclusion {
  readonly id: string;
  readonly test: (node: NodeInfo) => boolean;
}
interface Question extends Counts {
  /** A pod counts when all of them mean it. */
  readonly terms: readonly Term[];
  readonly topologyKey: string;
  readonly leaving: boolean;
  readonly inclusion: Inclusion | undefined;
  readonly domains: Map<string, number>;
  readonly nodes: Map<NodeInfo, number>;
  readonly levels: Map<number, number>;
}

export class PodCensus {
  readonly #questions = new Map<string, Question>();
  readonly #nodes: readonly NodeInfo[];
  readonly #namespaces: NamespaceLabels;
  constructor(nodes: readonly NodeInfo[], namespaces: NamespaceLabels) {
    this.#nodes = nodes;
    this.#namespaces = namespaces;
  }
  /** `leaving`: also pods that are being deleted. */
  count(terms: readonly Term[], topologyKey: string, leaving: boolean, inclusion?: Inclusion): Counts {
    let id = `${leaving} ${topologyKey} ${inclusion?.id ?? ''}`;
    for (const term of terms) id += ` ${term.id}`;
    let question = this.#questions.get(id);
    if (question === undefined) {
      question = this.#ask(terms, topologyKey, leaving, inclusion);
      if (this.#questions.size >= QUESTIONS_MAX) this.#questions.delete(this.#questions.keys().next().value!);
    } else this.#questions.delete(id);
    this.#questions.set(id, question);
    return question;
  }
  #ask(terms: readonly Term[], topologyKey: string, leaving: boolean, inclusion: Inclusion | undefined): Question {
    const known = new Set<string>();
    const maps = { domains: new Map(), nodes: new Map(), levels: new Map() };
    const question: Question = { terms, topologyKey, leaving, inclusion, known, ...maps };
    for (const node of this.#nodes) {
      const domain = domainOf(node, topologyKey);
      if (domain !== undefined && inclusion?.test(node) === true) known.add(domain);
      for (const pod of node.pods.values()) this.#add(question, pod, node, 1);
    }
    return question;
  }
  changed(pod: PodFacts, node: NodeInfo, by: 1 | -1): void {
    for (const question of this.#questions.values()) this.#add(question, pod, node, by);
  }
  /** Which nodes count may be others now. */
  nodesChanged(): void {
    for (const [id, { inclusion }] of this.#questions) if (inclusion !== undefined) this.#questions.delete(id);
  }
  /** Other labels: terms that select namespaces mean other pods now. */
  namespacesChanged(): void {
    for (const [id, { terms }] of this.#questions)
      if (terms.some((term) => term.namespaceSelector !== undefined)) this.#questions.delete(id);
  }
  /** Whether such a question counts this pod. */
  counts(terms: readonly Term[], pod: PodFacts, leaving: boolean): boolean {
    if (!leaving && pod.pod.metadata.deletionTimestamp !== undefined) return false;
    for (const term of terms) if (!meant(term, pod, this.#namespaces)) return false;
    return true;
  }
  #add(question: Question, pod: PodFacts, node: NodeInfo, by: 1 | -1): void {
    const domain = domainOf(node, question.topologyKey);
    if (domain === undefined || !this.counts(question.terms, pod, question.leaving)) return;
    if (question.inclusion?.test(node) === false) return;
    bump(question.nodes, node, by);
    const before = question.domains.get(domain) ?? 0;
    bump(question.domains, domain, by);
    if (before > 0) bump(question.levels, before, -1);
    if (before + by > 0) bump(question.levels, before + by, 1);
  }
}
export const domainOf = (node: NodeInfo, topologyKey: string): string | undefined => node.labels[topologyKey];
export function bump<K>(into: Map<K, number>, key: K, by: number): void {
  const count = (into.get(key) ?? 0) + by;
  if (count === 0) into.delete(key);
  else into.set(key, count);
}
