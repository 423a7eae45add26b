//! What a store said, in one form for all ways to ask. Revisions are counted from where the case began.
//! What may differ between stores is left out: ids of cluster and member, raft_term, what remains of a TTL, and the
//! order of a lease's keys and of the list of leases (etcd keeps both in hash maps).
//! A put of its own that names a lease and keeps the value is wrong in two ways when neither is there: etcd looks for
//! the lease first, and in a txn for the key first. Orrery's put is a txn of one operation: for the key first.
//! A watch that asks for what is compacted is canceled with the compact revision: etcd adds no words, Orrery does.
//! A watch from exactly the compacted revision: etcd forgets what was deleted at that revision, sooner or later.

export interface Kv {
  readonly key: string;
  readonly value: string;
  readonly create: number;
  readonly mod: number;
  readonly version: number;
  readonly lease: string;
}
export type Result =
  | { readonly op: 'range'; readonly kvs: readonly Kv[]; readonly more: boolean; readonly count: number }
  | { readonly op: 'put'; readonly prev: Kv | null }
  | { readonly op: 'delete'; readonly deleted: number; readonly prevs: readonly Kv[] }
  | { readonly op: 'txn'; readonly succeeded: boolean; readonly results: readonly Result[] }
  | { readonly op: 'compact' | 'revoke' }
  | { readonly op: 'grant'; readonly lease: string; readonly ttl: number }
  | { readonly op: 'keepAlive'; readonly lease: string; readonly ttl: number }
  | {
      readonly op: 'timeToLive';
      readonly lease: string;
      /** Whether it is there. */
      readonly alive: boolean;
      readonly granted: number;
      readonly keys: readonly string[];
    }
  | { readonly op: 'leases'; readonly leases: readonly string[] };
export type Outcome =
  | { readonly revision: number; readonly result: Result }
  /** `code`: gRPC's; absent where the store was asked without gRPC. */
  | { readonly fault: string; readonly code?: number };

export interface Seen {
  readonly type: 'put' | 'delete';
  readonly kv: Kv;
  readonly prev: Kv | null;
}
export interface Watched {
  readonly events: readonly Seen[];
  readonly canceled?: { readonly compactRevision: number; readonly reason: string };
}

/** One watch of a store. */
export interface Watching {
  /** Resolves when an event of `revision` or later has come, or the watch was canceled. */
  until(revision: number): Promise<void>;
  seen(): Watched;
}

/** A store that can be asked; both sides of a comparison are one. */
export interface Subject {
  readonly name: string;
  ask(operation: import('./operation.ts').Operation<number>): Promise<Outcome>;
  /** Resolves when the watch is in place. */
  watch(request: import('./operation.ts').WatchOp<number>): Promise<Watching>;
  /** Ends the watches of the case that is over. */
  unwatch(): void;
  close(): Promise<void>;
}
