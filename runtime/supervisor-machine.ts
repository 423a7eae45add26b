//! running → restarting → running … ; stopping → stopped by order; too many restarts: givingUp → failed.
import { assign, emit, setup } from 'xstate';
import type { Ended } from './host.ts';
import { type ChildSpec, type Intensity, noteRestart, wantsRestart } from './supervision.ts';

interface ChildEnded {
  readonly id: string;
  readonly how: Ended['how'];
  readonly restart: ChildSpec['restart'];
  readonly at: number;
}
export type SupervisorEvent =
  | ({ readonly type: 'child.ended' } & ChildEnded)
  /** All that were to be stopped are gone. */
  | { readonly type: 'children.stopped' }
  | { readonly type: 'supervisor.stop' };
export type SupervisorEffect =
  | { readonly type: 'children.start' }
  | { readonly type: 'child.forget'; readonly id: string }
  /** Stops whom the strategy names, in reverse order, then answers `children.stopped`. */
  | { readonly type: 'children.clear'; readonly failed: string }
  | { readonly type: 'children.stop' }
  | { readonly type: 'supervisor.fail'; readonly child: string };
interface Context {
  readonly intensity: Intensity;
  readonly restarts: readonly number[];
  readonly failed: string;
}

export const supervisorMachine = setup({
  types: {
    context: {} as Context,
    input: {} as Pick<Context, 'intensity'>,
    events: {} as SupervisorEvent,
    emitted: {} as SupervisorEffect,
  },
  guards: {
    staysAway: (_, { restart, how }: ChildEnded) => !wantsRestart(restart, how),
    mayRestart: ({ context }, { at }: ChildEnded) => noteRestart(context.restarts, at, context.intensity) !== undefined,
  },
  actions: {
    start: emit({ type: 'children.start' }),
    stop: emit({ type: 'children.stop' }),
    forget: emit((_, { id }: ChildEnded) => ({ type: 'child.forget', id })),
    note: assign(({ context }, { id, at }: ChildEnded) => ({
      failed: id,
      restarts: noteRestart(context.restarts, at, context.intensity) ?? context.restarts,
    })),
    clear: emit(({ context }) => ({ type: 'children.clear', failed: context.failed })),
    fail: emit(({ context }) => ({ type: 'supervisor.fail', child: context.failed })),
  },
}).createMachine({
  id: 'supervisor',
  context: ({ input }) => ({ intensity: input.intensity, restarts: [], failed: '' }),
  initial: 'running',
  options: { maxIterations: 100 },
  states: {
    running: {
      // Starts every child that is not there: after a restart those that ended meanwhile, too.
      entry: 'start',
      on: {
        'child.ended': [
          {
            guard: { type: 'staysAway', params: ({ event }) => event },
            actions: { type: 'forget', params: ({ event }) => event },
          },
          {
            guard: { type: 'mayRestart', params: ({ event }) => event },
            target: 'restarting',
            actions: { type: 'note', params: ({ event }) => event },
          },
          { target: 'givingUp', actions: { type: 'note', params: ({ event }) => event } },
        ],
        'supervisor.stop': 'stopping',
        'children.stopped': {},
      },
    },
    restarting: {
      entry: 'clear',
      on: {
        'children.stopped': 'running',
        'supervisor.stop': 'stopping',
        'child.ended': {}, // the shell tells of it again once we are running
      },
    },
    stopping: {
      entry: 'stop',
      on: { 'children.stopped': 'stopped', 'supervisor.stop': {}, 'child.ended': {} },
    },
    givingUp: {
      entry: 'stop',
      on: { 'children.stopped': 'failed', 'supervisor.stop': {}, 'child.ended': {} },
    },
    stopped: { type: 'final' },
    /** Not final: its effect throws, and the supervisor above decides. */
    failed: { entry: 'fail', on: { 'supervisor.stop': {}, 'child.ended': {}, 'children.stopped': {} } },
  },
});
