//! What disruption budgets say of preemption.
import { matches, selectorOf } from '../api/selector.ts';
import type { Pod } from '../api/types/pod.ts';
import type { PodDisruptionBudget } from '../api/types/workload.ts';
import type { PodFacts } from './pod-facts.ts';

/** Which of the pods, in this order, a budget would not let go. */
export function violating(pods: readonly PodFacts[], budgets: readonly PodDisruptionBudget[]): ReadonlySet<PodFacts> {
  const violated = new Set<PodFacts>();
  if (budgets.length === 0) return violated;
  const left = budgets.map(({ status }) => status?.disruptionsAllowed ?? 0);
  for (const facts of pods)
    budgets.forEach((budget, i) => {
      if (!covers(budget, facts.pod)) return;
      left[i]!--;
      if (left[i]! < 0) violated.add(facts);
    });
  return violated;
}
function covers({ metadata, spec, status }: PodDisruptionBudget, { metadata: pod }: Pod): boolean {
  if (metadata.namespace !== pod.namespace || Object.keys(pod.labels ?? {}).length === 0) return false;
  const selector = selectorOf(spec.selector);
  if (selector.nothing || selector.requirements.length === 0 || !matches(selector, pod.labels)) return false;
  // The API server has counted it already.
  return status?.disruptedPods?.[pod.name] === undefined;
}
