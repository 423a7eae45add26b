//! One priority level: so many requests at once, the rest in queues that take turns by how long their requests took
//! (k8s.io/apiserver/pkg/util/flowcontrol/fairqueuing). A flow waits in the shortest queue of its hand.
import type { Stop } from '../../../runtime/ports.ts';
import { handOf, hashOf } from './deal.ts';
import { Demand } from './demand.ts';
import type { Queuing } from './types.ts';
import { ONE_SEAT, type Work, widest } from './width.ts';

export type Rejection = 'queue-full' | 'concurrency-limit' | 'time-out';
export interface Limits {
  /** How many seats. */
  readonly nominal: number;
  /** Of these, what others never get. */
  readonly reserved: number;
  /** With what others lend. */
  readonly most: number;
  /** Absent: who finds no place is refused. */
  readonly queuing?: Queuing;
}
export interface Request {
  readonly schema: string;
  readonly distinguisher: string;
  readonly work: Work;
  readonly queue: Queue;
  readonly arrivedAt: number;
  readonly start: () => void;
  timer: Stop | undefined;
  beganAt: number | undefined;
}
export interface Queue {
  readonly index: number;
  readonly waiting: Request[];
  executing: number;
  seats: number;
  /** When its next request would begin, were each queue a server of its own: the least is next. */
  nextAt: number;
}
export interface LevelPorts {
  /** Milliseconds that never step. */
  readonly now: () => number;
  readonly after: (ms: number, run: () => void) => Stop;
}
/** What a request is expected to take until it has ended (estimatedServiceDuration). */
const GUESS_MS = 3;
/** A quarter of the request's time (priority-and-fairness.go getRequestWaitContext: of 60 s). */
const WAIT_MS = 15_000;

export class Level {
  readonly name: string;
  limits: Limits;
  /** Seats that it has now, by what it lends and borrows. */
  current: number;
  /** What it is likely to want: kept from period to period. */
  target = 0;
  readonly demand: Demand;
  readonly running = new Set<Request>();
  /** Seats that are taken. */
  seats = 0;
  waiting = 0;
  #waitingSeats = 0;
  cancelled = 0;
  readonly dispatched = new Map<string, number>();
  readonly rejected = new Map<string, number>();
  readonly #ports: LevelPorts;
  readonly queues: readonly Queue[];
  #turn = 0;
  /** Service that a queue which always had a request would have had by now, in ms of one seat. */
  #progress = 0;
  #progressAt: number;

  constructor(name: string, limits: Limits, ports: LevelPorts) {
    this.name = name;
    this.limits = limits;
    this.current = limits.nominal;
    this.demand = new Demand(ports.now());
    this.#ports = ports;
    this.#progressAt = ports.now();
    const many = limits.queuing?.queues ?? 1;
    this.queues = Array.from({ length: many }, (_, index) => ({
      index,
      waiting: [],
      executing: 0,
      seats: 0,
      nextAt: 0,
    }));
  }
  get executing(): number {
    return this.running.size;
  }

