//! What a controller's machine hears and wants.

export type ReconcilerEvent =
  /** The first lists of all watches are in. */
  | { readonly type: 'caches.synced' }
  | { readonly type: 'election.won' }
  | { readonly type: 'election.lost' }
  | { readonly type: 'election.ended' }
  /** Keys wait. */
  | { readonly type: 'work.ready' }
  /** Code of the controller threw: a bug. */
  | { readonly type: 'controller.failed'; readonly error: unknown }
  | { readonly type: 'controller.stop' };
export type ReconcilerEffect =
  | { readonly type: 'election.start' }
  | { readonly type: 'election.stop' }
  | { readonly type: 'work.start' }
  | { readonly type: 'work.run' }
  | { readonly type: 'work.stop' }
  | { readonly type: 'actor.fail'; readonly error: unknown };
