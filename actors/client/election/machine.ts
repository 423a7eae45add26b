//! acquiring ⇄ follower; acquiring → leading (resting ⇄ renewing) → lost → acquiring; releasing when stopped in order.
import { cancel, emit, raise, setup } from 'xstate';
import type { ElectionEffect, ElectionEvent, ElectionTimes } from './protocol.ts';

export const electionMachine = setup({
  types: {
    context: {} as { readonly times: ElectionTimes },
    input: {} as { readonly times: ElectionTimes },
    events: {} as ElectionEvent,
    emitted: {} as ElectionEffect,
  },
  delays: {
    retry: ({ context }) => context.times.retryMs, // index.ts provides the jittered one
    renewDeadline: ({ context }) => context.times.renewDeadlineMs,
    releaseTime: ({ context }) => context.times.retryMs,
  },
  actions: {
    attempt: emit({ type: 'attempt.start' }),
    abandon: emit({ type: 'attempt.abandon' }),
    announceWon: emit({ type: 'leadership.won' }),
    announceLost: emit({ type: 'leadership.lost' }),
    release: emit({ type: 'lease.release' }),
    setDeadline: raise({ type: 'deadline.passed' }, { delay: 'renewDeadline', id: 'deadline' }),
    clearDeadline: cancel('deadline'),
  },
}).createMachine({
  id: 'election',
  context: ({ input }) => ({ times: input.times }),
  initial: 'acquiring',
  options: { maxIterations: 100 },
  states: {
    follower: { after: { retry: 'acquiring' } },
    acquiring: {
      entry: 'attempt',
      on: { 'attempt.won': 'leading', 'attempt.refused': 'follower', 'attempt.failed': 'follower' },
    },
    leading: {
      entry: ['announceWon', 'setDeadline'],
      exit: ['clearDeadline', 'abandon', 'announceLost'],
      initial: 'resting',
      states: {
        resting: { after: { retry: 'renewing' } },
        renewing: {
          entry: 'attempt',
          on: {
            'attempt.won': { target: 'resting', actions: ['clearDeadline', 'setDeadline'] },
            'attempt.failed': 'resting',
          },
        },
      },
      on: { 'attempt.refused': 'lost', 'deadline.passed': 'lost', 'election.stop': 'releasing' },
    },
    lost: { after: { retry: 'acquiring' } },
    releasing: {
      entry: 'release',
      after: { releaseTime: 'stopped' },
      on: { 'lease.released': 'stopped', 'election.stop': {} },
    },
    stopped: { type: 'final' },
  },
  on: { 'election.stop': '.stopped' },
});
