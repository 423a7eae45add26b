//! One priority level: so many requests at once, the rest in queues that take turns by how long their requests took
//! (k8s.io/apiserver/pkg/util/flowcontrol/fairqueuing). A flow waits in the shortest queue of its hand.
import type { Stop } from '../../../runtime/ports.ts';
import { handOf, hashOf } from './deal.ts';
import type { Queuing } from './types.ts';

export type Rejection = 'queue-full' | 'concurrency-limit' | 'time-out';
export interface Limits {
  /** How many at once. */
  readonly nominal: number;
  /** Of these, what others never get. */
  readonly reserved: number;
  /** With what others lend. */
  readonly most: number;
  /** Absent: who finds no place is refused. */
  readonly queuing?: Queuing;
}
interface Waiting {
  readonly start: () => void;
  readonly queue: Queue;
  timer: unknown;
}
interface Queue {
  readonly waiting: Waiting[];
  executing: number;
  /** When its next request would begin, were each queue a server of its own: the least is next. */
  nextAt: number;
}
export interface LevelPorts {
  /** Milliseconds that never step. */
  readonly now: () => number;
  readonly after: (ms: number, run: () => void) => Stop;
  /** Whether the server has room for one more than the nominal of this level. */
  readonly lends: () => boolean;
}
/** What a request is expected to take until it has ended (estimatedServiceDuration). */
const GUESS_MS = 3;
/** A quarter of the request's time (priority-and-fairness.go getRequestWaitContext: of 60 s). */
const WAIT_MS = 15_000;

export class Level {
  readonly name: string;
  limits: Limits;
  executing = 0;
  waiting = 0;
  readonly dispatched = new Map<string, number>();
  readonly rejected = new Map<string, number>();
  readonly #ports: LevelPorts;
  readonly #queues: readonly Queue[];
  #turn = 0;
  /** Service that a queue which always had a request would have had by now, in ms of one seat. */
  #progress = 0;
  #progressAt: number;

  constructor(name: string, limits: Limits, ports: LevelPorts) {
    this.name = name;
    this.limits = limits;
    this.#ports = ports;
    this.#progressAt = ports.now();
    const many = limits.queuing?.queues ?? 1;
    this.#queues = Array.from({ length: many }, () => ({ waiting: [], executing: 0, nextAt: 0 }));
  }

  /** `start` is called when its turn comes, perhaps at once; what is returned ends it, or its waiting. */
  enter(schema: string, distinguisher: string, start: () => void, reject: (why: Rejection) => void): Stop {
    this.#advance();
    const { queuing } = this.limits;
    const queue = queuing === undefined ? this.#queues[0]! : this.#shortest(schema, distinguisher, queuing);
    const refused = (why: Rejection): void => {
      bump(this.rejected, `${schema} ${why}`);
      reject(why);
    };
    const full = queuing === undefined ? !this.#hasRoom() : queue.waiting.length >= queuing.queueLengthLimit;
    if (full) {
      refused(queuing === undefined ? 'concurrency-limit' : 'queue-full');
      return () => {};
    }
    let began: number | undefined;
    let over = false;
    const one: Waiting = {
      queue,
      timer: undefined,
      start: () => {
        began = this.#ports.now();
        bump(this.dispatched, schema);
        start();
      },
    };
    if (queue.waiting.length === 0 && queue.executing === 0) queue.nextAt = this.#progress;
    queue.waiting.push(one);
    this.waiting++;
    const leave = (): void => {
      if (over) return;
      over = true;
      if (began === undefined) this.#forget(one);
      else this.#ended(queue, this.#ports.now() - began);
    };
    this.dispatch();
    if (began !== undefined || over) return leave;
    const cancel = this.#ports.after(WAIT_MS, () => {
      if (over || began !== undefined) return;
      leave();
      refused('time-out');
    });
    one.timer = cancel;
    return leave;
  }
  /** As many as have room. */
  dispatch(): void {
    while (this.waiting > 0 && this.#hasRoom()) {
      const queue = this.#next();
      const one = queue.waiting.shift()!;
      (one.timer as Stop | undefined)?.();
      this.waiting--;
      this.#advance();
      this.executing++;
      queue.executing++;
      queue.nextAt += GUESS_MS;
      one.start();
    }
  }

  #hasRoom(): boolean {
    const { nominal, most } = this.limits;
    return this.executing < nominal || (this.executing < most && this.#ports.lends());
  }
  #forget(one: Waiting): void {
    const at = one.queue.waiting.indexOf(one);
    if (at < 0) return;
    (one.timer as Stop | undefined)?.();
    one.queue.waiting.splice(at, 1);
    this.#advance();
    this.waiting--;
  }
  #ended(queue: Queue, tookMs: number): void {
    this.#advance();
    this.executing--;
    queue.executing--;
    queue.nextAt += tookMs - GUESS_MS;
    this.dispatch();
  }
  #shortest(schema: string, distinguisher: string, { queues, handSize }: Queuing): Queue {
    const hand = handOf(hashOf(`${schema}\0${distinguisher}`), Math.min(queues, this.#queues.length), handSize);
    const load = ({ waiting, executing }: Queue): number => waiting.length + executing;
    return hand.map((i) => this.#queues[i]!).reduce((best, queue) => (load(queue) < load(best) ? queue : best));
  }
  /** The one that is behind, from where the last turn ended. */
  #next(): Queue {
    const many = this.#queues.length;
    let best: Queue | undefined;
    let turn = this.#turn;
    for (let i = 1; i <= many; i++) {
      const at = (this.#turn + i) % many;
      const queue = this.#queues[at]!;
      if (queue.waiting.length === 0 || (best !== undefined && queue.nextAt >= best.nextAt)) continue;
      best = queue;
      turn = at;
    }
    this.#turn = turn;
    return best!;
  }
  #advance(): void {
    const now = this.#ports.now();
    const passed = Math.max(0, now - this.#progressAt);
    this.#progressAt = now;
    if (passed === 0) return;
    let active = 0;
    for (const { waiting, executing } of this.#queues) if (waiting.length + executing > 0) active++;
    if (active > 0) this.#progress += (passed * Math.min(this.executing + this.waiting, this.limits.nominal)) / active;
  }
}
function bump(counts: Map<string, number>, of: string): void {
  if (counts.size < SERIES_MAX || counts.has(of)) counts.set(of, (counts.get(of) ?? 0) + 1);
}
const SERIES_MAX = 1_000;
