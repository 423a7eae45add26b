//! watching → (it ended) waiting → watching; (too old) asking → watching, or waiting → asking when nobody answers.
import { assign, emit, setup } from 'xstate';
import { backoffMs } from './logic.ts';
import type { StreamEffect, StreamEvent } from './protocol.ts';

interface Context {
  /** In a row. */
  readonly failures: number;
}
export const streamMachine = setup({
  types: { context: {} as Context, events: {} as StreamEvent, emitted: {} as StreamEffect },
  delays: { backoff: ({ context }) => backoffMs(context.failures, 0) },
  actions: {
    watch: emit({ type: 'watch.start' }),
    ask: emit({ type: 'revision.ask' }),
    noteFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    noteSuccess: assign({ failures: 0 }),
  },
}).createMachine({
  id: 'remote-stream',
  context: { failures: 0 },
  initial: 'watching',
  options: { maxIterations: 100 },
  states: {
    watching: {
      entry: 'watch',
      on: { 'watch.ended': 'waiting', 'watch.expired': 'asking' },
    },
    waiting: { entry: 'noteFailure', after: { backoff: 'watching' } },
    asking: {
      entry: 'ask',
      on: {
        'revision.found': { target: 'watching', actions: 'noteSuccess' },
        'revision.failed': 'askingLater',
        'watch.ended': {},
      },
    },
    askingLater: { entry: 'noteFailure', after: { backoff: 'asking' } },
  },
});
