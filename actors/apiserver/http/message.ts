//! HTTP without sockets: what comes in, and where the answer goes.
import type { User } from '../protocol.ts';

export interface HttpRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** At most BODY_MAX; `tooLarge`: there was more. */
  readonly body?: Uint8Array;
  readonly tooLarge?: boolean;
  /** Who the client's certificate says it is. */
  readonly user?: User;
  /** It has one, of an authority that we do not know. */
  readonly stranger?: boolean;
  /** The address that it comes from. */
  readonly from?: string;
  /** `host:port` at which the client found us. */
  readonly at?: string;
}
export type Headers = Readonly<Record<string, string | readonly string[]>>;
export interface Responder {
  head(code: number, headers: Headers): void;
  write(chunk: string | Uint8Array): void;
  end(chunk?: string | Uint8Array): void;
  /** Bytes that the client has not taken yet. */
  readonly waiting: number;
}
export const BODY_MAX = 3 * 1024 * 1024;
/** A client that leaves more than this unread is cut off. */
export const UNREAD_MAX = 16 * 1024 * 1024;
