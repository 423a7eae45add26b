//! PodTopologySpread: no domain ahead of the emptiest by more than maxSkew; rather the emptier ones.
import { type Handle, never, notNow, type Plugin, SCORE_MAX } from '../framework/plugin.ts';
import type { NodeInfo } from '../node-info.ts';
import {
  type Constraint,
  constraintsOf,
  HOSTNAME,
  hasAll,
  included,
  type Spread,
  SYSTEM_DEFAULTS,
  spreadOf,
  type TopologySpreadArgs,
} from './spread-constraint.ts';

const UNLABELLED = never("node(s) didn't match pod topology spread constraints (missing required label)");
const SKEWED = notNow("node(s) didn't match pod topology spread constraints");

interface Hard {
  readonly constraint: Constraint;
  readonly spread: Spread;
  /** What if: pods more or fewer, by domain. */
  readonly delta: Map<string, number>;
}
interface Soft {
  readonly key: string;
  readonly skew: number;
  readonly counts: ReadonlyMap<string, number>;
  /** Of the hostname: by node. */
  readonly nodes: ReadonlyMap<NodeInfo, number> | undefined;
  readonly weight: number;
}
interface Scoring {
  readonly parts: readonly Soft[];
  /** Nodes without all of the labels get nothing. */
  readonly ignored: ReadonlySet<NodeInfo>;
}

export function podTopologySpread(args: TopologySpreadArgs, { cluster }: Handle): Plugin<readonly Hard[], Scoring> {
  const system = args.defaultingType === 'System';
  const defaults = system ? SYSTEM_DEFAULTS : (args.defaultConstraints ?? []);
  return {
    name: 'PodTopologySpread',
    wakes: [
      { on: ['AssignedPodAdd', 'AssignedPodDelete', 'AssignedPodLabelChange'] },
      { on: ['NodeAdd', 'NodeDelete', 'NodeLabelChange', 'NodeTaintChange'] },
    ],
    preFilter: ({ pod }) => {
      const constraints = constraintsOf(pod, cluster, defaults, 'DoNotSchedule');
      if (constraints.length === 0) return 'skip';
      const state = constraints.map((constraint) => ({
        constraint,
        spread: spreadOf(pod, cluster, constraints, constraint, true),
        delta: new Map<string, number>(),
      }));
      return { state };
    },
    filter: (node, _, state) => {
      for (const hard of state) {
        const { key, maxSkew, self } = hard.constraint;
        const domain = node.labels[key];
        if (domain === undefined) return UNLABELLED;
        const count = (hard.spread.counts.get(domain) ?? 0) + (hard.delta.get(domain) ?? 0);
        if (count + (self ? 1 : 0) - least(hard) > maxSkew) return SKEWED;
      }
      return undefined;
    },
    whatIf: (state, other, node, by, { pod }) => {
      const constraints = state.map(({ constraint }) => constraint);
      if (!hasAll(node, constraints)) return;
      for (const { constraint, delta } of state) {
        if (!cluster.table.census.counts([constraint.term], other, true) || !included(pod, constraint, node)) continue;
        const domain = node.labels[constraint.key]!;
        const moved = (delta.get(domain) ?? 0) + by;
        if (moved === 0) delta.delete(domain);
        else delta.set(domain, moved);
      }
    },
    preScore: ({ pod }, nodes) => {
      const constraints = constraintsOf(pod, cluster, defaults, 'ScheduleAnyway');
      if (constraints.length === 0) return 'skip';
      // System defaults count also where there is no zone.
      const needAll = !system || (pod.pod.spec.topologySpreadConstraints?.length ?? 0) > 0;
      const ignored = needAll ? new Set(nodes.filter((node) => !hasAll(node, constraints))) : NOBODY;
      const parts = constraints.map((one): Soft => {
        const { key, maxSkew, term } = one;
        const host = key === HOSTNAME;
        const size = host ? nodes.length - ignored.size : domainsOf(nodes, key, ignored);
        return {
          key,
          skew: maxSkew - 1,
          counts: host ? NOTHING : spreadOf(pod, cluster, constraints, one, needAll).counts,
          nodes: host ? cluster.table.census.count([term], key, false).nodes : undefined,
          weight: Math.log(size + 2), // more domains: a skew is graver
        };
      });
      return { state: { parts, ignored } };
    },
    score: (node, _, { parts, ignored }) => {
      if (ignored.size > 0 && ignored.has(node)) return 0;
      let score = 0;
      for (const { key, skew, counts, nodes, weight } of parts) {
        const domain = node.labels[key];
        if (domain === undefined) continue;
        score += ((nodes === undefined ? counts.get(domain) : nodes.get(node)) ?? 0) * weight + skew;
      }
      return Math.round(score);
    },
    /** Fewer is better: the least crowded gets 100. */
    normalize: (scores, nodes, _, { ignored }) => {
      let low = Number.POSITIVE_INFINITY;
      let most = 0;
      for (let i = 0; i < scores.length; i++) {
        if (ignored.size > 0 && ignored.has(nodes[i]!)) continue;
        if (scores[i]! < low) low = scores[i]!;
        if (scores[i]! > most) most = scores[i]!;
      }
      for (let i = 0; i < scores.length; i++) {
        if (ignored.size > 0 && ignored.has(nodes[i]!)) scores[i] = 0;
        else scores[i] = most === 0 ? SCORE_MAX : Math.trunc((SCORE_MAX * (most + low - scores[i]!)) / most);
      }
    },
  };
}
const NOBODY: ReadonlySet<NodeInfo> = new Set();
const NOTHING: ReadonlyMap<string, number> = new Map();

/** Pods in the emptiest domain that counts. */
function least({ constraint, spread, delta }: Hard): number {
  if (spread.domains < constraint.minDomains) return 0;
  if (delta.size === 0) return spread.least;
  let low = Number.POSITIVE_INFINITY;
  let seen = 0;
  for (const [domain, count] of spread.counts) {
    seen++;
    low = Math.min(low, count + (delta.get(domain) ?? 0));
  }
  for (const [domain, moved] of delta) {
    if (spread.counts.has(domain)) continue;
    seen++;
    low = Math.min(low, moved);
  }
  return seen < spread.domains ? Math.min(low, 0) : low;
}
function domainsOf(nodes: readonly NodeInfo[], key: string, ignored: ReadonlySet<NodeInfo>): number {
  const seen = new Set<string>();
  let without = 0;
  for (const node of nodes) {
    const domain = node.labels[key];
    if (domain === undefined) {
      if (!ignored.has(node)) without = 1;
    } else if (ignored.size === 0 || !ignored.has(node)) seen.add(domain);
  }
  return seen.size + without;
}
