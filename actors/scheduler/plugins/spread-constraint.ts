//! Topology spread constraints as the plugin works with them: of the pod itself or, when it names none, the defaults.
import type { Selector } from '../../api/selector.ts';
import { selectorOf } from '../../api/selector.ts';
import { untolerated } from '../../api/toleration.ts';
import type { TopologySpreadConstraint } from '../../api/types/pod.ts';
import type { Cluster } from '../cluster.ts';
import type { NodeInfo } from '../node-info.ts';
import type { Counts } from '../pod-census.ts';
import type { PodFacts } from '../pod-facts.ts';
import { makeTerm, meant, type Term, withLabelKeys } from '../pod-term.ts';
import { matchesPod } from './node-affinity.ts';

export const HOSTNAME = 'kubernetes.io/hostname';
export const ZONE = 'topology.kubernetes.io/zone';

export interface DefaultConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
}
export interface TopologySpreadArgs {
  readonly defaultingType: 'System' | 'List';
  readonly defaultConstraints?: readonly DefaultConstraint[];
}
/** What the cluster does when nobody says otherwise. */
export const SYSTEM_DEFAULTS: readonly DefaultConstraint[] = [
  { maxSkew: 3, topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway' },
  { maxSkew: 5, topologyKey: ZONE, whenUnsatisfiable: 'ScheduleAnyway' },
];

export interface Constraint {
  readonly key: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly honorAffinity: boolean;
  readonly honorTaints: boolean;
  /** The pods that it counts: of the pod's own namespace. */
  readonly term: Term;
  /** The pod itself is one of them. */
  readonly self: boolean;
}

export function constraintsOf(
  pod: PodFacts,
  cluster: Cluster,
  defaults: readonly DefaultConstraint[],
  kind: TopologySpreadConstraint['whenUnsatisfiable'],
): readonly Constraint[] {
  const { spec } = pod.pod;
  const own = spec.topologySpreadConstraints ?? NONE;
  if (own.length > 0) {
    const wanted = own.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === kind);
    return wanted.map((one) => constraint(one, pod, cluster, ownSelector(one, pod)));
  }
  const wanted = defaults.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === kind);
  const selector = wanted.length === 0 ? undefined : cluster.owners.selectorOf(pod.pod);
  if (selector === undefined) return NONE;
  return wanted.map((one) => constraint(one, pod, cluster, selector));
}
const NONE: readonly never[] = [];
const ownSelector = ({ labelSelector, matchLabelKeys }: TopologySpreadConstraint, { pod }: PodFacts): Selector =>
  withLabelKeys(selectorOf(labelSelector), pod.metadata.labels, matchLabelKeys);

function constraint(
  one: TopologySpreadConstraint | DefaultConstraint,
  pod: PodFacts,
  cluster: Cluster,
  selector: Selector,
): Constraint {
  const { topologyKey, maxSkew, minDomains, nodeAffinityPolicy, nodeTaintsPolicy } = one as TopologySpreadConstraint;
  const term = makeTerm([pod.pod.metadata.namespace ?? ''], undefined, selector, topologyKey);
  return {
    key: topologyKey,
    maxSkew,
    minDomains: minDomains ?? 1,
    honorAffinity: nodeAffinityPolicy !== 'Ignore',
    honorTaints: nodeTaintsPolicy === 'Honor',
    term,
    self: meant(term, pod, cluster.table.namespaces),
  };
}

/** Whether the pods of a node count for a constraint: where the pod itself might stand at all. */
export function included(pod: PodFacts, { honorAffinity, honorTaints }: Constraint, info: NodeInfo): boolean {
  if (honorAffinity && (info.node === undefined || !matchesPod(pod, info.node))) return false;
  return !honorTaints || info.hardTaints.length === 0 || untolerated(pod.tolerations, info.hardTaints) === undefined;
}
export const hasAll = (info: NodeInfo, constraints: readonly Constraint[]): boolean => {
  for (const { key } of constraints) if (info.labels[key] === undefined) return false;
  return true;
};

/** Pods by domain, on the nodes that count. */
export interface Spread {
  readonly counts: ReadonlyMap<string, number>;
  /** Domains with a node that counts, also those without pods. */
  readonly domains: number;
  readonly least: number;
}
export function spreadOf(
  pod: PodFacts,
  cluster: Cluster,
  constraints: readonly Constraint[],
  one: Constraint,
  needAll: boolean,
): Spread {
  const { table } = cluster;
  const terms = [one.term];
  if (everyNode(pod, cluster, constraints, one, needAll))
    return spread(table.census.count(terms, one.key, false), table.domains.of(one.key).values);
  const keys = needAll ? constraints.map(({ key }) => key).join() : '';
  const census = table.census.count(terms, one.key, false, {
    id: `${one.honorAffinity} ${one.honorTaints} ${keys} ${pod.podClass}`,
    test: (node) => (!needAll || hasAll(node, constraints)) && included(pod, one, node),
  });
  return spread(census, census.known);
}
function spread({ domains, levels }: Counts, all: { readonly size: number }): Spread {
  let least = domains.size < all.size ? 0 : Number.POSITIVE_INFINITY;
  if (least > 0) for (const level of levels.keys()) if (level < least) least = level;
  return { counts: domains, domains: all.size, least };
}
function everyNode(
  { pod: { spec }, requiredTerms }: PodFacts,
  { table }: Cluster,
  constraints: readonly Constraint[],
  one: Constraint,
  needAll: boolean,
): boolean {
  if (one.honorAffinity && (spec.nodeSelector !== undefined || requiredTerms !== undefined)) return false;
  if (one.honorTaints && table.tainted > 0) return false;
  if (!needAll) return true;
  for (const { key } of constraints) if (table.domains.of(key).nodes !== table.nodes.length) return false;
  return true;
}
