//! syncing → standby (not the leader) ⇄ running → stopping → stopped. The one machine of all controllers.
import { emit, setup } from 'xstate';
import type { ReconcilerEffect, ReconcilerEvent } from './protocol.ts';

export const reconcilerMachine = setup({
  types: { events: {} as ReconcilerEvent, emitted: {} as ReconcilerEffect },
  actions: {
    startElection: emit({ type: 'election.start' }),
    stopElection: emit({ type: 'election.stop' }),
    startWork: emit({ type: 'work.start' }),
    runWork: emit({ type: 'work.run' }),
    stopWork: emit({ type: 'work.stop' }),
    fail: emit((_, { error }: { readonly error: unknown }) => ({ type: 'actor.fail', error })),
  },
}).createMachine({
  id: 'reconciler',
  initial: 'syncing',
  options: { maxIterations: 100 },
  states: {
    syncing: {
      // Caches first: a stand-by that takes over has nothing to load.
      on: { 'caches.synced': { target: 'standby', actions: 'startElection' }, 'controller.stop': 'stopped' },
    },
    standby: {
      on: { 'election.won': 'running', 'work.ready': {}, 'caches.synced': {} },
    },
    running: {
      entry: 'startWork',
      exit: 'stopWork',
      on: { 'work.ready': { actions: 'runWork' }, 'election.lost': 'standby' },
    },
    stopping: {
      entry: 'stopElection',
      on: {
        'election.ended': 'stopped',
        'election.lost': {},
        'election.won': {},
        'work.ready': {},
        'controller.stop': {},
      },
    },
    stopped: { type: 'final' },
    /** Not final: its effect throws, and the supervisor decides. */
    failed: {},
  },
  on: {
    'controller.stop': '.stopping',
    'controller.failed': {
      target: '.failed',
      actions: { type: 'fail', params: ({ event }) => ({ error: event.error }) },
    },
    'election.ended': { target: '.failed', actions: { type: 'fail', params: { error: 'its election ended' } } },
  },
});
