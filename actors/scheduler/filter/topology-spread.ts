//! PodTopologySpread, the constraints that must hold: no domain may be ahead of the emptiest by more than maxSkew.

import { untolerated } from '../../api/toleration.ts';
import type { TopologySpreadConstraint } from '../../api/types/pod.ts';
import type { NodeInfo } from '../node-info.ts';
import { domainOf } from '../pod-census.ts';
import { meant } from '../pod-term.ts';
import { constraintsOf, countedBy } from '../topology.ts';
import { type Check, type Filter, never, type Refusal } from './filter.ts';
import { nodeAffinity } from './node-affinity.ts';

const UNLABELLED = never("node(s) didn't match pod topology spread constraints (missing required label)");
const SKEWED: Refusal = { reasons: ["node(s) didn't match pod topology spread constraints"], resolvable: true };

export const topologySpreadFilter: Filter = {
  name: 'PodTopologySpread',
  prepare: (pod, table) => {
    const hard = constraintsOf(pod.pod).filter((constraint) => constraint.whenUnsatisfiable === 'DoNotSchedule');
    if (hard.length === 0) return undefined;
    const affine = nodeAffinity.prepare(pod, table);
    const keys = hard.map((constraint) => constraint.topologyKey);
    const checks = hard.map((constraint): Check => {
      const term = countedBy(constraint, pod.pod);
      const counts = table.census.count([term], constraint.topologyKey);
      // Domains with a node on which the pod may stand at all.
      const eligible = new Set<string>();
      for (const node of table.nodes)
        if (counted(node, constraint, keys, affine) && !tainted(node, constraint, pod.tolerations))
          eligible.add(domainOf(node, constraint.topologyKey)!);
      let least = eligible.size < (constraint.minDomains ?? 1) ? 0 : Number.POSITIVE_INFINITY;
      for (const domain of eligible) least = Math.min(least, counts.get(domain) ?? 0);
      const self = meant(term, pod) ? 1 : 0;
      return (node) => {
        const domain = domainOf(node, constraint.topologyKey);
        if (domain === undefined) return UNLABELLED;
        return (counts.get(domain) ?? 0) + self - least > constraint.maxSkew ? SKEWED : undefined;
      };
    });
    return (node) => {
      for (const check of checks) {
        const refusal = check(node);
        if (refusal !== undefined) return refusal;
      }
      return undefined;
    };
  },
};
const counted = (
  node: NodeInfo,
  { nodeAffinityPolicy }: TopologySpreadConstraint,
  keys: readonly string[],
  affine: Check | undefined,
): boolean =>
  keys.every((key) => domainOf(node, key) !== undefined) &&
  (nodeAffinityPolicy === 'Ignore' || affine?.(node) === undefined);
const tainted = (
  node: NodeInfo,
  { nodeTaintsPolicy }: TopologySpreadConstraint,
  tolerations: Parameters<typeof untolerated>[0],
): boolean => nodeTaintsPolicy === 'Honor' && untolerated(tolerations, node.hardTaints) !== undefined;
