//! An API server that is not ours, asked over HTTP, as components of this process see one on their bus.
import type { Result } from '../../runtime/fault.ts';
import type { Stop } from '../../runtime/ports.ts';

export interface RemoteRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly contentType?: string;
  readonly body?: string;
  /** Who asks, for logs: `kube-scheduler`. */
  readonly userAgent: string;
}
export interface RemoteReply {
  readonly code: number;
  /** JSON, parsed; undefined: it was none. */
  readonly body: unknown;
  /** Of 429 and 503. */
  readonly retryAfterSeconds?: number;
}
/** The way out. edge/https.ts has a real one; a test answers from a table. */
export interface RemoteApi {
  /**
   * Faults: `Unavailable` when it was not sent, `Timeout` or `InternalError` when it may have happened. `done` is
   * called once unless stopped.
   */
  call(request: RemoteRequest, timeoutMs: number, done: (result: Result<RemoteReply>) => void): Stop;
  /** Each line of the answer, parsed. `ended` is called once unless stopped; a refusal is a fault with its Status. */
  watch(request: RemoteRequest, heard: (event: WatchLine) => void, ended: (result: Result<void>) => void): Stop;
}
export interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

/** One resource, watched from a revision on. */
export type StreamEvent =
  | { readonly type: 'watch.ended' }
  /** What was asked for is no longer there, or the server does not say what happened since. */
  | { readonly type: 'watch.expired' }
  | { readonly type: 'revision.found' }
  | { readonly type: 'revision.failed' };
export type StreamEffect =
  | { readonly type: 'watch.start' }
  /** How far the resource is now, so that whoever has less lists again. */
  | { readonly type: 'revision.ask' };
