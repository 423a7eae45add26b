//! One node as this controller sees it: starting → healthy ⇄ notReady; unreachable once it has been silent too long.
import { emit, setup } from 'xstate';
import { GRACE_MS, type Ready } from './logic.ts';

export type NodeEvent =
  /** The kubelet wrote its status. */
  | { readonly type: 'status.reported'; readonly ready: Ready }
  /** Its Lease was renewed. */
  | { readonly type: 'lease.renewed' };
export type NodeState = 'starting' | 'healthy' | 'notReady' | 'unreachable';
export type NodeEffect = { readonly type: 'node.judged'; readonly state: NodeState };
interface Context {
  readonly ready: Ready;
  readonly startupMs: number;
}

export const nodeMachine = setup({
  types: { context: {} as Context, input: {} as Context, events: {} as NodeEvent, emitted: {} as NodeEffect },
  delays: { grace: GRACE_MS, startup: ({ context }) => context.startupMs },
  guards: { is: (_, { ready, wanted }: { ready: Ready; wanted: Ready }) => ready === wanted },
  actions: { judge: emit((_, state: NodeState) => ({ type: 'node.judged', state })) },
}).createMachine({
  id: 'node',
  context: ({ input }) => input,
  initial: 'met',
  options: { maxIterations: 100 },
  states: {
    met: {
      always: [
        {
          guard: { type: 'is', params: ({ context }) => ({ ready: context.ready, wanted: 'True' }) },
          target: 'healthy',
        },
        {
          guard: { type: 'is', params: ({ context }) => ({ ready: context.ready, wanted: 'False' }) },
          target: 'notReady',
        },
        {
          guard: { type: 'is', params: ({ context }) => ({ ready: context.ready, wanted: 'Unknown' }) },
          target: 'unreachable',
        },
        { target: 'starting' },
      ],
    },
    starting: {
      entry: { type: 'judge', params: 'starting' },
      after: { startup: 'unreachable' },
      on: { 'lease.renewed': {} },
    },
    healthy: {
      entry: { type: 'judge', params: 'healthy' },
      initial: 'heard',
      states: {
        heard: { after: { grace: '#node.unreachable' }, on: { 'lease.renewed': { target: 'heard', reenter: true } } },
      },
      on: {
        'status.reported': {
          guard: { type: 'is', params: ({ event }) => ({ ready: event.ready, wanted: 'True' }) },
          target: '.heard',
        },
      },
    },
    notReady: {
      entry: { type: 'judge', params: 'notReady' },
      initial: 'heard',
      states: {
        heard: { after: { grace: '#node.unreachable' }, on: { 'lease.renewed': { target: 'heard', reenter: true } } },
      },
      on: {
        'status.reported': {
          guard: { type: 'is', params: ({ event }) => ({ ready: event.ready, wanted: 'False' }) },
          target: '.heard',
        },
      },
    },
    /** A renewed Lease alone does not bring it back: only its kubelet's status says how it is. */
    unreachable: { entry: { type: 'judge', params: 'unreachable' }, on: { 'lease.renewed': {} } },
  },
  on: {
    'status.reported': [
      { guard: { type: 'is', params: ({ event }) => ({ ready: event.ready, wanted: 'True' }) }, target: '.healthy' },
      { guard: { type: 'is', params: ({ event }) => ({ ready: event.ready, wanted: 'False' }) }, target: '.notReady' },
      {}, // Unknown is our own word, none is no word
    ],
  },
});
