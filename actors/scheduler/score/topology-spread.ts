//! Pods apart: PodTopologySpread by the pod's own soft constraints, or by the system's default ones (hostname, zone).
import type { NodeInfo } from '../node-info.ts';
import type { NodeTable } from '../node-table.ts';
import { domainOf } from '../pod-census.ts';
import type { PodFacts } from '../pod-facts.ts';
import { constraintsOf, countedBy } from '../topology.ts';
import { SCORE_MAX, type Score } from './score.ts';

const HOSTNAME_MAX_SKEW = 3;
const ZONE_MAX_SKEW = 5;
/** A node without the label: it gets nothing. */
const UNLABELLED = -1;
type Scorer = (node: NodeInfo) => number;

export const topologySpread: Score = {
  name: 'PodTopologySpread',
  weight: 2,
  prepare: (pod, nodes, table) =>
    constraintsOf(pod.pod).length > 0 ? byConstraints(pod, nodes, table) : byOwner(pod, nodes, table),
  /** Fewer is better: the least crowded gets 100. */
  normalize: (scores) => {
    let least = Number.POSITIVE_INFINITY;
    let most = 0;
    for (const score of scores) {
      if (score === UNLABELLED) continue;
      if (score < least) least = score;
      if (score > most) most = score;
    }
    for (let i = 0; i < scores.length; i++) {
      const score = scores[i]!;
      if (score === UNLABELLED) scores[i] = 0;
      else scores[i] = most === 0 ? SCORE_MAX : Math.trunc((SCORE_MAX * (most + least - score)) / most);
    }
  },
};

/** More domains: a skew is graver. */
const gravity = (domains: number): number => Math.log(domains + 2);

function byConstraints(pod: PodFacts, nodes: readonly NodeInfo[], table: NodeTable): Scorer | undefined {
  const soft = constraintsOf(pod.pod).filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'ScheduleAnyway');
  if (soft.length === 0) return undefined;
  const parts = soft.map((constraint) => {
    const key = constraint.topologyKey;
    const domains = new Set(nodes.map((node) => domainOf(node, key)));
    domains.delete(undefined);
    const counts = table.census.count([countedBy(constraint, pod.pod)], key);
    return { key, counts, weight: gravity(domains.size), skew: constraint.maxSkew - 1 };
  });
  return (node) => {
    let score = 0;
    for (const { key, counts, weight, skew } of parts) {
      const domain = domainOf(node, key);
      if (domain === undefined) return UNLABELLED;
      score += (counts.get(domain) ?? 0) * weight + skew;
    }
    return Math.round(score);
  };
}
/** Kubernetes counts by the selectors of services and owners; pods of one owner are the same pods, found faster. */
function byOwner({ owner }: PodFacts, nodes: readonly NodeInfo[], table: NodeTable): Scorer | undefined {
  const spread = table.spread.of(owner);
  if (spread === undefined) return undefined;
  const zones = new Set<string>();
  for (const { zone } of nodes) if (zone !== '') zones.add(zone);
  const nodeWeight = gravity(nodes.length);
  const zoneWeight = gravity(zones.size);
  return (node) => {
    let score = (spread.byNode.get(node.name) ?? 0) * nodeWeight + HOSTNAME_MAX_SKEW - 1;
    if (node.zone !== '') score += (spread.byZone.get(node.zone) ?? 0) * zoneWeight + ZONE_MAX_SKEW - 1;
    return Math.round(score);
  };
}
