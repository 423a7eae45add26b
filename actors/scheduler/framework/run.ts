//! One pod through the filters and scores of its profile.
import type { Cluster } from '../cluster.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodFacts } from '../pod-facts.ts';
import type { Chosen } from './choose.ts';
import type { ClassAnswers, ClassCache } from './class-cache.ts';
import type { Cycle, Plugin, Refusal, Refusals, WhatIf } from './plugin.ts';
import type { Profile } from './profile.ts';

interface Asked {
  readonly plugin: Plugin;
  readonly state: unknown;
}
interface Scorer extends Asked {
  readonly weight: number;
}
/** Nodes that fit, and what was said of the others that were asked. */
export interface Found {
  readonly fitting: readonly NodeInfo[];
  readonly asked: number;
}

/** Below this every node is asked. */
const NODES_MIN = 100;
const PERCENT_MIN = 5;
/** How many nodes that fit are enough: 50 % of a small cluster, 5 % of a very large one, never fewer than 100. */
export function enoughNodes(nodes: number, percentage = 0): number {
  if (nodes < NODES_MIN) return nodes;
  const percent = percentage > 0 ? percentage : Math.max(PERCENT_MIN, 50 - Math.trunc(nodes / 125));
  return Math.max(NODES_MIN, Math.trunc((nodes * percent) / 100));
}

export class Run implements WhatIf {
  readonly cycle: Cycle;
  readonly #profile: Profile;
  readonly #classes: ClassCache;
  readonly #locals: Asked[] = [];
  readonly #others: Asked[] = [];
  readonly #refusedNodes: NodeInfo[] = [];
  readonly #refusedWhy: Refusal[] = [];
  readonly #plugins = new Set<string>();
  #answers: ClassAnswers | undefined;
  #nodes: ReadonlySet<string> | undefined;
  /** Who narrowed the nodes down. */
  readonly #narrowed: string[] = [];
  #outright: Refusal | undefined;
  /** Who spoke the last refusal. */
  #by = '';

  constructor(profile: Profile, cluster: Cluster, pod: PodFacts, classes: ClassCache) {
    this.cycle = { pod, cluster };
    this.#profile = profile;
    this.#classes = classes;
  }

