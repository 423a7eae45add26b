import type { EngineEvent } from '../protocol.ts';

/** What the process engine's machine is told. `ticket` names a request that waits for its answer. */
export type ProcessEngineEvent =
  | { readonly type: 'engine.recovered' }
  | { readonly type: 'engine.unrecoverable'; readonly message: string }
  | { readonly type: 'request.received'; readonly ticket: number }
  | { readonly type: 'subscriber.attached'; readonly subscriber: string }
  | { readonly type: 'container.exited'; readonly exit: EngineEvent };

export type ProcessEngineEffect =
  | { readonly type: 'state.recover' }
  | { readonly type: 'request.answer'; readonly ticket: number }
  | { readonly type: 'request.answerWaiting' }
  | { readonly type: 'exit.announce'; readonly subscriber: string; readonly exit: EngineEvent };
