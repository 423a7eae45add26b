//! What a role that sums others may (pkg/controller/clusterroleaggregation).
import { equal, type Json } from '../../api/json.ts';
import { matches, selectorOf } from '../../api/selector.ts';
import type { KubeObject, LabelSelector } from '../../api/types/meta.ts';

export interface ClusterRole extends KubeObject {
  readonly rules?: readonly Json[];
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] };
}
export const sums = (role: ClusterRole): boolean => role.aggregationRule !== undefined;

/** Its rules; undefined: they are so already. Selectors in their order, roles by name, each rule once. */
export function plan(role: ClusterRole, all: readonly ClusterRole[]): readonly Json[] | undefined {
  const byName = [...all].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const rules: Json[] = [];
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const chosen = selectorOf(selector);
    for (const other of byName) {
      if (other.metadata.name === role.metadata.name || !matches(chosen, other.metadata.labels)) continue;
      for (const rule of other.rules ?? []) if (!rules.some((one) => equal(one, rule))) rules.push(rule);
    }
  }
  return equal(rules, [...(role.rules ?? [])]) ? undefined : rules;
}
