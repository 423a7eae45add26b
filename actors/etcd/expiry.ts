//! The leader's clock of leases: which end, which are written down. Bounded a tick, as etcd's lessor is.
import type { Clock } from '../../runtime/ports.ts';
import type { LeaseTable } from './leases.ts';
import type { Command } from './store.ts';

/** lessor.go: looks every 500 ms, revokes at most 1,000 a second. */
const TICK_MS = 500;
const REVOKES_MAX = 500;
const CHECKPOINTS_MAX = 1_000;

export class Expiry {
  readonly #clock: Clock;
  readonly #now: () => number;
  readonly #submit: (command: Command) => void;
  #leases: LeaseTable | undefined;
  #timer: unknown;
  constructor(clock: Clock, now: () => number, submit: (command: Command) => void) {
    this.#clock = clock;
    this.#now = now;
    this.#submit = submit;
  }
  begin(leases: LeaseTable): void {
    this.#leases = leases;
    leases.promote(this.#now());
    this.look();
  }
  end(): void {
    this.#leases = undefined;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
  /** There may be a lease now: no timer runs while there is none. */
  look(): void {
    if (this.#timer !== undefined || this.#leases === undefined || this.#leases.size === 0) return;
    this.#timer = this.#clock.setTimeout(() => this.#tick(), TICK_MS);
  }
  #tick(): void {
    this.#timer = undefined;
    const leases = this.#leases;
    if (leases === undefined) return;
    const now = this.#now();
    for (const lease of leases.due(now).slice(0, REVOKES_MAX))
      this.#submit({ type: 'etcd.lease.revoke', id: '', lease });
    const remaining = leases.checkpoints(now);
    if (remaining.length > 0) this.#submit({ type: 'etcd.lease.checkpoint', remaining });
    this.look();
  }
}

/** What is left of every lease, for a leader that goes in order: nothing is won or lost by the change. */
export function* lastCheckpoints(leases: LeaseTable, now: number): Iterable<Command> {
  const all = leases.list().map((id) => [id, Math.max(1, leases.timeToLive(id, now).ttl)] as const);
  for (let i = 0; i < all.length; i += CHECKPOINTS_MAX)
    yield { type: 'etcd.lease.checkpoint', remaining: all.slice(i, i + CHECKPOINTS_MAX) };
}
