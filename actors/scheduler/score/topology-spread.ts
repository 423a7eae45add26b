//! Pods of one owner apart: PodTopologySpread with the system's default constraints (hostname, zone; both soft).
import { SCORE_MAX, type Score } from './score.ts';

const HOSTNAME_MAX_SKEW = 3;
const ZONE_MAX_SKEW = 5;

export const topologySpread: Score = {
  name: 'PodTopologySpread',
  weight: 2,
  prepare: ({ owner }, nodes, table) => {
    const spread = table.spread.of(owner);
    if (spread === undefined) return undefined;
    const zones = new Set<string>();
    for (const { zone } of nodes) if (zone !== '') zones.add(zone);
    // More domains: a skew is graver.
    const nodeWeight = Math.log(nodes.length + 2);
    const zoneWeight = Math.log(zones.size + 2);
    return (node) => {
      let score = (spread.byNode.get(node.name) ?? 0) * nodeWeight + HOSTNAME_MAX_SKEW - 1;
      if (node.zone !== '') score += (spread.byZone.get(node.zone) ?? 0) * zoneWeight + ZONE_MAX_SKEW - 1;
      return Math.round(score);
    };
  },
  /** Fewer is better: the least crowded gets 100. */
  normalize: (scores) => {
    let least = Number.POSITIVE_INFINITY;
    let most = 0;
    for (const score of scores) {
      if (score < least) least = score;
      if (score > most) most = score;
    }
    for (let i = 0; i < scores.length; i++)
      scores[i] = most === 0 ? SCORE_MAX : Math.trunc((SCORE_MAX * (most + least - scores[i]!)) / most);
  },
};
