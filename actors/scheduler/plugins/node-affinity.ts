//! nodeSelector and node affinity, required and preferred, of the pod and of the profile (addedAffinity).
import { matchesAny, matchesTerm } from '../../api/node-selector.ts';
import type { Node } from '../../api/types/cluster.ts';
import type { Affinity, NodeSelectorTerm } from '../../api/types/pod.ts';
import { never, type Plugin } from '../framework/plugin.ts';
import { proportional } from '../framework/score.ts';
import type { PodFacts } from '../pod-facts.ts';

const REFUSAL = never("node(s) didn't match Pod's node affinity/selector");
const ENFORCED = never("node(s) didn't match scheduler-enforced node affinity");
const CONFLICT = never('pod affinity terms conflict');
type NodeAffinity = NonNullable<Affinity['nodeAffinity']>;
export interface NodeAffinityArgs {
  readonly addedAffinity?: NodeAffinity;
}
type Preferred = NonNullable<NodeAffinity['preferredDuringSchedulingIgnoredDuringExecution']>;
const NONE: Preferred = [];

export function nodeAffinity({ addedAffinity }: NodeAffinityArgs): Plugin<null, Preferred> {
  const enforced = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const added = addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? NONE;
  const mayFit = (pod: PodFacts, node: Node): boolean =>
    matchesPod(pod, node) && (enforced === undefined || matchesAny(enforced, node));
  return {
    name: 'NodeAffinity',
    local: true,
    wakes: [
      {
        on: ['NodeAdd', 'NodeLabelChange'],
        hint: (pod, { object, old }) => mayFit(pod, object as Node) && (old === undefined || !mayFit(pod, old as Node)),
      },
    ],
    preFilter: ({ pod }) => {
      if (enforced === undefined && pod.requiredTerms === undefined && pod.pod.spec.nodeSelector === undefined)
        return 'skip';
      const nodes = named(pod.requiredTerms);
      if (nodes?.size === 0) return { refusal: CONFLICT };
      return nodes === undefined ? { state: null } : { state: null, nodes };
    },
    filter: ({ node }, { pod }) => {
      if (node === undefined) return REFUSAL;
      if (enforced !== undefined && !matchesAny(enforced, node)) return ENFORCED;
      return matchesPod(pod, node) ? undefined : REFUSAL;
    },
    preScore: ({ pod: { pod } }) => {
      const own = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? NONE;
      if (own.length === 0 && added.length === 0) return 'skip';
      return { state: added.length === 0 ? own : [...added, ...own] };
    },
    score: ({ node }, _, preferred) => {
      let sum = 0;
      if (node !== undefined)
        for (const { weight, preference } of preferred) if (matchesTerm(preference, node)) sum += weight;
      return sum;
    },
    normalize: (scores) => proportional(scores),
  };
}

/** What the pod itself requires of a node. */
export function matchesPod({ pod: { spec }, requiredTerms }: PodFacts, node: Node): boolean {
  const { labels } = node.metadata;
  if (spec.nodeSelector !== undefined)
    for (const key in spec.nodeSelector) if (labels?.[key] !== spec.nodeSelector[key]) return false;
  return requiredTerms === undefined || matchesAny(requiredTerms, node);
}

/** The nodes that every term names outright, as DaemonSet pods do: then no other need be asked. */
function named(terms: readonly NodeSelectorTerm[] | undefined): ReadonlySet<string> | undefined {
  if (terms === undefined || terms.length === 0) return undefined;
  const all = new Set<string>();
  for (const { matchFields = [] } of terms) {
    let here: ReadonlySet<string> | undefined;
    for (const { key, operator, values = [] } of matchFields) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      here = new Set(here === undefined ? values : values.filter((value) => here!.has(value)));
    }
    if (here === undefined) return undefined;
    for (const name of here) all.add(name);
  }
  return all;
}
