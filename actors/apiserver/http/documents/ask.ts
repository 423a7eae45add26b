//! What is asked of a path that is no resource.
import type { Yaml } from '../body.ts';
import type { Documents } from './documents.ts';

export interface Ask {
  /** Of the path, without empty ones. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly accept: string | undefined;
  /** If-None-Match */
  readonly known: string | undefined;
  /** `host:port` at which the client found us. */
  readonly at: string;
  readonly nowMs: number;
  readonly documents: Documents;
  readonly yaml: Yaml | undefined;
}
