//! One member as an object, for whoever lives in its process: the gRPC edge, a backup, tests.
import type { EtcdReply, EtcdRequest, KeyValue } from './protocol.ts';

export interface EtcdServer {
  /**
   * As over the bus. The answer may come inside the call. A follower hands writes, leases and the confirmation of
   * linearizable reads to the leader.
   */
  request(request: EtcdRequest, done: (reply: EtcdReply) => void): void;
  watch(request: WatchRequest, sink: WatchSink): Watch;
  /** For response headers; ids are u64 in decimal. */
  head(): EtcdHead;
  /** The whole store at one revision (a backup). */
  state(): { readonly revision: number; readonly bytes: Uint8Array };
}
export interface EtcdHead {
  readonly clusterId: string;
  readonly memberId: string;
  readonly term: number;
  readonly revision: number;
  /** Name of the leader, when one is known. */
  readonly leader: string | undefined;
}

export interface WatchRequest {
  readonly key: string;
  /** As a range's. */
  readonly end?: string;
  /** The first revision to be told of; absent or 0: what comes from now on. */
  readonly startRevision?: number;
  readonly prevKv?: boolean;
  readonly noPut?: boolean;
  readonly noDelete?: boolean;
  /** Progress while it is quiet, without being asked. */
  readonly progressNotify?: boolean;
}
/**
 * One event is shared by all its watchers: an edge may keep what it encodes by it. Of a delete `kv` has only key and
 * modRevision: its value is empty, its other revisions are 0.
 */
export interface WatchEvent {
  readonly type: 'put' | 'delete';
  readonly kv: KeyValue;
  readonly prevKv?: KeyValue;
}
export interface WatchSink {
  /**
   * Whole revisions only, in order; `revision` is the last of them. false: take no more until `watch.resume()` (a slow
   * reader; it catches up from history, or is canceled when that is compacted).
   */
  events(revision: number, events: readonly WatchEvent[]): boolean;
  /** Everything up to `revision` has been told. */
  progress(revision: number): void;
  /** The watch is over: it asked for what is compacted (`compactRevision` > 0), or the member goes (`reason`). */
  canceled(compactRevision: number, reason: string): void;
}
export interface Watch {
  resume(): void;
  requestProgress(): void;
  stop(): void;
}
