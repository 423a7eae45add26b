//! recovering (what an engine before it left is taken up; requests wait) → serving.
import { assign, emit, setup } from 'xstate';
import type { EngineEvent } from '../protocol.ts';
import type { ProcessEngineEffect, ProcessEngineEvent } from './protocol.ts';

interface Context {
  /** '': nobody has attached yet; exits are told by the attachment itself. */
  readonly subscriber: string;
}

export const processEngineMachine = setup({
  types: {
    context: {} as Context,
    events: {} as ProcessEngineEvent,
    emitted: {} as ProcessEngineEffect,
  },
  guards: { attached: ({ context }) => context.subscriber !== '' },
  actions: {
    recover: emit({ type: 'state.recover' }),
    answer: emit((_, ticket: number) => ({ type: 'request.answer', ticket })),
    answerWaiting: emit({ type: 'request.answerWaiting' }),
    noteSubscriber: assign({ subscriber: (_, subscriber: string) => subscriber }),
    announce: emit(({ context }, exit: EngineEvent) => ({
      type: 'exit.announce',
      subscriber: context.subscriber,
      exit,
    })),
    giveUp: (_, message: string) => {
      throw new Error(message); // a bug or a broken machine: the supervisor starts afresh
    },
  },
}).createMachine({
  id: 'process-engine',
  context: { subscriber: '' },
  initial: 'recovering',
  states: {
    recovering: {
      entry: 'recover',
      on: {
        'request.received': {},
        'engine.recovered': 'serving',
        'engine.unrecoverable': { actions: { type: 'giveUp', params: ({ event }) => event.message } },
      },
    },
    serving: {
      entry: 'answerWaiting',
      on: { 'request.received': { actions: { type: 'answer', params: ({ event }) => event.ticket } } },
    },
  },
  on: {
    'subscriber.attached': { actions: { type: 'noteSubscriber', params: ({ event }) => event.subscriber } },
    'container.exited': [
      { guard: 'attached', actions: { type: 'announce', params: ({ event }) => event.exit } },
      {}, // known to the table: told on attachment
    ],
  },
});