  /** `start` is called when its turn comes, perhaps at once; what is returned ends it, or its waiting. */
  enter(
    schema: string,
    distinguisher: string,
    start: () => void,
    reject: (why: Rejection) => void,
    work: Work = ONE_SEAT,
  ): Stop {
    this.#advance();
    const { queuing } = this.limits;
    const queue = queuing === undefined ? this.queues[0]! : this.#shortest(schema, distinguisher, queuing);
    const refused = (why: Rejection): void => {
      bump(this.rejected, `${schema} ${why}`);
      reject(why);
    };
    const full = queuing === undefined ? !this.#hasRoom(work) : queue.waiting.length >= queuing.queueLengthLimit;
    if (full) {
      refused(queuing === undefined ? 'concurrency-limit' : 'queue-full');
      return () => {};
    }
    let over = false;
    const arrivedAt = this.#ports.now();
    const one: Request = { schema, distinguisher, work, queue, arrivedAt, start, timer: undefined, beganAt: undefined };
    if (queue.waiting.length === 0 && queue.executing === 0) queue.nextAt = this.#progress;
    queue.waiting.push(one);
    this.waiting++;
    this.#waitingSeats += widest(work);
    const leave = (): void => {
      if (over) return;
      over = true;
      if (one.beganAt !== undefined) return this.#ended(one, one.beganAt);
      this.cancelled++;
      this.#forget(one);
    };
    this.dispatch();
    this.#wants();
    if (one.beganAt !== undefined || over) return leave;
    one.timer = this.#ports.after(WAIT_MS, () => {
      if (over || one.beganAt !== undefined) return;
      over = true;
      this.#forget(one);
      refused('time-out');
    });
    return leave;
  }
  /** As many as have room. The next one waits until there is room for all of it, and nobody passes it. */
  dispatch(): void {
    while (this.waiting > 0) {
      const turn = this.#next();
      const queue = this.queues[turn]!;
      const one = queue.waiting[0]!;
      if (!this.#hasRoom(one.work)) return;
      this.#turn = turn;
      queue.waiting.shift();
      one.timer?.();
      this.waiting--;
      this.#advance();
      const seats = widest(one.work);
      this.#waitingSeats -= seats;
      this.running.add(one);
      this.seats += seats;
      queue.executing++;
      queue.seats += seats;
      queue.nextAt += GUESS_MS * seats;
      one.beganAt = this.#ports.now();
      bump(this.dispatched, one.schema);
      one.start();
    }
  }

  /** One that is wider than the level runs alone. */
  #hasRoom(work: Work): boolean {
    return this.seats === 0 ? this.current > 0 : this.seats + widest(work) <= this.current;
  }
  #forget(one: Request): void {
    const at = one.queue.waiting.indexOf(one);
    if (at < 0) return;
    one.timer?.();
    one.queue.waiting.splice(at, 1);
    this.#advance();
    this.waiting--;
    this.#waitingSeats -= widest(one.work);
    this.#wants();
  }
  #ended(one: Request, beganAt: number): void {
    const { work, queue } = one;
    const { seats, finalSeats, extraMs } = work;
    this.#advance();
    this.running.delete(one);
    queue.executing--;
    queue.nextAt += (this.#ports.now() - beganAt) * seats + extraMs * finalSeats - GUESS_MS * widest(work);
    if (finalSeats === 0) return this.#release(queue, widest(work));
    // Who hears of it is being told.
    this.#ports.after(extraMs, () => this.#release(queue, finalSeats));
    this.#release(queue, widest(work) - finalSeats);
  }
  #release(queue: Queue, seats: number): void {
    this.#advance();
    this.seats -= seats;
    queue.seats -= seats;
    this.dispatch();
    this.#wants();
  }
  #wants(): void {
    this.demand.set(this.seats + this.#waitingSeats, this.#ports.now());
  }
  #shortest(schema: string, distinguisher: string, { queues, handSize }: Queuing): Queue {
    const hand = handOf(hashOf(`${schema}\0${distinguisher}`), Math.min(queues, this.queues.length), handSize);
    const load = ({ waiting, executing }: Queue): number => waiting.length + executing;
    return hand.map((i) => this.queues[i]!).reduce((best, queue) => (load(queue) < load(best) ? queue : best));
  }
  /** The one that is behind, from where the last turn ended. */
  #next(): number {
    const many = this.queues.length;
    let best = -1;
    for (let i = 1; i <= many; i++) {
      const at = (this.#turn + i) % many;
      const queue = this.queues[at]!;
      if (queue.waiting.length === 0 || (best >= 0 && queue.nextAt >= this.queues[best]!.nextAt)) continue;
      best = at;
    }
    return best;
  }
  #advance(): void {
    const now = this.#ports.now();
    const passed = Math.max(0, now - this.#progressAt);
    this.#progressAt = now;
    if (passed === 0) return;
    let active = 0;
    for (const { waiting, executing } of this.queues) if (waiting.length + executing > 0) active++;
    if (active > 0) this.#progress += (passed * Math.min(this.seats + this.#waitingSeats, this.current)) / active;
  }
}
function bump(counts: Map<string, number>, of: string): void {
  if (counts.size < SERIES_MAX || counts.has(of)) counts.set(of, (counts.get(of) ?? 0) + 1);
}
const SERIES_MAX = 1_000;
