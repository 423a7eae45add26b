//! A follower's patience with its leader: when has it been silent for so long that nobody leads?
import { atLeast, LONG_AGO, type Moment, momentOf } from '../../runtime/moment.ts';
import type { Clock, Random } from '../../runtime/ports.ts';
import type { Roster } from './roster.ts';

/**
 * Of a lease, counted from the last record that was read. A leader answers alone for one lease after an append began,
 * by its clock, which was before. So nobody else leads while it does, if no clock gains a fifth on true time or loses
 * one within a lease: then 1.5 leases take at least 1.25 of true time (1.5 / 1.2) and one lease at most 1.25 (1 / 0.8).
 */
export const PATIENCE = 1.5;
/** Of a lease, drawn anew each time, so that few members run against each other. */
const SPREAD = 0.5;
/** After a leader that went by its own will, and in a log that never had one. */
const VACANT_MS = 50;

export interface PatienceOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly self: string;
  readonly leaseMs: number;
  readonly roster: () => Roster;
  readonly silent: () => void;
}
export class Patience {
  readonly #options: PatienceOptions;
  #since: Moment;
  #waitMs = 0;
  #watching = false;
  #timer: unknown;
  constructor(options: PatienceOptions) {
    this.#options = options;
    this.#since = momentOf(options.clock);
  }
  watch(): void {
    this.#watching = true;
    this.#arm();
  }
  unwatch(): void {
    this.#watching = false;
    this.#options.clock.clearTimeout(this.#timer);
  }
  /** A record of another member, or the moment from which this one listens. `changed`: about who leads. */
  heard(changed: boolean): void {
    this.#since = momentOf(this.#options.clock);
    if (changed && this.#watching) this.#arm();
  }
  /** This member has led itself, so nobody has to be waited for. */
  vacant(): void {
    this.#since = LONG_AGO;
  }

  #arm(): void {
    const { clock, random, leaseMs, roster } = this.#options;
    const { term, leader, heir, leaseMs: theirs } = roster();
    const open = term === 0 || (leader === undefined && (heir === '' || heir === this.#options.self));
    const lease = Math.max(leaseMs, theirs);
    if (!open) this.#waitMs = lease * (PATIENCE + SPREAD * random.float());
    else this.#waitMs = heir === this.#options.self ? 0 : VACANT_MS * random.float();
    this.#wait(clock);
  }
  #wait(clock: Clock): void {
    clock.clearTimeout(this.#timer);
    const left = this.#waitMs - atLeast(clock, this.#since);
    this.#timer = clock.setTimeout(
      () => {
        if (!this.#watching) return;
        if (atLeast(clock, this.#since) >= this.#waitMs) this.#options.silent();
        else this.#wait(clock);
      },
      Math.max(Math.ceil(left), 0),
    );
  }
}
