//! The topology spread constraints of a pod itself.
import { selectorOf } from '../api/selector.ts';
import type { LabelSelector } from '../api/types/meta.ts';
import type { Pod } from '../api/types/pod.ts';
import { idOf, type Term, withLabelKeys } from './pod-term.ts';

export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly minDomains?: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
  readonly labelSelector?: LabelSelector;
  readonly matchLabelKeys?: readonly string[];
  readonly nodeAffinityPolicy?: 'Honor' | 'Ignore';
  readonly nodeTaintsPolicy?: 'Honor' | 'Ignore';
}
export const constraintsOf = ({ spec }: Pod): readonly SpreadConstraint[] =>
  (spec as { readonly topologySpreadConstraints?: readonly SpreadConstraint[] }).topologySpreadConstraints ?? NONE;
const NONE: readonly SpreadConstraint[] = [];

/** The pods that a constraint counts: of the pod's own namespace. */
export function countedBy({ topologyKey, labelSelector, matchLabelKeys }: SpreadConstraint, { metadata }: Pod): Term {
  const selector = withLabelKeys(selectorOf(labelSelector), metadata.labels, matchLabelKeys);
  const namespaces = new Set([metadata.namespace ?? '']);
  return { id: idOf(namespaces, selector, topologyKey), namespaces, selector, topologyKey };
}
