import type { Clock } from '../ports.ts';

interface Timer {
  readonly at: number;
  readonly seq: number;
  fn: (() => void) | undefined; // undefined once cleared
}

/** Discrete-event clock: time jumps to each timer in turn, so a timer set by a timer fires at its own instant. */
export class SimClock implements Clock {
  #now: number;
  #seq = 0;
  readonly #heap: Timer[] = [];
  /** 2026-01-01T00:00:00Z unless told otherwise: certificates and timestamps then look like real ones. */
  constructor(startMs = 1_767_225_600_000) {
    this.#now = startMs;
  }
  now(): number {
    return this.#now;
  }
  setTimeout(fn: () => void, ms: number): Timer {
    const timer: Timer = { at: this.#now + Math.max(0, ms), seq: ++this.#seq, fn };
    this.#push(timer);
    return timer;
  }
  clearTimeout(id: unknown): void {
    if (id !== undefined) (id as Timer).fn = undefined;
  }
  /** Fires every timer due up to `now + ms`, in (instant, insertion) order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    while (this.#peek() !== undefined && this.#peek()!.at <= end) this.step();
    this.#now = end;
  }
  /** Fires the next timer. False when there is none. */
  step(): boolean {
    const timer = this.#peek();
    if (timer === undefined) return false;
    this.#pop();
    this.#now = timer.at;
    const fn = timer.fn!;
    timer.fn = undefined;
    fn();
    return true;
  }
  /** Steps until `done`, at most `limitMs` of virtual time. False when the limit came first. */
  runUntil(done: () => boolean, limitMs: number): boolean {
    const end = this.#now + limitMs;
    while (!done()) {
      const next = this.#peek();
      if (next === undefined || next.at > end) {
        this.#now = end;
        return done();
      }
      this.step();
    }
    return true;
  }
  #peek(): Timer | undefined {
    while (this.#heap.length > 0 && this.#heap[0]!.fn === undefined) this.#pop();
    return this.#heap[0];
  }
  #push(timer: Timer): void {
    const heap = this.#heap;
    let i = heap.push(timer) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(timer, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = timer;
  }
  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}
const before = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.seq < b.seq);
