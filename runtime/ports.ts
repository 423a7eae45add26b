//! Everything an actor may touch outside its own state. Two implementations each: runtime/real and runtime/sim.
import type { Result } from './fault.ts';

/** Plain data only: no Map, Set, Date, class instance or function crosses a bus (Uint8Array does). */
export interface Message {
  readonly type: string;
}

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. Somebody may set it: then it steps. */
  now(): number;
  /**
   * Milliseconds since any moment: never steps, and may stand still while the machine sleeps. Absent (simulation):
   * `now` does not step.
   */
  monotonic?(): number;
  /** Same shape as XState's Clock, so that one object serves both. */
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(id: unknown): void;
}

export interface Random {
  /** [0, 1) */
  float(): number;
  /** An independent stream a label (an actor), so that a new actor shifts nobody's luck. */
  fork(label: string): Random;
}

/** Who sent it and what made it: carried in the envelope, read by the trace. */
export interface Meta {
  readonly from?: string;
  readonly cause?: string;
}

export interface Delivery extends Meta {
  readonly subject: string;
  /** Decoded once, shared and frozen: copy before you change it. */
  readonly message: Message;
  /** Present when the sender waits for an answer. At most one answer counts. */
  reply?(message: Message): void;
}

export type Stop = () => void;
export type BusStatus = 'connected' | 'disconnected';

/**
 * Subjects, wildcards (`*`, `>`), queue groups and request/reply as in NATS; delivery at most once; never inside
 * `publish`; messages of one publisher to one subscriber stay in order unless the simulated network says otherwise.
 */
export interface Bus {
  publish(subject: string, message: Message, meta?: Meta): void;
  subscribe(pattern: string, handler: (delivery: Delivery) => void, options?: { readonly queue?: string }): Stop;
  /** Faults: `Unavailable` when nobody listens, `Timeout`. `done` is called exactly once unless stopped. */
  request(
    subject: string,
    message: Message,
    timeoutMs: number,
    done: (result: Result<Message>) => void,
    meta?: Meta,
  ): Stop;
  /** After a disconnection messages may have been lost: whoever keeps a copy of something lists again. */
  onStatus(handler: (status: BusStatus) => void): Stop;
}

/**
 * An append-only log of opaque records, numbered from 1. What etcd stands on. Some implementations are shared by
 * several processes, each with a Log of its own; the log decides whose append comes first.
 * `done` is called once the records are as durable as the implementation promises, never before.
 */
export interface Log {
  /**
   * First call, and again after a refusal. Hands over the newest snapshot, if there is one, then each record after it,
   * in order; after `done` what others append, as it comes.
   */
  recover(into: LogRecovery): void;
  /**
   * `expectedLast` is the sequence that the caller believes to be the last: `Conflict` when it is not (fencing), and
   * nothing was written. `Timeout`: it may have been, and this Log refuses everything until it is recovered anew.
   */
  append(records: readonly Uint8Array[], expectedLast: number, done: (result: Result<number>) => void): void;
  /** Keeps `state` as what records up to `upTo` add up to, and forgets those records. */
  snapshot(state: Uint8Array, upTo: number, done: (result: Result<number>) => void): void;
  close(done: () => void): void;
}
export interface LogRecovery {
  /** Also after `done`: the reader was away while what it needs became a snapshot, and starts over from this. */
  snapshot(state: Uint8Array, upTo: number): void;
  /** After `done`: another writer's. What this Log appended itself is not handed back. */
  record(sequence: number, record: Uint8Array): void;
  /** The last sequence, or why the log cannot be read (a damaged middle names file and offset). */
  done(result: Result<number>): void;
}

/** Files, by path under a root. Small: what a log needs. Callbacks, so that simulation stays synchronous. */
export interface Disk {
  /** Raised by a simulated crash: calls that were under way will never be answered. */
  readonly life?: number;
  list(dir: string, done: (result: Result<readonly string[]>) => void): void;
  read(path: string, done: (result: Result<Uint8Array>) => void): void;
  /** Writes beside, syncs, renames: after `done` either the old or the new content is there, whatever happens. */
  replace(path: string, bytes: Uint8Array, done: (result: Result<void>) => void): void;
  remove(path: string, done: (result: Result<void>) => void): void;
  /** Creates it if it is not there; cuts it to `size` bytes first when given. */
  openAppend(path: string, size: number | undefined, done: (result: Result<DiskFile>) => void): void;
}
export interface DiskFile {
  append(bytes: Uint8Array, done: (result: Result<void>) => void): void;
  /** Everything appended before is on the disk when `done` says so. */
  sync(done: (result: Result<void>) => void): void;
  close(done: () => void): void;
}

export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}

export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly bus: Bus;
  readonly logger: Logger;
}
