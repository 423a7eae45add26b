//! What an informer's machine hears and wants.
import type { Fault } from '../../../runtime/fault.ts';

export type InformerEvent =
  /** The list is in the cache and the changes since follow it without a gap. */
  | { readonly type: 'list.succeeded' }
  | { readonly type: 'list.failed'; readonly fault: Fault }
  /** The list is in, but changes between it and the watch are missing. */
  | { readonly type: 'list.behind' }
  | { readonly type: 'stream.gap' }
  /** The bus is back: what was published meanwhile is lost. */
  | { readonly type: 'bus.connected' };
export type InformerEffect =
  | { readonly type: 'list.start' }
  /** Ask how far the stream is: nothing may have come because nothing happened, or because all of it was lost. */
  | { readonly type: 'stream.check' };
