//! Affinity and anti-affinity between pods, both ways: what the pod wants, and what those that are there want.
import { type Cycle, type Handle, never, notNow, type Plugin, SCORE_MAX } from '../framework/plugin.ts';
import type { NodeInfo } from '../node-info.ts';
import { bump } from '../pod-census.ts';
import type { PodFacts } from '../pod-facts.ts';
import { meant, type Term, termsOf } from '../pod-term.ts';

const NOT_NEAR = never("node(s) didn't match pod affinity rules");
const NOT_APART = notNow("node(s) didn't match pod anti-affinity rules");
const NOT_WANTED = notNow("node(s) didn't satisfy existing pods anti-affinity rules");

export interface InterPodAffinityArgs {
  readonly hardPodAffinityWeight: number;
  readonly ignorePreferredTermsOfExistingPods?: boolean;
}
type Domains = ReadonlyMap<string, number>;
/** Pods by domain, and what if there were more or fewer. */
interface Count {
  readonly term: Term;
  readonly domains: Domains;
  readonly delta: Map<string, number>;
}
interface Wanted {
  readonly near: readonly Count[];
  readonly apart: readonly Count[];
  /** Domains closed by pods that are there; those that pods of a what-if close come in `opened`. */
  readonly closed: readonly Count[];
  readonly more: Map<string, Count>;
  readonly selfNear: boolean;
}
type Pull = readonly [key: string, domains: Domains, weight: number];

export function interPodAffinity(args: InterPodAffinityArgs, { cluster }: Handle): Plugin<Wanted, readonly Pull[]> {
  const { table } = cluster;
  const { census, wishes } = table;
  const means = (term: Term, pod: PodFacts): boolean => meant(term, pod, table.namespaces);
  const count = (terms: readonly Term[], term: Term): Count => ({
    term,
    domains: census.count(terms, term.topologyKey, true).domains,
    delta: new Map(),
  });
  return {
    name: 'InterPodAffinity',
    wakes: [
      { on: ['AssignedPodAdd', 'AssignedPodLabelChange'], hint: (pod, { object }) => concerns(pod, object as never) },
      { on: ['AssignedPodDelete'] },
      { on: ['NodeAdd', 'NodeLabelChange'] },
      { on: ['NamespaceChange'] },
    ],
    preFilter: ({ pod }) => {
      const { near, apart } = termsOf(pod.pod);
      const closing = wishes.about(pod).filter(({ kind }) => kind === 'apart');
      const affine = near.length > 0 || apart.length > 0;
      if (!affine && closing.length === 0) return 'skip';
      const state: Wanted = {
        near: near.map((term) => count(near, term)),
        apart: apart.map((term) => count([term], term)),
        closed: closing.map(({ term, domains }) => ({ term, domains, delta: new Map() })),
        more: new Map(),
        selfNear: near.every((term) => means(term, pod)),
      };
      return { state };
    },
    filter: (node, _, wanted) => {
      if (!isNear(node, wanted)) return NOT_NEAR;
      for (const one of wanted.apart) if (stands(node, one)) return NOT_APART;
      for (const one of wanted.closed) if (stands(node, one)) return NOT_WANTED;
      for (const one of wanted.more.values()) if (stands(node, one)) return NOT_WANTED;
      return undefined;
    },
    whatIf: (wanted, other, node, by, { pod }) => {
      const nears = wanted.near.map(({ term }) => term);
      if (nears.length > 0 && nears.every((term) => means(term, other)))
        for (const one of wanted.near) move(one, node, by);
      for (const one of wanted.apart) if (means(one.term, other)) move(one, node, by);
      for (const term of termsOf(other.pod).apart) {
        if (!means(term, pod)) continue;
        const known = wanted.closed.find((one) => one.term.id === term.id) ?? wanted.more.get(term.id);
        const one = known ?? { term, domains: NOTHING, delta: new Map() };
        if (known === undefined) wanted.more.set(term.id, one);
        move(one, node, by);
      }
    },
    preScore: (cycle) => {
      const pulls = pullsOn(cycle);
      return pulls.length === 0 ? 'skip' : { state: pulls };
    },
    score: (node, _, pulls) => {
      let sum = 0;
      for (const [key, domains, weight] of pulls) {
        const domain = node.labels[key];
        if (domain !== undefined) sum += weight * (domains.get(domain) ?? 0);
      }
      return sum;
    },
    normalize: (scores) => {
      let least = Number.POSITIVE_INFINITY;
      let most = Number.NEGATIVE_INFINITY;
      for (const score of scores) {
        if (score < least) least = score;
        if (score > most) most = score;
      }
      for (let i = 0; i < scores.length; i++)
        scores[i] = most === least ? 0 : Math.trunc((SCORE_MAX * (scores[i]! - least)) / (most - least));
    },
  };

  function pullsOn({ pod }: Cycle): readonly Pull[] {
    const pulls: Pull[] = [];
    const { preferred } = termsOf(pod.pod);
    for (const { term, weight } of preferred) {
      const { domains } = census.count([term], term.topologyKey, true);
      if (domains.size > 0) pulls.push([term.topologyKey, domains, weight]);
    }
    const affine = pod.pod.spec.affinity?.podAffinity ?? pod.pod.spec.affinity?.podAntiAffinity;
    // Pods without an affinity of their own may be spared what others prefer.
    if (args.ignorePreferredTermsOfExistingPods === true && (affine === undefined || preferred.length === 0))
      return pulls;
    for (const { term, kind, domains } of wishes.about(pod)) {
      const weight = kind === 'near' ? args.hardPodAffinityWeight : kind;
      if (weight !== 'apart' && weight !== 0) pulls.push([term.topologyKey, domains, weight]);
    }
    return pulls;
  }
  /** A pod that came (or changed) can help only one that wants to be near it, or that it stood in the way of. */
  function concerns(pod: PodFacts, came: Parameters<typeof termsOf>[0]): boolean {
    const { near, apart } = termsOf(pod.pod);
    const other = { pod: came } as PodFacts;
    return near.some((term) => means(term, other)) || apart.length > 0;
  }
}
const NOTHING: Domains = new Map();

const at = ({ term, domains, delta }: Count, node: NodeInfo): number => {
  const domain = node.labels[term.topologyKey];
  if (domain === undefined) return 0;
  return (domains.get(domain) ?? 0) + (delta.size === 0 ? 0 : (delta.get(domain) ?? 0));
};
const stands = (node: NodeInfo, one: Count): boolean => at(one, node) > 0;
function isNear(node: NodeInfo, { near, selfNear }: Wanted): boolean {
  let all = true;
  for (const one of near) {
    if (node.labels[one.term.topologyKey] === undefined) return false;
    if (at(one, node) <= 0) all = false;
  }
  // The first of a group that wants to be together has nobody to join yet.
  return all || (selfNear && near.every(isEmpty));
}
function isEmpty({ domains, delta }: Count): boolean {
  if (delta.size === 0) return domains.size === 0;
  for (const [domain, count] of domains) if (count + (delta.get(domain) ?? 0) > 0) return false;
  for (const [domain, moved] of delta) if (moved + (domains.get(domain) ?? 0) > 0) return false;
  return true;
}
function move({ term, delta }: Count, node: NodeInfo, by: 1 | -1): void {
  const domain = node.labels[term.topologyKey];
  if (domain !== undefined) bump(delta, domain, by);
}
