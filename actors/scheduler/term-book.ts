//! What pods that stand somewhere want of those that come: their own terms, with the domains where they hold.
import type { NodeInfo } from './node-info.ts';
import { bump, type Domains, domainOf } from './pod-census.ts';
import type { PodFacts } from './pod-facts.ts';
import { meant, type NamespaceLabels, type Term, type Terms, termsOf } from './pod-term.ts';

/** A required affinity of a pod that is there speaks for a newcomer with this weight. */
const HARD_AFFINITY_WEIGHT = 1;

export interface Wish {
  readonly term: Term;
  /** Undefined: an anti-affinity that must be kept. */
  readonly weight: number | undefined;
  readonly domains: Domains;
}
interface Entry extends Wish {
  readonly domains: Map<string, number>;
}

export class TermBook {
  readonly #entries = new Map<string, Entry>();
  /** As they were noted: namespaces may mean others by the time the pod goes. */
  readonly #noted = new WeakMap<PodFacts, Terms>();
  readonly #namespaces: NamespaceLabels;
  constructor(namespaces: NamespaceLabels) {
    this.#namespaces = namespaces;
  }
  changed(pod: PodFacts, node: NodeInfo, by: 1 | -1): void {
    const terms = this.#noted.get(pod) ?? termsOf(pod, this.#namespaces);
    this.#noted.set(pod, terms);
    const { near, apart, preferred } = terms;
    for (const term of apart) this.#note(term, undefined, node, by);
    for (const term of near) this.#note(term, HARD_AFFINITY_WEIGHT, node, by);
    for (const { term, weight } of preferred) this.#note(term, weight, node, by);
  }
  /** Those that mean this newcomer. */
  about(pod: PodFacts): readonly Wish[] {
    const wishes: Wish[] = [];
    for (const entry of this.#entries.values()) if (meant(entry.term, pod)) wishes.push(entry);
    return wishes;
  }
  #note(term: Term, weight: number | undefined, node: NodeInfo, by: 1 | -1): void {
    const domain = domainOf(node, term.topologyKey);
    if (domain === undefined) return;
    const id = `${weight} ${term.id}`;
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      entry = { term, weight, domains: new Map() };
      this.#entries.set(id, entry);
    }
    bump(entry.domains, domain, by);
    if (entry.domains.size === 0) this.#entries.delete(id);
  }
}
