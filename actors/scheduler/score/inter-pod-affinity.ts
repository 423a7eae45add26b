//! Preferred affinity and anti-affinity between pods, both ways.
import { type Domains, domainOf } from '../pod-census.ts';
import { termsOf } from '../pod-term.ts';
import { SCORE_MAX, type Score } from './score.ts';

export const preferredPodAffinity: Score = {
  name: 'InterPodAffinity',
  weight: 2,
  prepare: (pod, _, table) => {
    const wishes: (readonly [key: string, domains: Domains, weight: number])[] = [];
    for (const { term, weight } of termsOf(pod, table.namespaces).preferred)
      wishes.push([term.topologyKey, table.census.count([term], term.topologyKey), weight]);
    for (const { term, domains, weight } of table.wishes.about(pod))
      if (weight !== undefined) wishes.push([term.topologyKey, domains, weight]);
    if (wishes.length === 0) return undefined;
    return (node) => {
      let sum = 0;
      for (const [key, domains, weight] of wishes) sum += weight * (domains.get(domainOf(node, key) ?? '') ?? 0);
      return sum;
    };
  },
  normalize: (scores) => {
    const least = scores.reduce((a, b) => Math.min(a, b));
    const most = scores.reduce((a, b) => Math.max(a, b));
    for (let i = 0; i < scores.length; i++)
      scores[i] = most === least ? 0 : Math.trunc((SCORE_MAX * (scores[i]! - least)) / (most - least));
  },
};
