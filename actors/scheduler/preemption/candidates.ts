//! Tries preemption node by node, from a random one on, until enough would do. What was found on a node for a class of
//! pods holds until the node changes.
import type { Cluster } from '../cluster.ts';
import type { Cycle, Refusal, Refusals, WhatIf } from '../framework/plugin.ts';
import type { NodeInfo } from '../node-info.ts';
import { type Candidate, victimsOn } from './victims.ts';

const CLASSES_MAX = 16;
interface Known {
  readonly version: number;
  readonly budgets: number;
  readonly found: Candidate | Refusal;
}
export interface Tried {
  readonly candidates: readonly Candidate[];
  /** Of the nodes where preemption does not help either. */
  readonly refusals: ReadonlyMap<Refusal, number>;
}
export interface Limits {
  readonly minCandidateNodesPercentage: number;
  readonly minCandidateNodesAbsolute: number;
}

export class DryRuns {
  readonly #cluster: Cluster;
  readonly #classes = new Map<string, (Known | undefined)[]>();
  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** `draw`: [0, 1). */
  run({ pod }: Cycle, { resolvable }: Refusals, fits: WhatIf, limits: Limits, draw: number, now: number): Tried {
    const budgets = [...this.#cluster.budgets.values()];
    const enough = candidatesWanted(resolvable.length, limits);
    // One that is nominated itself is not like the others of its class.
    const alike = fits.isLocal && this.#cluster.nominations.nodeOf(pod.key) === undefined;
    const known = alike ? this.#of(`${pod.priority} ${pod.podClass}`) : undefined;
    const offset = Math.floor(draw * resolvable.length);
    const peaceful: Candidate[] = [];
    const violating: Candidate[] = [];
    const refusals = new Map<Refusal, number>();
    for (let i = 0; i < resolvable.length; i++) {
      const node = resolvable[(offset + i) % resolvable.length]!;
      const found = this.#known(known, node) ?? victimsOn(node, pod, budgets, fits, now);
      this.#note(known, node, found);
      if ('reasons' in found) refusals.set(found, (refusals.get(found) ?? 0) + 1);
      else if (found.victims.length > 0) (found.violations === 0 ? peaceful : violating).push(found);
      if (peaceful.length > 0 && peaceful.length + violating.length >= enough) break;
    }
    return { candidates: [...peaceful, ...violating], refusals };
  }
  #of(podClass: string): (Known | undefined)[] {
    let known = this.#classes.get(podClass);
    if (known === undefined) {
      if (this.#classes.size >= CLASSES_MAX) this.#classes.delete(this.#classes.keys().next().value!);
      known = [];
    } else this.#classes.delete(podClass);
    this.#classes.set(podClass, known);
    return known;
  }
  #known(all: readonly (Known | undefined)[] | undefined, node: NodeInfo): Candidate | Refusal | undefined {
    const known = all?.[node.slot];
    if (known?.version !== node.version || known.budgets !== this.#cluster.budgetEpoch) return undefined;
    return known.found;
  }
  #note(all: (Known | undefined)[] | undefined, node: NodeInfo, found: Candidate | Refusal): void {
    if (all === undefined) return;
    all[node.slot] = { version: node.version, budgets: this.#cluster.budgetEpoch, found };
  }
}
export const candidatesWanted = (nodes: number, limits: Limits): number =>
  Math.min(
    nodes,
    Math.max(Math.trunc((nodes * limits.minCandidateNodesPercentage) / 100), limits.minCandidateNodesAbsolute),
  );
