import { Fifo } from '../fifo.ts';
import type { Clock, Logger, Random } from '../ports.ts';
import { integer } from '../random.ts';
import { LocalBus } from '../sim/bus.ts';

const CAPACITY = 262_144;
/** Deliveries in a row before sockets and timers get their turn. */
const TURN_MAX = 512;

/** The bus of one process: what was published is delivered in order, once the caller has returned. */
export function realLocalBus(
  ports: { readonly clock: Clock; readonly random: Random; readonly logger: Logger },
  capacity = CAPACITY,
): LocalBus {
  const queue = new TurnQueue(capacity);
  return new LocalBus({
    clock: ports.clock,
    later: (deliver) => queue.push(deliver),
    pick: (count) => (count === 1 ? 0 : integer(ports.random, count)),
    dropped: (subject, total) => ports.logger.warn({ subject, total, capacity }, 'bus is full: message dropped'),
  });
}

/** First in, first out, in turns of the event loop; false when full. */
export class TurnQueue {
  readonly #capacity: number;
  readonly #waiting = new Fifo<() => void>();
  #scheduled = false;
  constructor(capacity: number) {
    this.#capacity = capacity;
  }
  push(run: () => void): boolean {
    if (this.#waiting.length >= this.#capacity) return false;
    this.#waiting.push(run);
    if (!this.#scheduled) this.#schedule();
    return true;
  }
  #schedule(): void {
    this.#scheduled = true;
    setImmediate(this.#turn);
  }
  readonly #turn = (): void => {
    this.#scheduled = false;
    let left = TURN_MAX;
    try {
      while (left-- > 0 && this.#waiting.length > 0) this.#waiting.shift()!();
    } finally {
      // Also after a handler threw: its message is gone, the others are not.
      if (this.#waiting.length > 0) this.#schedule();
    }
  };
}
