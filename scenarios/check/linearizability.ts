//! Is there an order of all operations, each between its call and its return, that one key of etcd could have answered?
//! The search of Wing and Gong with Lowe's ways of not losing oneself: what is still to be placed is a linked list of
//! calls and returns, and a set of placed operations with the state they lead to is visited once ("Testing for
//! linearizability", 2017; Horn and Kroening's "Faster linearizability checking via P-compositionality": key by key).
import { explain } from './explain.ts';
import type { Operation } from './history.ts';
import { byKey, type KeyOperation, settled } from './key-history.ts';
import { ABSENT, type State, step } from './register.ts';

export type Verdict =
  | { readonly is: 'ok'; readonly steps: number }
  | { readonly is: 'violation'; readonly key: string; readonly explanation: string; readonly steps: number }
  /** Undecided within the limit. */
  | { readonly is: 'unknown'; readonly key: string; readonly steps: number };

/** `steps`: how often the model may be asked, a key. Memory is bounded by it: a state is kept for at most each step. */
export interface Limits {
  readonly steps: number;
}

/** The first key in violation, else the first that is undecided, else ok. */
export function checkLinearizability(operations: readonly Operation[], limits: Limits): Verdict {
  let steps = 0;
  let undecided: string | undefined;
  for (const [key, list] of byKey(operations)) {
    const found = checkKey(list, limits);
    steps += found.steps;
    if (found.is === 'violation') return { is: 'violation', key, explanation: explain(key, found), steps };
    if (found.is === 'unknown') undecided ??= key;
  }
  return undecided === undefined ? { is: 'ok', steps } : { is: 'unknown', key: undecided, steps };
}

/** How far the best order came. */
export interface Stuck {
  readonly placed: readonly KeyOperation[];
  readonly state: State;
  /** Which could have been next by their times. */
  readonly next: readonly KeyOperation[];
  readonly total: number;
}
export type KeyVerdict =
  | { readonly is: 'ok' | 'unknown'; readonly steps: number }
  | ({ readonly is: 'violation'; readonly steps: number } & Stuck);

interface Choice {
  readonly entry: Entry;
  readonly state: State;
}
interface Frame {
  readonly state: State;
  readonly choices: readonly Choice[];
  next: number;
}

export function checkKey(list: readonly KeyOperation[], limits: Limits): KeyVerdict {
  const pending = new Pending(settled(list));
  const visited = new Set<string>();
  const placed: Choice[] = [];
  const frames: Frame[] = [];
  let steps = 0;
  let stuck: Stuck | undefined;
  let state = ABSENT;
  const open = (): void => {
    const choices: Choice[] = [];
    for (const entry of pending.candidates()) {
      steps++;
      const next = step(state, entry.operation);
      if (next.fits) for (const one of next.states) choices.push({ entry, state: one });
    }
    frames.push({ state, choices, next: 0 });
  };
  open();
  while (pending.left > 0) {
    if (steps > limits.steps) return { is: 'unknown', steps };
    const frame = frames.at(-1)!;
    const choice = frame.choices[frame.next++];
    if (choice === undefined) {
      if (stuck === undefined || placed.length > stuck.placed.length)
        stuck = {
          placed: placed.map(({ entry }) => entry.operation),
          state: frame.state,
          next: pending.candidates().map(({ operation }) => operation),
          total: list.length,
        };
      frames.pop();
      const back = placed.pop();
      if (back === undefined) return { is: 'violation', steps, ...stuck };
      pending.restore(back.entry);
      continue;
    }
    pending.place(choice.entry);
    const key = `${pending.key()}${pending.stateKey(choice.state)}`;
    if (visited.has(key)) {
      pending.restore(choice.entry);
      continue;
    }
    visited.add(key);
    placed.push(choice);
    state = choice.state;
    open();
  }
  return { is: 'ok', steps };
}

/** One operation in the list of what is to be placed. */
interface Entry {
  readonly operation: KeyOperation;
  /** In order of calls, among those that must be placed or among those that may. */
  readonly index: number;
  /** Nobody noticed its value: all such puts, and all unknown deletes, are as good as each other. */
  readonly alike: 'put' | 'delete' | undefined;
  readonly rank: number;
}
interface Node {
  readonly entry: Entry;
  readonly returns: boolean;
  before: Node;
  after: Node;
}

/** Calls and returns of what must still be placed, calls of what may be; and which are placed. */
class Pending {
  left = 0;
  readonly #head: Node;
  readonly #nodes = new Map<Entry, readonly Node[]>();
  readonly #must: Bits;
  readonly #may: Bits;
  readonly #noticed = new Set<string>();

