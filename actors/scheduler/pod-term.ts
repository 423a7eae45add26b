//! Affinity terms: which other pods a pod wants near, or far.
import { matches, type Selector, selectorOf } from '../api/selector.ts';
import type { PodAffinityTerm } from '../api/types/pod.ts';
import type { PodFacts } from './pod-facts.ts';

/** `namespaces` undefined: of all. */
export interface Term {
  readonly id: string;
  readonly namespaces: ReadonlySet<string> | undefined;
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

export function termsOf({ pod }: PodFacts, namespaces: NamespaceLabels): Terms {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  if (podAffinity === undefined && podAntiAffinity === undefined) return NO_TERMS;
  const own = pod.metadata.namespace ?? '';
  const read = (term: PodAffinityTerm): Term => termOf(term, own, pod.metadata.labels, namespaces);
  const weighted = (affinity: typeof podAffinity, sign: 1 | -1): WeightedTerm[] =>
    (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) => ({
      term: read(podAffinityTerm),
      weight: sign * weight,
    }));
  return {
    near: (podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(read),
    apart: (podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(read),
    preferred: [...weighted(podAffinity, 1), ...weighted(podAntiAffinity, -1)],
  };
}

interface LabelKeys {
  readonly matchLabelKeys?: readonly string[];
  readonly mismatchLabelKeys?: readonly string[];
}
function termOf(
  wanted: PodAffinityTerm & LabelKeys,
  own: string,
  labels: Readonly<Record<string, string>> | undefined,
  known: NamespaceLabels,
): Term {
  const { labelSelector, namespaceSelector, topologyKey, matchLabelKeys, mismatchLabelKeys } = wanted;
  const names = new Set(wanted.namespaces ?? []);
  const everywhere =
    namespaceSelector !== undefined &&
    Object.keys(namespaceSelector.matchLabels ?? {}).length === 0 &&
    (namespaceSelector.matchExpressions ?? []).length === 0;
  if (namespaceSelector !== undefined && !everywhere)
    for (const [name, labels] of known) if (matches(selectorOf(namespaceSelector), labels)) names.add(name);
  if (names.size === 0 && namespaceSelector === undefined) names.add(own);
  const selector = withLabelKeys(selectorOf(labelSelector), labels, matchLabelKeys, mismatchLabelKeys);
  const namespaces = everywhere ? undefined : names;
  return { id: idOf(namespaces, selector, topologyKey), namespaces, selector, topologyKey };
}
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
export const idOf = (namespaces: ReadonlySet<string> | undefined, selector: Selector, topologyKey: string): string =>
  JSON.stringify([namespaces && [...namespaces].sort(), selector, topologyKey]);

export const meant = ({ namespaces, selector }: Term, { pod: { metadata } }: PodFacts): boolean =>
  (namespaces === undefined || namespaces.has(metadata.namespace ?? '')) && matches(selector, metadata.labels);
