//! Which nodes shall have a pod of a DaemonSet, by the rules of scheduling that depend on the node alone.
import { matchesAny } from '../../api/node-selector.ts';
import { matches, selectorOfMap } from '../../api/selector.ts';
import { untolerated } from '../../api/toleration.ts';
import type { Node } from '../../api/types/cluster.ts';
import type { PodTemplateSpec } from '../../api/types/pod.ts';
import type { DaemonSet } from '../../api/types/workload.ts';
import { tolerationsOf } from './pods.ts';

export interface Eligible {
  readonly shouldRun: boolean;
  /** What runs there already stays. */
  readonly continues: boolean;
}
const NO: Eligible = { shouldRun: false, continues: false };

/** By node and template, as they are: the same ones are asked about at every look. */
const known = new WeakMap<Node, WeakMap<object, Eligible>>();
export function eligible({ spec: { template } }: DaemonSet, node: Node): Eligible {
  let byTemplate = known.get(node);
  if (byTemplate === undefined) {
    byTemplate = new WeakMap();
    known.set(node, byTemplate);
  }
  let found = byTemplate.get(template);
  if (found === undefined) {
    found = judge(template, node);
    byTemplate.set(template, found);
  }
  return found;
}

function judge({ spec }: PodTemplateSpec, node: Node): Eligible {
  if (spec.nodeName && spec.nodeName !== node.metadata.name) return NO;
  if (spec.nodeSelector !== undefined && !matches(selectorOfMap(spec.nodeSelector), node.metadata.labels)) return NO;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required !== undefined && !matchesAny(required.nodeSelectorTerms, node)) return NO;
  const tolerations = tolerationsOf(spec);
  const taints = (node.spec.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
  if (untolerated(tolerations, taints) === undefined) return { shouldRun: true, continues: true };
  const evicting = taints.filter(({ effect }) => effect === 'NoExecute');
  return { shouldRun: false, continues: untolerated(tolerations, evicting) === undefined };
}