  constructor(list: readonly KeyOperation[]) {
    for (const { told, condition } of list) {
      if (told.seen) this.#noticed.add(told.seen.value);
      if (condition && 'value' in condition) this.#noticed.add(condition.value);
    }
    let may = 0;
    const events: { readonly at: number; readonly entry: Entry; readonly returns: boolean }[] = [];
    for (const operation of list) {
      const { must, call, returned } = operation;
      const entry: Entry = {
        operation,
        index: must ? this.left++ : may++,
        alike: this.#alike(operation),
        rank: rank(operation),
      };
      events.push({ at: call, entry, returns: false });
      if (must) events.push({ at: returned, entry, returns: true });
    }
    events.sort((a, b) => a.at - b.at);
    this.#must = new Bits(this.left);
    this.#may = new Bits(may);
    this.#head = { before: undefined, after: undefined } as unknown as Node;
    this.#head.before = this.#head;
    this.#head.after = this.#head;
    for (const { entry, returns } of events) {
      const node: Node = { entry, returns, before: this.#head.before, after: this.#head };
      link(node);
      this.#nodes.set(entry, [...(this.#nodes.get(entry) ?? []), node]);
    }
  }

  /** Called before anything that is to be placed has returned; likely ones first. */
  candidates(): Entry[] {
    const found: Entry[] = [];
    const taken = new Set<string>();
    for (let node = this.#head.after; node !== this.#head && !node.returns; node = node.after) {
      const { alike } = node.entry;
      // Of those that are alike the first called may be anywhere where a later one may.
      if (alike !== undefined && taken.has(alike)) continue;
      if (alike !== undefined) taken.add(alike);
      found.push(node.entry);
    }
    return found.sort((a, b) => a.rank - b.rank);
  }
  place(entry: Entry): void {
    for (const node of this.#nodes.get(entry)!) {
      node.before.after = node.after;
      node.after.before = node.before;
    }
    (entry.operation.must ? this.#must : this.#may).set(entry.index);
    if (entry.operation.must) this.left--;
  }
  /** In reverse order of `place`: each node finds its neighbours as they were. */
  restore(entry: Entry): void {
    const nodes = this.#nodes.get(entry)!;
    for (let i = nodes.length - 1; i >= 0; i--) link(nodes[i]!);
    (entry.operation.must ? this.#must : this.#may).clear(entry.index);
    if (entry.operation.must) this.left++;
  }
  /** Equal for equal sets of placed operations, and only then. */
  key(): string {
    return `${this.#must.key()}/${this.#may.key()}/`;
  }
  stateKey({ value, mod, create, version, floor }: State): string {
    const shown = value === null ? '-' : this.#noticed.has(value) ? JSON.stringify(value) : '?';
    const revisions = [mod, create].map(({ low, high, not }) => `${low}-${high}${not ? `!${not}` : ''}`);
    return `${revisions.join(' ')} ${version} ${floor} ${shown}`;
  }
  #alike({ must, write, condition }: KeyOperation): Entry['alike'] {
    if (must || condition !== undefined || write === undefined) return undefined;
    if (write === null) return 'delete';
    return this.#noticed.has(write) ? undefined : 'put';
  }
}

/** Known revisions in their order, writes before reads of the same; then what must be, then what may be. */
function rank({ told, must, write, call }: KeyOperation): number {
  const revision = told.effect ?? told.revision;
  if (must && revision !== undefined) return revision + (write === undefined ? 0.5 : 0);
  return (must ? 1e12 : 1e15) + call;
}
function link(node: Node): void {
  node.before.after = node;
  node.after.before = node;
}

/** A set of small integers whose key is short when nearly all of a beginning is in it. */
class Bits {
  readonly #words: Uint32Array;
  constructor(size: number) {
    this.#words = new Uint32Array((size + 31) >> 5);
  }
  set(i: number): void {
    this.#words[i >> 5]! |= 1 << (i & 31);
  }
  clear(i: number): void {
    this.#words[i >> 5]! &= ~(1 << (i & 31));
  }
  key(): string {
    const words = this.#words;
    let from = 0;
    while (from < words.length && words[from] === 0xffffffff) from++;
    let to = words.length;
    while (to > from && words[to - 1] === 0) to--;
    let text = `${from}`;
    for (let i = from; i < to; i++) text += `:${words[i]!.toString(36)}`;
    return text;
  }
}
