//! A filter says whether a pod may run on a node, and if not, in Kubernetes' words why.
import type { NodeInfo } from '../node-info.ts';
import type { NodeTable } from '../node-table.ts';
import type { PodFacts } from '../pod-facts.ts';

export interface Refusal {
  readonly reasons: readonly string[];
  /** Whether fewer pods on the node would help: what preemption asks. */
  readonly resolvable: boolean;
}
export type Check = (node: NodeInfo) => Refusal | undefined;
export interface Filter {
  /** Kubernetes' plugin name. */
  readonly name: string;
  /** Undefined: no node can be refused to this pod here, and nothing is asked. */
  prepare(pod: PodFacts, table: NodeTable): Check | undefined;
}
export const never = (reason: string): Refusal => ({ reasons: [reason], resolvable: false });
