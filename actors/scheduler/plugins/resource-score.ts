//! How full a node would be, resource by resource: what the scores of NodeResourcesFit and of balance are made of.

import { SCORE_MAX } from '../framework/plugin.ts';
import { brokenLinear, type ShapePoint } from '../framework/score.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodFacts } from '../pod-facts.ts';

export interface ResourceWeight {
  readonly name: string;
  readonly weight: number;
}
export interface ScoringStrategy {
  readonly type: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
  readonly resources: readonly ResourceWeight[];
  readonly requestedToCapacityRatio?: { readonly shape: readonly ShapePoint[] };
}

/** `counted`: a container without a request counts as a small one. [0, 0]: this resource is no matter here. */
function amounts(
  name: string,
  { requests }: PodFacts,
  node: NodeInfo,
  counted: boolean,
): readonly [requested: number, allocatable: number] {
  if (name === 'cpu')
    return counted
      ? [node.scoredMilliCpu + requests.scoredMilliCpu, node.allocatableMilliCpu]
      : [node.milliCpu + requests.milliCpu, node.allocatableMilliCpu];
  if (name === 'memory')
    return counted
      ? [node.scoredMemory + requests.scoredMemory, node.allocatableMemory]
      : [node.memory + requests.memory, node.allocatableMemory];
  const wanted = requests.others?.get(name) ?? 0;
  if (wanted === 0 && name !== 'ephemeral-storage') return NOTHING;
  return [(node.others.get(name) ?? 0) + wanted, node.allocatableOthers.get(name) ?? 0];
}
const NOTHING = [0, 0] as const;

/** 0 to 100: how full, as the strategy likes it. */
export function allocationScorer(strategy: ScoringStrategy): (pod: PodFacts, node: NodeInfo) => number {
  const { type, resources } = strategy;
  const one = type === 'LeastAllocated' ? free : type === 'MostAllocated' ? used : ratio(strategy);
  // A part that a shape gives 0 does not count at all.
  const counts = (score: number): boolean => type !== 'RequestedToCapacityRatio' || score > 0;
  return (pod, node) => {
    let sum = 0;
    let weights = 0;
    for (const { name, weight } of resources) {
      const [requested, allocatable] = amounts(name, pod, node, true);
      if (allocatable === 0) continue;
      const score = one(requested, allocatable);
      if (!counts(score)) continue;
      sum += score * weight;
      weights += weight;
    }
    if (weights === 0) return 0;
    return type === 'RequestedToCapacityRatio' ? Math.round(sum / weights) : Math.trunc(sum / weights);
  };
}
const free = (requested: number, allocatable: number): number =>
  requested > allocatable ? 0 : Math.trunc(((allocatable - requested) * SCORE_MAX) / allocatable);
const used = (requested: number, allocatable: number): number =>
  Math.trunc((Math.min(requested, allocatable) * SCORE_MAX) / allocatable);
/** Points of a shape score 0 to 10. */
const SHAPE_SCORE_MAX = 10;
function ratio({ requestedToCapacityRatio }: ScoringStrategy): (requested: number, allocatable: number) => number {
  const shape = (requestedToCapacityRatio?.shape ?? []).map(({ utilization, score }) => ({
    utilization,
    score: score * (SCORE_MAX / SHAPE_SCORE_MAX),
  }));
  return (requested, allocatable) =>
    brokenLinear(shape, requested > allocatable ? 100 : Math.trunc((requested * 100) / allocatable));
}

/** 100: all of the resources would be used in like measure, so that none is stranded. */
export function balance(resources: readonly ResourceWeight[], pod: PodFacts, node: NodeInfo): number {
  const parts: number[] = [];
  let total = 0;
  for (const { name } of resources) {
    const [requested, allocatable] = amounts(name, pod, node, false);
    if (allocatable === 0) continue;
    const part = Math.min(1, requested / allocatable);
    total += part;
    parts.push(part);
  }
  let deviation = 0;
  if (parts.length === 2) deviation = Math.abs((parts[0]! - parts[1]!) / 2);
  else if (parts.length > 2) {
    const mean = total / parts.length;
    let squares = 0;
    for (const part of parts) squares += (part - mean) * (part - mean);
    deviation = Math.sqrt(squares / parts.length);
  }
  return Math.trunc((1 - deviation) * SCORE_MAX);
}
export const asksFor = ({ requests }: PodFacts, name: string): boolean =>
  (name === 'cpu' ? requests.milliCpu : name === 'memory' ? requests.memory : (requests.others?.get(name) ?? 0)) > 0;
