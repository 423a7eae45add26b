//! What is asked must be free: pods, CPU, memory, and every other resource by name; rather where it suits the strategy.
import type { Pod } from '../../api/types/pod.ts';
import { type Handle, type Plugin, type Refusal, refusal } from '../framework/plugin.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodFacts } from '../pod-facts.ts';
import { allocationScorer, type ScoringStrategy } from './resource-score.ts';

export interface NodeResourcesFitArgs {
  readonly ignoredResources?: readonly string[];
  /** The part of a resource's name before the slash. */
  readonly ignoredResourceGroups?: readonly string[];
  readonly scoringStrategy: ScoringStrategy;
}

export function nodeResourcesFit(args: NodeResourcesFitArgs, { cluster }: Handle): Plugin<Fit, null> {
  const score = allocationScorer(args.scoringStrategy);
  const ignored = new Set(args.ignoredResources);
  const groups = new Set(args.ignoredResourceGroups);
  const ignores = (name: string): boolean =>
    name.includes('/') && (ignored.has(name) || groups.has(name.slice(0, name.indexOf('/'))));
  const hasRoom = (pod: PodFacts, name = ''): boolean => {
    const node = cluster.table.get(name);
    return node !== undefined && fits(pod, node, ignores);
  };
  return {
    name: 'NodeResourcesFit',
    local: true,
    wakes: [
      {
        on: ['AssignedPodDelete', 'AssignedPodScaleDown'],
        hint: (pod, { object }) => hasRoom(pod, (object as Pod).spec.nodeName),
      },
      { on: ['NodeAdd', 'NodeAllocatableChange'], hint: (pod, { object }) => hasRoom(pod, object.metadata.name) },
    ],
    preFilter: () => ({ state: ignores }),
    filter: (node, { pod }, ignores) => (fits(pod, node, ignores) ? undefined : why(pod, node, ignores)),
    preScore: () => ({ state: null }),
    score: (node, { pod }) => score(pod, node),
  };
}
type Fit = (name: string) => boolean;

function fits({ requests }: PodFacts, node: NodeInfo, ignores: Fit): boolean {
  if (node.pods.size + 1 > node.allocatablePods) return false;
  if (requests.milliCpu > 0 && node.milliCpu + requests.milliCpu > node.allocatableMilliCpu) return false;
  if (requests.memory > 0 && node.memory + requests.memory > node.allocatableMemory) return false;
  if (requests.others !== undefined)
    for (const [name, wanted] of requests.others) if (lacks(name, wanted, node) && !ignores(name)) return false;
  return true;
}
const lacks = (name: string, wanted: number, node: NodeInfo): boolean =>
  wanted > 0 && wanted + (node.others.get(name) ?? 0) > (node.allocatableOthers.get(name) ?? 0);

function why({ requests }: PodFacts, node: NodeInfo, ignores: Fit): Refusal {
  const reasons: string[] = [];
  // More than the whole node has: no preemption would make room.
  let resolvable = true;
  if (node.pods.size + 1 > node.allocatablePods) reasons.push('Too many pods');
  if (requests.milliCpu > 0 && node.milliCpu + requests.milliCpu > node.allocatableMilliCpu) {
    reasons.push('Insufficient cpu');
    if (requests.milliCpu > node.allocatableMilliCpu) resolvable = false;
  }
  if (requests.memory > 0 && node.memory + requests.memory > node.allocatableMemory) {
    reasons.push('Insufficient memory');
    if (requests.memory > node.allocatableMemory) resolvable = false;
  }
  for (const [name, wanted] of requests.others ?? []) {
    if (!lacks(name, wanted, node) || ignores(name)) continue;
    reasons.push(`Insufficient ${name}`);
    if (wanted > (node.allocatableOthers.get(name) ?? 0)) resolvable = false;
  }
  return refusal(reasons, resolvable);
}
