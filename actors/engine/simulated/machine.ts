//! serving → closed. Nothing is kept over its end: a simulated node that stops has lost its containers.
import { assign, emit, setup } from 'xstate';
import type { EngineEvent } from '../protocol.ts';

export type SimulatedEngineEvent =
  | { readonly type: 'subscriber.attached'; readonly subscriber: string }
  | { readonly type: 'container.exited'; readonly exit: EngineEvent };
export type SimulatedEngineEffect = {
  readonly type: 'exit.announce';
  readonly subscriber: string;
  readonly exit: EngineEvent;
};

export const simulatedEngineMachine = setup({
  types: {
    context: {} as { readonly subscriber: string },
    events: {} as SimulatedEngineEvent,
    emitted: {} as SimulatedEngineEffect,
  },
  guards: { attached: ({ context }) => context.subscriber !== '' },
  actions: {
    noteSubscriber: assign({ subscriber: (_, subscriber: string) => subscriber }),
    announce: emit(({ context }, exit: EngineEvent) => ({
      type: 'exit.announce',
      subscriber: context.subscriber,
      exit,
    })),
  },
}).createMachine({
  id: 'simulated-engine',
  context: { subscriber: '' },
  initial: 'serving',
  states: { serving: {} },
  on: {
    'subscriber.attached': { actions: { type: 'noteSubscriber', params: ({ event }) => event.subscriber } },
    'container.exited': [
      { guard: 'attached', actions: { type: 'announce', params: ({ event }) => event.exit } },
      {}, // told by the next attachment
    ],
  },
});