  /** PreFilter and Filter. `start`: where in the table to begin, so that with sampling every node gets its turn. */
  find(start: number): Found {
    if (!this.#prepare()) return { fitting: [], asked: 0 };
    const { table, nominations } = this.cycle.cluster;
    const nominated = nominations.nodeOf(this.cycle.pod.key);
    const first = nominated === undefined ? undefined : table.get(nominated);
    // It has room there by now, most likely: then no other is asked.
    if (first !== undefined && (this.#nodes?.has(first.name) ?? true) && this.ask(first) === undefined)
      return { fitting: [first], asked: 1 };
    const candidates = this.#nodes === undefined ? table.nodes : this.#present(this.#nodes);
    const enough = this.#enough(candidates.length);
    const fitting: NodeInfo[] = [];
    let asked = 0;
    for (; asked < candidates.length && fitting.length < enough; asked++) {
      const node = candidates[(start + asked) % candidates.length]!;
      const refusal = this.ask(node);
      if (refusal === undefined) fitting.push(node);
      else this.#note(node, refusal);
    }
    return { fitting, asked };
  }
  #enough(candidates: number): number {
    if (this.#profile.plugins.score.length === 0) return 1;
    return enoughNodes(candidates, this.#profile.percentageOfNodesToScore);
  }
  #present(names: ReadonlySet<string>): readonly NodeInfo[] {
    return [...names].map((name) => this.cycle.cluster.table.get(name)).filter((node) => node !== undefined);
  }
  /** An extender refused it. */
  refused(node: NodeInfo, refusal: Refusal, by: string): void {
    this.#by = by;
    this.#note(node, refusal);
  }
  #note(node: NodeInfo, refusal: Refusal): void {
    this.#refusedNodes.push(node);
    this.#refusedWhy.push(refusal);
    this.#plugins.add(this.#by);
  }
  /** Why no node was left. */
  refusals(): Refusals {
    const { nodes } = this.cycle.cluster.table;
    const counts = new Map<Refusal, number>();
    for (const why of this.#refusedWhy) counts.set(why, (counts.get(why) ?? 0) + 1);
    const absent = this.#outright ?? (this.#nodes === undefined ? undefined : this.#ruledOut());
    const rest = nodes.length - this.#refusedNodes.length;
    if (absent !== undefined && rest > 0) counts.set(absent, (counts.get(absent) ?? 0) + rest);
    const asked = this.#refusedNodes.filter((_, i) => this.#refusedWhy[i]!.resolvable);
    return {
      nodes: nodes.length,
      counts,
      resolvable: absent?.resolvable === true ? nodes : asked,
      byNode: (node) => this.#refusedWhy[this.#refusedNodes.indexOf(node)] ?? absent,
      plugins: this.#plugins,
      ...(this.#outright === undefined ? {} : { outright: this.#outright.reasons.join(', ') }),
    };
  }
  #ruledOut(): Refusal {
    for (const name of this.#narrowed) this.#plugins.add(name);
    const names = [...this.#narrowed].sort().join(' ');
    return { reasons: [`node(s) didn't satisfy plugin(s) [${names}]`], resolvable: false };
  }

  #prepare(): boolean {
    const { plugins, local } = this.#profile;
    const skipped = new Set<string>();
    const states = new Map<string, unknown>();
    for (const { plugin } of plugins.preFilter) {
      const answer = plugin.preFilter!(this.cycle);
      if (answer === 'skip') skipped.add(plugin.name);
      else if ('refusal' in answer) {
        this.#outright = answer.refusal;
        this.#plugins.add(plugin.name);
        return false;
      } else {
        states.set(plugin.name, answer.state);
        if (answer.nodes !== undefined) this.#narrow(answer.nodes, plugin.name);
      }
    }
    for (const { plugin } of plugins.filter) {
      if (skipped.has(plugin.name)) continue;
      const asked = { plugin, state: states.get(plugin.name) };
      if (local.has(plugin)) this.#locals.push(asked);
      else this.#others.push(asked);
    }
    let scores = 0;
    for (const { plugin } of plugins.score) if (local.has(plugin)) scores++;
    let epoch = 0;
    for (const plugin of local) epoch += plugin.epoch?.() ?? 0;
    this.#answers = this.#classes.of(this.cycle.pod.podClass, scores, epoch);
    return true;
  }
  #narrow(nodes: ReadonlySet<string>, by: string): void {
    this.#narrowed.push(by);
    const before = this.#nodes;
    this.#nodes = before === undefined ? nodes : new Set([...nodes].filter((name) => before.has(name)));
  }

  ask(node: NodeInfo): Refusal | undefined {
    const refusal = this.#askAll(node);
    const { pod, cluster } = this.cycle;
    if (refusal !== undefined || cluster.nominations.size === 0) return refusal;
    const others: PodFacts[] = [];
    for (const other of cluster.nominations.on(node.name))
      if (other.priority >= pod.priority && other.key !== pod.key) others.push(other);
    if (others.length === 0) return undefined;
    // It must fit as it is, since they may never come, and beside them.
    return this.suppose(node, () => {
      for (const other of others) this.put(other, node);
      return this.#askAll(node);
    });
  }
  #askAll(node: NodeInfo): Refusal | undefined {
    const answers = this.#supposing ? undefined : this.#answers;
    if (answers?.knowsVerdict(node) === true) {
      const known = answers.refusal(node);
      if (known !== undefined) {
        this.#by = answers.refusedBy(node);
        return known;
      }
    } else {
      const refusal = this.#askEach(this.#locals, node);
      answers?.noteVerdict(node, refusal, this.#by);
      if (refusal !== undefined) return refusal;
    }
    return this.#others.length === 0 ? undefined : this.#askEach(this.#others, node);
  }
  #askEach(filters: readonly Asked[], node: NodeInfo): Refusal | undefined {
    for (const { plugin, state } of filters) {
      const refusal = plugin.filter!(node, this.cycle, state);
      if (refusal === undefined) continue;
      this.#by = plugin.name;
      return refusal;
    }
    return undefined;
  }

  // What if.
  #supposing = false;
  #moved: (readonly [pod: PodFacts, by: 1 | -1])[] = [];
  get isLocal(): boolean {
    return this.#others.length === 0;
  }
  /** Pods may be put and taken inside; afterwards all is as it was. */
  suppose<T>(node: NodeInfo, work: () => T): T {
    const [before, moved, version] = [this.#supposing, this.#moved, node.version];
    this.#supposing = true;
    this.#moved = [];
    try {
      return work();
    } finally {
      for (const [pod, by] of this.#moved.reverse()) {
        if (by === 1) node.remove(pod);
        else node.add(pod);
        this.#tell(pod, node, by === 1 ? -1 : 1);
      }
      node.restore(version);
      this.#supposing = before;
      this.#moved = moved;
    }
  }
  put(pod: PodFacts, node: NodeInfo): void {
    node.add(pod);
    this.#move(pod, node, 1);
  }
  take(pod: PodFacts, node: NodeInfo): void {
    node.remove(pod);
    this.#move(pod, node, -1);
  }
  #move(pod: PodFacts, node: NodeInfo, by: 1 | -1): void {
    this.#moved.push([pod, by]);
    this.#tell(pod, node, by);
  }
  #tell(pod: PodFacts, node: NodeInfo, by: 1 | -1): void {
    for (const { plugin, state } of this.#others) plugin.whatIf?.(state, pod, node, by, this.cycle);
  }

  /** PreScore, Score and NormalizeScore: the weighted total of each node. */
  score(nodes: readonly NodeInfo[]): Float64Array {
    const totals = new Float64Array(nodes.length);
    const raw = new Array<number>(nodes.length).fill(0);
    const scorers = this.#scorers(nodes);
    const locals = scorers.filter((one) => one !== undefined && this.#profile.local.has(one.plugin)) as Scorer[];
    this.#scoreLocally(nodes, locals);
    let k = 0;
    for (const scorer of scorers) {
      if (scorer === undefined) continue;
      const { plugin, state, weight } = scorer;
      if (this.#answers !== undefined && this.#profile.local.has(plugin)) {
        for (let i = 0; i < nodes.length; i++) raw[i] = this.#answers.score(k, nodes[i]!);
        k++;
      } else for (let i = 0; i < nodes.length; i++) raw[i] = plugin.score!(nodes[i]!, this.cycle, state);
      plugin.normalize?.(raw, nodes, this.cycle, state);
      for (let i = 0; i < nodes.length; i++) totals[i]! += weight * raw[i]!;
    }
    return totals;
  }
  #scorers(nodes: readonly NodeInfo[]): readonly (Scorer | undefined)[] {
    const { preScore, score } = this.#profile.plugins;
    const before = new Set(preScore.map(({ plugin }) => plugin));
    return score.map(({ plugin, weight }: Chosen) => {
      if (!before.has(plugin)) return { plugin, state: undefined, weight };
      const answer = plugin.preScore!(this.cycle, nodes);
      return answer === 'skip' ? undefined : { plugin, state: answer.state, weight };
    });
  }
  #scoreLocally(nodes: readonly NodeInfo[], locals: readonly Scorer[]): void {
    const answers = this.#answers;
    if (answers === undefined || locals.length === 0) return;
    for (const node of nodes) {
      if (answers.knowsScores(node)) continue;
      for (let k = 0; k < locals.length; k++) {
        const { plugin, state } = locals[k]!;
        answers.noteScore(k, node, plugin.score!(node, this.cycle, state));
      }
      answers.scored(node);
    }
  }
}
