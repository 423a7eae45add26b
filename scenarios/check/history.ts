//! What clients asked a store for and what they were told, with the order of calls and returns: what checkers read.

/** One key as a client saw it. Values are text: checkers compare them and people read them. */
export interface Seen {
  readonly value: string;
  readonly modRevision: number;
  readonly createRevision?: number;
  readonly version?: number;
}
/** `mod` 0: the key is not there. `value`: false when the key is not there, as etcd compares. */
export type Condition =
  | { readonly key: string; readonly mod: number }
  | { readonly key: string; readonly value: string };
/** `value` null deletes. */
export interface Write {
  readonly key: string;
  readonly value: string | null;
}

export type Input =
  /** Serializable: may be old, but must have been true at the revision that it says. */
  | { readonly op: 'get'; readonly key: string; readonly serializable?: boolean }
  | ({ readonly op: 'put'; readonly value: string } & Write)
  | { readonly op: 'delete'; readonly key: string }
  /** All or nothing: `writes` when `when` holds (or is absent); `reads` are read when it does not. */
  | {
      readonly op: 'txn';
      readonly when?: Condition;
      readonly writes: readonly Write[];
      readonly reads?: readonly string[];
    };

/** What came back. Whatever the client was not told is absent and not checked. */
export interface Output {
  /** The store's revision, as the answer carries it. */
  readonly revision?: number;
  /** Of a txn with a condition. */
  readonly succeeded?: boolean;
  /** What was read, by key; null: it was not there. */
  readonly seen?: Readonly<Record<string, Seen | null>>;
  /** What a put left behind, by key. Its value is the one asked for. */
  readonly put?: Readonly<Record<string, { readonly version?: number; readonly createRevision?: number }>>;
  /** Whether a delete found its key. */
  readonly deleted?: Readonly<Record<string, boolean>>;
}

export type Outcome =
  | { readonly is: 'ok'; readonly output: Output }
  /** It certainly did not happen. */
  | { readonly is: 'failed'; readonly why: string }
  /** It may have happened, may happen later, may never. */
  | { readonly is: 'unknown'; readonly why: string };

export interface Operation {
  readonly process: string;
  readonly input: Input;
  /** Places in one order of all calls and returns of the history; what returned before another's call precedes it. */
  readonly call: number;
  /** Absent when the outcome is unknown. */
  readonly returned?: number;
  readonly outcome: Outcome;
  /** Milliseconds of the recording clock at the call, for people. */
  readonly at?: number;
}

interface Open {
  readonly process: string;
  readonly input: Input;
  readonly call: number;
  readonly at: number | undefined;
}

/** Takes down operations as they happen. Bounded: `full` says when to stop calling. */
export class Recorder {
  readonly #max: number;
  readonly #now: (() => number) | undefined;
  readonly #open = new Map<number, Open>();
  readonly #closed: Operation[] = [];
  #place = 0;

  constructor(options: { readonly max: number; readonly now?: () => number }) {
    this.#max = options.max;
    this.#now = options.now;
  }
  get full(): boolean {
    return this.#open.size + this.#closed.length >= this.#max;
  }
  get size(): number {
    return this.#open.size + this.#closed.length;
  }
  /** Returns a ticket for `end`. Throws when full: a caller that does not look has a bug. */
  begin(process: string, input: Input): number {
    if (this.full) throw new Error(`the history is full: ${this.#max} operations`);
    const call = ++this.#place;
    this.#open.set(call, { process, input, call, at: this.#now?.() });
    return call;
  }
  end(ticket: number, outcome: Outcome): void {
    const open = this.#open.get(ticket);
    if (open === undefined) throw new Error(`operation ${ticket} has ended already`);
    this.#open.delete(ticket);
    this.#closed.push(closed(open, outcome, ++this.#place));
  }
  /** By call. What has not returned yet is unknown. */
  operations(): readonly Operation[] {
    const open = [...this.#open.values()].map((one) =>
      closed(one, { is: 'unknown', why: 'had not returned when the recording ended' }, 0),
    );
    return [...this.#closed, ...open].sort((a, b) => a.call - b.call);
  }
}

function closed({ process, input, call, at }: Open, outcome: Outcome, place: number): Operation {
  return {
    process,
    input,
    call,
    ...(outcome.is === 'unknown' ? {} : { returned: place }),
    outcome,
    ...(at === undefined ? {} : { at }),
  };
}

/** One operation a line. */
export const toLines = (operations: readonly Operation[]): string =>
  operations.map((operation) => `${JSON.stringify(operation)}\n`).join('');

/** Throws with the line's number at what is no operation, and beyond `max` operations. */
export function fromLines(text: string, max: number): Operation[] {
  const operations: Operation[] = [];
  text.split('\n').forEach((line, i) => {
    if (line === '') return;
    if (operations.length >= max) throw new Error(`line ${i + 1}: more than ${max} operations`);
    operations.push(parsed(line, i + 1));
  });
  return operations.sort((a, b) => a.call - b.call);
}

const INPUTS: readonly string[] = ['get', 'put', 'delete', 'txn'];
const OUTCOMES: readonly string[] = ['ok', 'failed', 'unknown'];
function parsed(line: string, number: number): Operation {
  let value: Partial<Operation>;
  try {
    value = JSON.parse(line) as Partial<Operation>;
  } catch {
    throw new Error(`line ${number}: not JSON`);
  }
  const { process, input, call, returned, outcome } = value ?? {};
  const whole =
    typeof process === 'string' &&
    typeof call === 'number' &&
    INPUTS.includes(input?.op ?? '') &&
    OUTCOMES.includes(outcome?.is ?? '') &&
    (outcome?.is === 'unknown' ? returned === undefined : typeof returned === 'number' && returned > call);
  if (!whole) throw new Error(`line ${number}: not an operation: ${line.slice(0, 200)}`);
  return value as Operation;
}
