//! Leases: who has which keys, and when each ends. Who may end one is the leader, by its own clock: until `promote`
//! nothing is due. The log says what was granted, revoked and how much was left at a checkpoint, never a time of day.
import { Heap } from '../../runtime/heap.ts';

/** etcd's: an election's time-out and a half, in whole seconds (lessor.go MinLeaseTTL). */
export const LEASE_TTL_MIN = 2;
/** How often what is left of long leases is written down (lessor.go leaseCheckpointInterval: 5 min). */
const CHECKPOINT_MS = 300_000;
/** In one answer of `due` and `checkpoints` (etcd: 1,000 of each a turn). */
const TURN_MAX = 1_000;

interface Lease {
  readonly id: string;
  /** Seconds, as granted. */
  readonly ttl: number;
  /** Seconds that were left at its last checkpoint; 0: all. */
  remaining: number;
  readonly keys: Set<string>;
  /** Of the leader's clock. */
  expiresAt: number;
  checkpointAt: number;
}
/** True as long as the lease says the same. */
interface Appointment {
  readonly lease: Lease;
  readonly at: number;
}
/** Of a lease, as a snapshot has it: seconds granted, seconds left at the last checkpoint. Keys know their lease. */
export type LeaseState = readonly [id: string, ttl: number, remaining: number];
const earlier = (a: Appointment, b: Appointment): boolean => a.at < b.at || (a.at === b.at && a.lease.id < b.lease.id);

export class LeaseTable {
  readonly #leases = new Map<string, Lease>();
  #leading = false;
  readonly #ends = new Heap<Appointment>(earlier);
  readonly #checkpoints = new Heap<Appointment>(earlier);

  get size(): number {
    return this.#leases.size;
  }
  /** Bounded by twice the leases. */
  get appointments(): number {
    return this.#ends.size + this.#checkpoints.size;
  }
  has(id: string): boolean {
    return this.#leases.has(id);
  }
  /** Seconds that it gets. `now` is of the leader's clock and means nothing elsewhere. */
  grant(id: string, ttl: number, now: number): number {
    const lease: Lease = {
      id,
      ttl: Math.max(ttl, LEASE_TTL_MIN),
      remaining: 0,
      keys: new Set(),
      expiresAt: 0,
      checkpointAt: 0,
    };
    this.#leases.set(id, lease);
    if (this.#leading) this.#prolong(lease, lease.ttl, now);
    return lease.ttl;
  }
  revoke(id: string): void {
    this.#leases.delete(id);
  }
  attach(id: string, key: string): void {
    this.#leases.get(id)?.keys.add(key);
  }
  detach(id: string, key: string): void {
    this.#leases.get(id)?.keys.delete(key);
  }
  /** In their order, which is that in which they go. */
  keys(id: string): readonly string[] {
    return [...(this.#leases.get(id)?.keys ?? [])].sort();
  }
  list(): readonly string[] {
    return [...this.#leases.keys()];
  }
  /** As a log record says. 0: it has its whole time again. */
  checkpoint(id: string, remaining: number): void {
    const lease = this.#leases.get(id);
    if (lease) lease.remaining = Math.min(remaining, lease.ttl);
  }

  /** This member leads: every lease gets at least what was left of it at its last checkpoint. */
  promote(now: number): void {
    this.demote();
    this.#leading = true;
    for (const lease of this.#leases.values()) this.#prolong(lease, lease.remaining || lease.ttl, now);
  }
  demote(): void {
    this.#leading = false;
    this.#ends.keep(() => false);
    this.#checkpoints.keep(() => false);
    for (const lease of this.#leases.values()) lease.expiresAt = lease.checkpointAt = 0;
  }
  /**
   * It has its whole time again. `record`: the log says that less is left, so a checkpoint of 0 has to be durable
   * before the client may rely on it. Undefined: there is no such lease, or this member does not lead.
   */
  renew(id: string, now: number): { readonly ttl: number; readonly record: boolean } | undefined {
    const lease = this.#leading ? this.#leases.get(id) : undefined;
    if (lease === undefined) return undefined;
    this.#prolong(lease, lease.ttl, now);
    return { ttl: lease.ttl, record: lease.remaining > 0 };
  }
  /** Seconds left, -1 when there is no such lease. A member that does not lead knows only what was granted. */
  timeToLive(id: string, now: number): { readonly ttl: number; readonly grantedTtl: number } {
    const lease = this.#leases.get(id);
    if (lease === undefined) return { ttl: -1, grantedTtl: 0 };
    const left = this.#leading ? Math.floor((lease.expiresAt - now) / 1_000) : lease.remaining || lease.ttl;
    return { ttl: Math.max(left, -1), grantedTtl: lease.ttl };
  }
  /** Leases that have ended, the earliest first. They stay due until they are revoked or renewed. */
  due(now: number): readonly string[] {
    const due = this.#turn(this.#ends, now, ENDS);
    for (const lease of due) this.#ends.push({ lease, at: lease.expiresAt });
    return due.map(({ id }) => id);
  }
  /** When the next one ends. */
  nextAt(): number | undefined {
    for (let first = this.#ends.peek(); first && !this.#holds(first, ENDS); first = this.#ends.peek()) this.#ends.pop();
    return this.#ends.peek()?.at;
  }
  /** What is left of leases that run for long, in seconds, for the log. */
  checkpoints(now: number): readonly (readonly [id: string, remaining: number])[] {
    const due = this.#turn(this.#checkpoints, now, CHECKPOINT);
    for (const lease of due) this.#appointCheckpoint(lease, now);
    return due.map((lease) => [lease.id, Math.max(1, Math.ceil((lease.expiresAt - now) / 1_000))]);
  }

  state(): readonly LeaseState[] {
    return [...this.#leases.values()].map(({ id, ttl, remaining }) => [id, ttl, remaining]);
  }
  restore(states: readonly LeaseState[]): void {
    for (const [id, ttl, remaining] of states) {
      this.grant(id, ttl, 0);
      this.checkpoint(id, remaining);
    }
  }

  #prolong(lease: Lease, seconds: number, now: number): void {
    const expiresAt = now + seconds * 1_000;
    if (lease.expiresAt === expiresAt) return;
    lease.expiresAt = expiresAt;
    this.#appoint(this.#ends, lease, ENDS);
    this.#appointCheckpoint(lease, now);
  }
  #appointCheckpoint(lease: Lease, now: number): void {
    if (lease.checkpointAt === now + CHECKPOINT_MS) return;
    lease.checkpointAt = now + CHECKPOINT_MS;
    if (lease.checkpointAt < lease.expiresAt) this.#appoint(this.#checkpoints, lease, CHECKPOINT);
  }
  /** Renewed leases leave old appointments behind: these go when there are more of them than leases. */
  #appoint(heap: Heap<Appointment>, lease: Lease, of: When): void {
    heap.push({ lease, at: of(lease) });
    if (heap.size > 2 * this.#leases.size + 100) heap.keep((one) => this.#holds(one, of));
  }
  #holds({ lease, at }: Appointment, of: When): boolean {
    return this.#leases.get(lease.id) === lease && of(lease) === at;
  }
  #turn(heap: Heap<Appointment>, now: number, of: When): readonly Lease[] {
    const found: Lease[] = [];
    for (let first = heap.peek(); first && first.at <= now && found.length < TURN_MAX; first = heap.peek()) {
      heap.pop();
      if (this.#holds(first, of)) found.push(first.lease);
    }
    return found;
  }
}
type When = (lease: Lease) => number;
const ENDS: When = (lease) => lease.expiresAt;
const CHECKPOINT: When = (lease) => lease.checkpointAt;
