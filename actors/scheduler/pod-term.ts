//! Affinity terms: which other pods a pod wants near, or far.
import { matches, type Selector, selectorOf } from '../api/selector.ts';
import type { Pod, PodAffinityTerm } from '../api/types/pod.ts';
import type { PodFacts } from './pod-facts.ts';

export interface Term {
  readonly id: string;
  readonly namespaces: ReadonlySet<string>;
  /** Namespaces whose labels it matches count too, also those that come later. */
  readonly namespaceSelector: Selector | undefined;
  readonly selector: Selector;
  readonly topologyKey: string;
}
export interface WeightedTerm {
  readonly term: Term;
  readonly weight: number;
}
export interface Terms {
  readonly near: readonly Term[];
  readonly apart: readonly Term[];
  /** Preferred: a negative weight means apart. */
  readonly preferred: readonly WeightedTerm[];
}
export type NamespaceLabels = ReadonlyMap<string, Readonly<Record<string, string>>>;

const NO_TERMS: Terms = { near: [], apart: [], preferred: [] };

export function termsOf(pod: Pod): Terms {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  if (podAffinity === undefined && podAntiAffinity === undefined) return NO_TERMS;
  const known = read.get(pod);
  if (known !== undefined) return known;
  const own = pod.metadata.namespace ?? '';
  const one = (term: PodAffinityTerm): Term => termOf(term, own, pod.metadata.labels);
  const weighted = (affinity: typeof podAffinity, sign: 1 | -1): WeightedTerm[] =>
    (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) => ({
      term: one(podAffinityTerm),
      weight: sign * weight,
    }));
  const terms = {
    near: (podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(one),
    apart: (podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(one),
    preferred: [...weighted(podAffinity, 1), ...weighted(podAntiAffinity, -1)],
  };
  read.set(pod, terms);
  return terms;
}
const read = new WeakMap<Pod, Terms>();

function termOf(wanted: PodAffinityTerm, own: string, labels: Readonly<Record<string, string>> | undefined): Term {
  const { labelSelector, namespaceSelector, topologyKey, matchLabelKeys, mismatchLabelKeys } = wanted;
  const names = wanted.namespaces ?? [];
  return makeTerm(
    names.length === 0 && namespaceSelector === undefined ? [own] : names,
    namespaceSelector === undefined ? undefined : selectorOf(namespaceSelector),
    withLabelKeys(selectorOf(labelSelector), labels, matchLabelKeys, mismatchLabelKeys),
    topologyKey,
  );
}
export const makeTerm = (
  namespaces: readonly string[],
  namespaceSelector: Selector | undefined,
  selector: Selector,
  topologyKey: string,
): Term => ({
  id: JSON.stringify([namespaces, namespaceSelector, selector, topologyKey]),
  namespaces: new Set(namespaces),
  namespaceSelector,
  selector,
  topologyKey,
});
/** Pods that have the same value (or another one) for these labels as this pod. */
export function withLabelKeys(
  selector: Selector,
  labels: Readonly<Record<string, string>> = {},
  same: readonly string[] = [],
  other: readonly string[] = [],
): Selector {
  const more = (keys: readonly string[], operator: 'In' | 'NotIn') =>
    keys.flatMap((key) => (labels[key] === undefined ? [] : [{ key, operator, values: [labels[key]] }]));
  const added = [...more(same, 'In'), ...more(other, 'NotIn')];
  return added.length === 0 ? selector : { ...selector, requirements: [...selector.requirements, ...added] };
}

export function meant(term: Term, { pod: { metadata } }: PodFacts, known: NamespaceLabels): boolean {
  const namespace = metadata.namespace ?? '';
  if (!term.namespaces.has(namespace)) {
    if (term.namespaceSelector === undefined || !matches(term.namespaceSelector, known.get(namespace) ?? {}))
      return false;
  }
  return matches(term.selector, metadata.labels);
}
