//! How many pods that a term means stand in each domain (node, zone ...): counted when asked, then kept up to date.
//! date.
import type { NodeInfo } from './node-info.ts';
import type { PodFacts } from './pod-facts.ts';
import { meant, type Term } from './pod-term.ts';

/** Questions kept; the one that was asked longest ago is forgotten, and counted anew if it comes again. */
const QUESTIONS_MAX = 500;

export type Domains = ReadonlyMap<string, number>;
interface Question {
  /** A pod counts when all of them mean it. */
  readonly terms: readonly Term[];
  readonly topologyKey: string;
  readonly domains: Map<string, number>;
}

export class PodCensus {
  readonly #questions = new Map<string, Question>();
  readonly #nodes: () => Iterable<NodeInfo>;
  constructor(nodes: () => Iterable<NodeInfo>) {
    this.#nodes = nodes;
  }
  /** Pods by the value that their node has for the key of the topology. */
  count(terms: readonly Term[], topologyKey: string): Domains {
    const id = `${topologyKey} ${terms.map((term) => term.id).join()}`;
    let question = this.#questions.get(id);
    if (question === undefined) {
      question = { terms, topologyKey, domains: new Map() };
      for (const node of this.#nodes()) for (const pod of node.pods.values()) add(question, pod, node, 1);
      if (this.#questions.size >= QUESTIONS_MAX) this.#questions.delete(this.#questions.keys().next().value!);
    } else this.#questions.delete(id);
    this.#questions.set(id, question);
    return question.domains;
  }
  changed(pod: PodFacts, node: NodeInfo, by: 1 | -1): void {
    for (const question of this.#questions.values()) add(question, pod, node, by);
  }
}
function add({ terms, topologyKey, domains }: Question, pod: PodFacts, node: NodeInfo, by: 1 | -1): void {
  const domain = domainOf(node, topologyKey);
  if (domain === undefined || pod.pod.metadata.deletionTimestamp !== undefined) return;
  for (const term of terms) if (!meant(term, pod)) return;
  bump(domains, domain, by);
}
export const domainOf = (node: NodeInfo, topologyKey: string): string | undefined =>
  node.node?.metadata.labels?.[topologyKey];
export function bump(domains: Map<string, number>, domain: string, by: number): void {
  const count = (domains.get(domain) ?? 0) + by;
  if (count === 0) domains.delete(domain);
  else domains.set(domain, count);
}
