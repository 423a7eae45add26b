//! What pods that stand somewhere want of those that come: their own terms, with the domains where they hold.
import type { NodeInfo } from './node-info.ts';
import { bump, domainOf } from './pod-census.ts';
import type { PodFacts } from './pod-facts.ts';
import { meant, type NamespaceLabels, type Term, termsOf } from './pod-term.ts';

export interface Wish {
  readonly term: Term;
  /** `apart` must be kept; `near` was kept and draws others; a number is a preference. */
  readonly kind: 'apart' | 'near' | number;
  readonly domains: ReadonlyMap<string, number>;
}
interface Entry extends Wish {
  readonly domains: Map<string, number>;
}

export class TermBook {
  readonly #entries = new Map<string, Entry>();
  readonly #namespaces: NamespaceLabels;
  constructor(namespaces: NamespaceLabels) {
    this.#namespaces = namespaces;
  }
  changed(pod: PodFacts, node: NodeInfo, by: 1 | -1): void {
    const { near, apart, preferred } = termsOf(pod.pod);
    for (const term of apart) this.#note(term, 'apart', node, by);
    for (const term of near) this.#note(term, 'near', node, by);
    for (const { term, weight } of preferred) this.#note(term, weight, node, by);
  }
  /** Those that mean this newcomer. */
  about(pod: PodFacts): readonly Wish[] {
    const wishes: Wish[] = [];
    for (const entry of this.#entries.values()) if (meant(entry.term, pod, this.#namespaces)) wishes.push(entry);
    return wishes;
  }
  #note(term: Term, kind: Wish['kind'], node: NodeInfo, by: 1 | -1): void {
    const domain = domainOf(node, term.topologyKey);
    if (domain === undefined) return;
    const id = `${kind} ${term.id}`;
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      entry = { term, kind, domains: new Map() };
      this.#entries.set(id, entry);
    }
    bump(entry.domains, domain, by);
    if (entry.domains.size === 0) this.#entries.delete(id);
  }
}
