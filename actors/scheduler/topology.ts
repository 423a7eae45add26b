//! The topology spread constraints of a pod itself.
import { selectorOf } from '../api/selector.ts';
import type { Pod, TopologySpreadConstraint } from '../api/types/pod.ts';
import { idOf, type Term, withLabelKeys } from './pod-term.ts';

export const constraintsOf = ({ spec }: Pod): readonly TopologySpreadConstraint[] =>
  spec.topologySpreadConstraints ?? NONE;
const NONE: readonly TopologySpreadConstraint[] = [];

/** The pods that a constraint counts: of the pod's own namespace. */
export function countedBy(
  { topologyKey, labelSelector, matchLabelKeys }: TopologySpreadConstraint,
  { metadata }: Pod,
): Term {
  const selector = withLabelKeys(selectorOf(labelSelector), metadata.labels, matchLabelKeys);
  const namespaces = new Set([metadata.namespace ?? '']);
  return { id: idOf(namespaces, selector, topologyKey), namespaces, selector, topologyKey };
}
