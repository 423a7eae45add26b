import { type Fault, fail } from './fault.ts';

/** The bounded queue before an actor. Open it hands on at once; held (a paused actor) it keeps, up to its capacity. */
export class Mailbox<E> {
  readonly #capacity: number;
  readonly #deliver: (event: E) => void;
  /** Absent until something waits: there are many mailboxes and most are empty. */
  #waiting: E[] | undefined;
  #held = false;
  #busy = false;
  constructor(capacity: number, deliver: (event: E) => void) {
    this.#capacity = capacity;
    this.#deliver = deliver;
  }
  get depth(): number {
    return this.#waiting?.length ?? 0;
  }
  get full(): boolean {
    return this.depth >= this.#capacity;
  }
  /** The fault when it is full; undefined when the event was taken. */
  push(event: E): Fault | undefined {
    if (this.full) return fail('Busy', `mailbox is full: ${this.#capacity} events wait`).fault;
    if (this.#busy || this.#held || this.depth > 0) {
      this.#waiting ??= [];
      this.#waiting.push(event);
      this.#drain();
    } else this.#take(event);
    return undefined;
  }
  hold(): void {
    this.#held = true;
  }
  release(): void {
    this.#held = false;
    this.#drain();
  }
  /** Lets one held event through. False when none waits. */
  step(): boolean {
    const event = this.#waiting?.shift();
    if (event === undefined) return false;
    this.#deliver(event);
    return true;
  }
  /** An event sent while one is handled waits its turn. */
  #take(first: E): void {
    this.#busy = true;
    try {
      this.#deliver(first);
      while (!this.#held && this.depth > 0) this.#deliver(this.#waiting!.shift()!);
    } finally {
      this.#busy = false;
    }
  }
  #drain(): void {
    if (this.#busy || this.#held) return;
    const first = this.#waiting?.shift();
    if (first !== undefined) this.#take(first);
  }
}
