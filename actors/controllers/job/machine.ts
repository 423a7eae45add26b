//! A Job's run: waiting → running ⇄ backingOff after failures, ⇄ suspended; → succeeding or failing until its last pod
//! has ended and is counted → over. What is to be done `plan` decides; here it is seen, and a wait ends by itself.
import { assign, emit, setup } from 'xstate';

export type Mode = 'suspended' | 'running' | 'backingOff' | 'succeeding' | 'failing' | 'over';
/** Its pods were looked at. `waitMs`: until a pod may be made in place of one that failed. */
export interface RunEvent {
  readonly type: 'run.looked';
  readonly mode: Mode;
  readonly waitMs: number;
}
/** The wait is over: look again. */
export interface RunEffect {
  readonly type: 'run.due';
}
interface Context {
  readonly waitMs: number;
}

const when = (mode: Mode) =>
  ({
    guard: { type: 'is', params: ({ event }: { event: RunEvent }) => ({ mode: event.mode, wanted: mode }) },
    actions: { type: 'note', params: ({ event }: { event: RunEvent }) => event.waitMs },
  }) as const;

export const runMachine = setup({
  types: { context: {} as Context, events: {} as RunEvent, emitted: {} as RunEffect },
  delays: { wait: ({ context }) => context.waitMs },
  guards: { is: (_, { mode, wanted }: { readonly mode: Mode; readonly wanted: Mode }) => mode === wanted },
  actions: {
    note: assign((_, waitMs: number) => ({ waitMs })),
    due: emit({ type: 'run.due' }),
  },
}).createMachine({
  id: 'run',
  context: { waitMs: 0 },
  initial: 'waiting',
  options: { maxIterations: 100 },
  states: {
    waiting: {},
    suspended: {},
    running: {},
    backingOff: { after: { wait: { actions: 'due' } } },
    succeeding: {},
    failing: {},
    over: { type: 'final' },
  },
  on: {
    'run.looked': [
      { ...when('suspended'), target: '.suspended' },
      { ...when('running'), target: '.running' },
      { ...when('backingOff'), target: '.backingOff' },
      { ...when('succeeding'), target: '.succeeding' },
      { ...when('failing'), target: '.failing' },
      { ...when('over'), target: '.over' },
    ],
  },
});
