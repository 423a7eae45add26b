//! starting → standby → leading: idle → scheduling → scheduling …; saturated while too many writes are under way,
//! resting to let others have their turn. A lost lease goes back to standby, a stop by way of stopping.
import { assign, emit, setup } from 'xstate';
import { IN_FLIGHT_MAX, type SchedulerEffect, type SchedulerEvent, STEPS_IN_A_ROW_MAX } from './protocol.ts';

interface Context {
  readonly leads: boolean;
  /** Steps since the last rest. */
  readonly inARow: number;
}

export const schedulerMachine = setup({
  types: { context: {} as Context, events: {} as SchedulerEvent, emitted: {} as SchedulerEffect },
  guards: {
    leads: ({ context }) => context.leads,
    full: (_, { inFlight }: { inFlight: number }) => inFlight >= IN_FLIGHT_MAX,
    more: (_, { more }: { more: boolean }) => more,
    tired: ({ context }, { more }: { more: boolean }) => more && context.inARow >= STEPS_IN_A_ROW_MAX,
    room: (_, { inFlight, more }: { inFlight: number; more: boolean }) => inFlight < IN_FLIGHT_MAX && more,
    roomOnly: (_, { inFlight }: { inFlight: number }) => inFlight < IN_FLIGHT_MAX,
  },
  actions: {
    run: emit({ type: 'cycle.run' }),
    watch: emit({ type: 'queue.watch' }),
    elect: emit({ type: 'election.start' }),
    resign: emit({ type: 'election.stop' }),
    fail: emit((_, why: string) => ({ type: 'actor.fail', why })),
    count: assign({ inARow: ({ context }) => context.inARow + 1 }),
    rest: assign({ inARow: 0 }),
    noteLeads: assign({ leads: true }),
    noteFollows: assign({ leads: false }),
  },
}).createMachine({
  id: 'scheduler',
  context: { leads: false, inARow: 0 },
  initial: 'starting',
  entry: 'elect',
  on: {
    'scheduler.stop': '.stopping',
    'election.ended': { actions: { type: 'fail', params: 'the election has ended' } },
    'task.failed': { actions: { type: 'fail', params: ({ event }) => event.why } },
    'leadership.gained': { actions: 'noteLeads' },
    'leadership.lost': { actions: 'noteFollows' },
    'queue.filled': {},
    'cycle.ended': {},
    'write.ended': {},
  },
  states: {
    starting: {
      on: {
        'caches.synced': [{ guard: 'leads', target: 'leading' }, { target: 'standby' }],
      },
    },
    standby: { on: { 'leadership.gained': { target: 'leading', actions: 'noteLeads' } } },
    leading: {
      initial: 'scheduling',
      on: { 'leadership.lost': { target: 'standby', actions: 'noteFollows' } },
      states: {
        idle: { entry: ['rest', 'watch'], on: { 'queue.filled': 'scheduling' } },
        scheduling: {
          entry: ['count', 'run'],
          on: {
            'cycle.ended': [
              { guard: { type: 'full', params: ({ event }) => event }, target: 'saturated' },
              { guard: { type: 'tired', params: ({ event }) => event }, target: 'resting' },
              { guard: { type: 'more', params: ({ event }) => event }, target: 'scheduling', reenter: true },
              { target: 'idle' },
            ],
          },
        },
        saturated: {
          entry: 'rest',
          on: {
            'write.ended': [
              { guard: { type: 'room', params: ({ event }) => event }, target: 'scheduling' },
              { guard: { type: 'roomOnly', params: ({ event }) => event }, target: 'idle' },
            ],
          },
        },
        resting: { entry: 'rest', after: { 0: 'scheduling' } },
      },
    },
    stopping: { entry: 'resign', on: { 'election.ended': 'stopped', 'scheduler.stop': {}, 'caches.synced': {} } },
    stopped: { type: 'final' },
  },
});
