//! Node selector terms: which nodes a term of node affinity means.
import { matches, type Selector } from './selector.ts';
import type { NodeSelectorRequirement, NodeSelectorTerm } from './types/pod.ts';

/** What terms look at. */
export interface Labelled {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

/** A term without requirements means no node. */
export function matchesTerm(term: NodeSelectorTerm, node: Labelled): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  return (
    (matchExpressions.length === 0 || matches(selector(matchExpressions), node.metadata.labels)) &&
    (matchFields.length === 0 || matches(selector(matchFields), { 'metadata.name': node.metadata.name }))
  );
}
/** Terms are alternatives. */
export const matchesAny = (terms: readonly NodeSelectorTerm[], node: Labelled): boolean => {
  for (const term of terms) if (matchesTerm(term, node)) return true;
  return false;
};
/** The nodes that the terms name outright, when every one does (as DaemonSet pods do): then no other need be asked. */
export function namedNodes(terms: readonly NodeSelectorTerm[] | undefined): ReadonlySet<string> | undefined {
  if (terms === undefined || terms.length === 0) return undefined;
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    const named = matchFields.find((field) => field.key === 'metadata.name' && field.operator === 'In');
    if (named === undefined) return undefined;
    for (const name of named.values ?? []) names.add(name);
  }
  return names;
}

const selector = (requirements: readonly NodeSelectorRequirement[]): Selector => {
  let made = selectors.get(requirements);
  if (made === undefined) {
    made = { requirements: requirements.map(({ key, operator, values = [] }) => ({ key, operator, values })) };
    selectors.set(requirements, made);
  }
  return made;
};
const selectors = new WeakMap<object, Selector>();
