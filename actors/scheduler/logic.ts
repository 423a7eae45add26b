//! Which node for a pod: filter (a sample of) the nodes, score what is left, take the best, draw among equals.
import type { Random } from '../../runtime/ports.ts';
import { namedNodes } from '../api/node-selector.ts';
import { FILTERS } from './filter/all.ts';
import type { Check, Refusal } from './filter/filter.ts';
import { never } from './filter/filter.ts';
import type { NodeInfo } from './node-info.ts';
import type { NodeTable } from './node-table.ts';
import type { PodFacts } from './pod-facts.ts';
import { SCORES } from './score/all.ts';

/** Why a pod fits nowhere: what the message tells, and what may help. */
export interface Refusals {
  readonly nodes: number;
  /** How many nodes gave each reason. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Nodes where fewer pods would help. */
  readonly resolvable: number;
  /** The filters that refused: changes they care about wake the pod. */
  readonly filters: ReadonlySet<string>;
}
export type Choice =
  | { readonly fits: true; readonly node: NodeInfo; readonly asked: number }
  | { readonly fits: false; readonly refusals: Refusals };

/** Below this every node is asked. */
const NODES_MIN = 100;
const PERCENT_MIN = 5;
/** How many nodes that fit are enough: 50 % of a small cluster, 5 % of a very large one, never fewer than 100. */
export function enoughNodes(nodes: number): number {
  if (nodes <= NODES_MIN) return nodes;
  const percent = Math.max(PERCENT_MIN, 50 - Math.trunc(nodes / 125));
  return Math.max(NODES_MIN, Math.trunc((nodes * percent) / 100));
}

/** `start`: where in the table to begin, so that with sampling every node gets its turn. */
export function choose(pod: PodFacts, table: NodeTable, random: Random, start: number): Choice {
  const named = namedNodes(pod.requiredTerms);
  const candidates = named === undefined ? table.nodes : present(named, table);
  const enough = enoughNodes(candidates.length);
  const checks = prepareChecks(pod, table);
  const fitting: NodeInfo[] = [];
  const refused: Refused = { reasons: new Map(), resolvable: 0, filters: new Set() };
  let asked = 0;
  for (; asked < candidates.length && fitting.length < enough; asked++) {
    const node = candidates[(start + asked) % candidates.length]!;
    if (passes(node, checks, refused)) fitting.push(node);
  }
  if (fitting.length === 0) {
    // The others were not asked one by one: the pod itself rules them out.
    const others = table.nodes.length - candidates.length;
    if (others > 0) note(refused, 'NodeAffinity', RULED_OUT, others);
    return { fits: false, refusals: { nodes: table.nodes.length, ...refused } };
  }
  return { fits: true, node: fitting.length === 1 ? fitting[0]! : best(pod, fitting, table, random), asked };
}
const RULED_OUT = never("node(s) didn't satisfy plugin(s) [NodeAffinity]");
const present = (names: ReadonlySet<string>, table: NodeTable): readonly NodeInfo[] =>
  [...names].map((name) => table.get(name)).filter((node) => node !== undefined);

interface Refused {
  readonly reasons: Map<string, number>;
  readonly filters: Set<string>;
  resolvable: number;
}
type NamedCheck = { readonly name: string; readonly check: Check };
const prepareChecks = (pod: PodFacts, table: NodeTable): readonly NamedCheck[] =>
  FILTERS.flatMap(({ name, prepare }) => {
    const check = prepare(pod, table);
    return check === undefined ? [] : [{ name, check }];
  });
function passes(node: NodeInfo, checks: readonly NamedCheck[], refused: Refused): boolean {
  for (const { name, check } of checks) {
    const refusal = check(node);
    if (refusal === undefined) continue;
    note(refused, name, refusal, 1);
    return false;
  }
  return true;
}
function note(refused: Refused, filter: string, { reasons, resolvable }: Refusal, nodes: number): void {
  refused.filters.add(filter);
  if (resolvable) refused.resolvable += nodes;
  for (const reason of reasons) refused.reasons.set(reason, (refused.reasons.get(reason) ?? 0) + nodes);
}

function best(pod: PodFacts, nodes: readonly NodeInfo[], table: NodeTable, random: Random): NodeInfo {
  const totals = scores(pod, nodes, table);
  let chosen = 0;
  let equals = 1;
  for (let i = 1; i < nodes.length; i++) {
    if (totals[i]! > totals[chosen]!) {
      chosen = i;
      equals = 1;
      // The k-th of equals takes the place with probability 1/k: each is chosen as often as the other.
    } else if (totals[i] === totals[chosen] && random.float() * ++equals < 1) chosen = i;
  }
  return nodes[chosen]!;
}
/** The weighted total of each node. */
export function scores(pod: PodFacts, nodes: readonly NodeInfo[], table: NodeTable): readonly number[] {
  const totals = new Array<number>(nodes.length).fill(0);
  const raw = new Array<number>(nodes.length).fill(0);
  for (const { prepare, normalize, weight } of SCORES) {
    const score = prepare(pod, nodes, table);
    if (score === undefined) continue;
    for (let i = 0; i < nodes.length; i++) raw[i] = score(nodes[i]!);
    normalize?.(raw);
    for (let i = 0; i < nodes.length; i++) totals[i]! += weight * raw[i]!;
  }
  return totals;
}
