//! DefaultPreemption: a pod that fits nowhere may have less important ones go, and is nominated for their node.
import { findCondition } from '../../client/conditions.ts';
import {
  type Cycle,
  type Handle,
  never,
  type Plugin,
  type PostFiltered,
  type Refusal,
  type Refusals,
} from '../framework/plugin.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodFacts } from '../pod-facts.ts';
import { nobodyFits } from '../refusal-message.ts';
import { DryRuns, type Limits } from './candidates.ts';
import { pickCandidate } from './pick.ts';

const UNHELPFUL = never('Preemption is not helpful for scheduling');
const WAITS = never('waiting for the preemption for this pod to be finished');
const NEVER = 'preemption: not eligible due to preemptionPolicy=Never.';
const LEAVING = 'preemption: not eligible due to a terminating pod on the nominated node.';

export function defaultPreemption(limits: Limits, { cluster, random, now }: Handle): Plugin {
  const runs = new DryRuns(cluster);
  return {
    name: 'DefaultPreemption',
    // Whoever waits for its victims was refused by other plugins too: those say when to try again.
    wakes: [],
    preEnqueue: (pod) => (cluster.preempting.has(pod.pod.metadata.uid) ? WAITS : undefined),
    postFilter: (cycle, refusals, fits): PostFiltered => {
      const unfit = ineligible(cycle, refusals, cluster.table.get(cycle.pod.pod.status?.nominatedNodeName ?? ''));
      if (unfit !== undefined) return { message: unfit };
      const { candidates, refusals: still } = runs.run(cycle, refusals, fits, limits, random.float(), now());
      const best = pickCandidate(candidates, now());
      if (best !== undefined) return { nominated: best.node.name, victims: best.victims, candidates };
      return { nominated: '', message: `preemption: ${nobodyFits(refusals.nodes, counted(still, refusals.nodes))}` };
    },
  };
}
function counted(refusals: ReadonlyMap<Refusal, number>, nodes: number): ReadonlyMap<Refusal, number> {
  let told = 0;
  for (const count of refusals.values()) told += count;
  return told === nodes ? refusals : new Map([...refusals, [UNHELPFUL, nodes - told]]);
}
function ineligible({ pod }: Cycle, refusals: Refusals, nominated: NodeInfo | undefined): string | undefined {
  if (pod.pod.spec.preemptionPolicy === 'Never') return NEVER;
  // Of a node that will never do, it need not wait.
  if (nominated === undefined || refusals.byNode(nominated)?.resolvable === false) return undefined;
  for (const other of nominated.pods.values())
    if (other.priority < pod.priority && leavesForPreemption(other)) return LEAVING;
  return undefined;
}
function leavesForPreemption({ pod: { metadata, status } }: PodFacts): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  const target = findCondition(status?.conditions, 'DisruptionTarget');
  return target?.status === 'True' && target.reason === 'PreemptionByScheduler';
}
