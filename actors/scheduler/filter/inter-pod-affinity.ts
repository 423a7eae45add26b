//! Required affinity and anti-affinity between pods, both ways: what the pod wants, and what those that are there want.
import { type Domains, domainOf } from '../pod-census.ts';
import { meant, termsOf } from '../pod-term.ts';
import { type Check, type Filter, never, type Refusal } from './filter.ts';

const NOT_NEAR = never("node(s) didn't match pod affinity rules");
const NOT_APART: Refusal = { reasons: ["node(s) didn't match pod anti-affinity rules"], resolvable: true };
const NOT_WANTED: Refusal = { reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], resolvable: true };

export const interPodAffinity: Filter = {
  name: 'InterPodAffinity',
  prepare: (pod, table) => {
    const { near, apart } = termsOf(pod, table.namespaces);
    const wishes = table.wishes.about(pod).filter((wish) => wish.weight === undefined);
    if (near.length === 0 && apart.length === 0 && wishes.length === 0) return undefined;
    const wanted = near.map(({ topologyKey }) => [topologyKey, table.census.count(near, topologyKey)] as const);
    // The first of a group that wants to be together has nobody to join yet.
    const first = wanted.every(([, domains]) => domains.size === 0) && near.every((term) => meant(term, pod));
    const isNear: Check = (node) => {
      for (const [key, domains] of wanted) {
        const domain = domainOf(node, key);
        if (domain === undefined || (!first && !domains.has(domain))) return NOT_NEAR;
      }
      return undefined;
    };
    const shunned = apart.map((term) => [term.topologyKey, table.census.count([term], term.topologyKey)] as const);
    const closed = wishes.map(({ term, domains }) => [term.topologyKey, domains] as const);
    return (node) => {
      const refusal = isNear(node);
      if (refusal !== undefined) return refusal;
      const inside = ([key, domains]: readonly [string, Domains]): boolean => {
        const domain = domainOf(node, key);
        return domain !== undefined && domains.has(domain);
      };
      return shunned.some(inside) ? NOT_APART : closed.some(inside) ? NOT_WANTED : undefined;
    };
  },
};
