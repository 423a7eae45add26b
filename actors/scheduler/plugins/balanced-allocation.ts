//! Rather where resources are used in like measure, so that none is stranded.
import type { Plugin } from '../framework/plugin.ts';
import { asksFor, balance, type ResourceWeight } from './resource-score.ts';

export interface BalancedAllocationArgs {
  readonly resources: readonly ResourceWeight[];
}
export const balancedAllocation = ({ resources }: BalancedAllocationArgs): Plugin<null, null> => ({
  name: 'NodeResourcesBalancedAllocation',
  local: true,
  preScore: ({ pod }) => (resources.some(({ name }) => asksFor(pod, name)) ? { state: null } : 'skip'),
  score: (node, { pod }) => balance(resources, pod, node),
});
