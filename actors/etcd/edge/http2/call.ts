//! What a transport hands to those who answer calls, and what they hand back. No part of it knows HTTP/2.
import type { Socket } from 'node:net';

/** One call of a client. Ended exactly once by whoever answers it, also after it was canceled. */
export interface Call {
  /** `/etcdserverpb.KV/Put` */
  readonly path: string;
  readonly socket: Socket;
  /** Of the request's headers; names in lower case. */
  metadata(name: string): string | undefined;
  /** The one message of a unary call, and its end. */
  reply(message: Uint8Array): void;
  /**
   * One message of a stream, `more` its second part. False: the client reads too slowly; `onDrain` is called when it
   * has caught up.
   */
  send(message: Uint8Array, more?: Uint8Array): boolean;
  /** `code` as gRPC's; 0 is success. Afterwards nothing is sent. */
  end(code: number, message?: string): void;
  onDrain: (() => void) | undefined;
}
export interface CallHandler {
  /** Bytes of one message; a view of a buffer that is not used again. */
  message(bytes: Uint8Array): void;
  /** The client sends no more. */
  halfClosed(): void;
  /** Nobody waits for an answer any more. `end` is still called, when its work is over. */
  canceled(): void;
}
export type Accept = (call: Call) => CallHandler;
