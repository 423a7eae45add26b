//! What local plugins said of each node for a class of pods: holds until the node changes. Decisions of identical pods
//! are shared this way, node by node, and only nodes that changed meanwhile are asked again.
import type { NodeInfo } from '../node-info.ts';
import type { Refusal } from './plugin.ts';

const CLASSES_MAX = 64;
const SEEN_MAX = 1_000;
const SLOTS_LEAST = 64;

export class ClassAnswers {
  #filtered: Float64Array = new Float64Array(SLOTS_LEAST);
  #scored: Float64Array = new Float64Array(SLOTS_LEAST);
  readonly #refusals: (Refusal | undefined)[] = [];
  readonly #by: string[] = [];
  #scores: Float64Array[];
  epoch = 0;
  constructor(scores: number) {
    this.#scores = fresh(scores, SLOTS_LEAST);
  }
  knowsVerdict({ slot, version }: NodeInfo): boolean {
    return this.#filtered[slot] === version;
  }
  refusal({ slot }: NodeInfo): Refusal | undefined {
    return this.#refusals[slot];
  }
  /** Which plugin refused. */
  refusedBy({ slot }: NodeInfo): string {
    return this.#by[slot] ?? '';
  }
  noteVerdict(node: NodeInfo, refusal: Refusal | undefined, by: string): void {
    this.#room(node.slot);
    this.#filtered[node.slot] = node.version;
    this.#refusals[node.slot] = refusal;
    this.#by[node.slot] = by;
  }
  knowsScores({ slot, version }: NodeInfo): boolean {
    return this.#scored[slot] === version;
  }
  /** As the k-th local score said, before normalizing. */
  score(k: number, { slot }: NodeInfo): number {
    return this.#scores[k]![slot]!;
  }
  noteScore(k: number, node: NodeInfo, score: number): void {
    this.#room(node.slot);
    this.#scores[k]![node.slot] = score;
  }
  scored(node: NodeInfo): void {
    this.#scored[node.slot] = node.version;
  }
  clear(): void {
    this.#filtered.fill(0);
    this.#scored.fill(0);
  }
  #room(slot: number): void {
    if (slot < this.#filtered.length) return;
    const size = Math.max(slot + 1, this.#filtered.length * 2);
    this.#filtered = grown(this.#filtered, size);
    this.#scored = grown(this.#scored, size);
    this.#scores = this.#scores.map((scores) => grown(scores, size));
  }
}
const fresh = (count: number, size: number): Float64Array[] =>
  Array.from({ length: count }, () => new Float64Array(size));
function grown(from: Float64Array, size: number): Float64Array {
  const to = new Float64Array(size);
  to.set(from);
  return to;
}

export class ClassCache {
  readonly #classes = new Map<string, ClassAnswers>();
  /** Met once: a class of one pod is not worth a table. */
  #seen = new Set<string>();

  /** Undefined for a class that has not come twice. `scores`: how many local scores there are. */
  of(podClass: string, scores: number, epoch: number): ClassAnswers | undefined {
    let answers = this.#classes.get(podClass);
    if (answers === undefined) {
      if (!this.#seen.has(podClass)) {
        if (this.#seen.size >= SEEN_MAX) this.#seen = new Set();
        this.#seen.add(podClass);
        return undefined;
      }
      if (this.#classes.size >= CLASSES_MAX) this.#classes.delete(this.#classes.keys().next().value!);
      answers = new ClassAnswers(scores);
      this.#classes.set(podClass, answers);
    } else if (this.#classes.size > 1) {
      this.#classes.delete(podClass);
      this.#classes.set(podClass, answers);
    }
    if (answers.epoch !== epoch) {
      answers.clear();
      answers.epoch = epoch;
    }
    return answers;
  }
}
