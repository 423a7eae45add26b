//! active (mounting → creating → initializing → running) → stopping → concluding → finished → removing → deleting →
//! deleted → gone.
//! A pod that was refused, or is over already, begins at finished.
import { assign, emit, setup } from 'xstate';
import type { Fault } from '../../runtime/fault.ts';
import { retryMs } from './logic.ts';
import type { PodEffect, PodEvent, Progress } from './protocol.ts';

export interface PodInput {
  /** It never runs here: refused by the node, or at its end before this actor began. */
  readonly over: boolean;
  readonly deleting: boolean;
  /** Its sandbox is there already. */
  readonly held: boolean;
  readonly graceMs: number;
}
/** Why it stops: what comes after depends on it. */
type Why = 'completed' | 'deadline' | 'deleted' | 'vanished' | 'halted';
interface Context {
  readonly input: PodInput;
  readonly why: Why;
  readonly graceMs: number;
  /** Tries in a row of what is tried again. */
  readonly failures: number;
}

const SANDBOX_AGAIN_MS = 1_000;

export const podMachine = setup({
  types: {
    context: {} as Context,
    input: {} as PodInput,
    events: {} as PodEvent,
    emitted: {} as PodEffect,
  },
  delays: { retry: ({ context }) => retryMs(context.failures), sandboxAgain: SANDBOX_AGAIN_MS },
  guards: {
    isOver: ({ context }) => context.input.over,
    isHeld: ({ context }) => context.input.held,
    isDeleting: ({ context }) => context.why === 'deleted',
    /** News: it is to go, or sooner than was said. */
    isDeleted: ({ context }, asked: { readonly deleting: boolean; readonly graceMs: number }) =>
      asked.deleting && (context.why !== 'deleted' || asked.graceMs < context.graceMs),
    isGoing: ({ context }) => context.why === 'vanished' || context.why === 'halted',
    running: (_, progress: Progress) => progress.stage === 'running',
    over: (_, progress: Progress) => progress.stage === 'over' || progress.stage === 'idle',
    idle: (_, progress: Progress) => progress.stage === 'idle',
    isGone: (_, fault: Fault) => fault.reason === 'NotFound' || fault.reason === 'Conflict',
  },
  actions: {
    mount: emit({ type: 'volumes.mount' }),
    createSandbox: emit({ type: 'sandbox.run' }),
    removeSandbox: emit({ type: 'sandbox.remove' }),
    survey: emit({ type: 'containers.survey' }),
    begin: emit((_, { begin }: Progress) => ({ type: 'containers.begin', names: begin })),
    stopContainers: emit(({ context }) => ({ type: 'containers.stop', graceMs: context.graceMs })),
    forgetContainers: emit({ type: 'containers.forget' }),
    computeStatus: emit({ type: 'status.compute' }),
    conclude: emit(({ context }) => ({ type: 'status.conclude', pastDeadline: context.why === 'deadline' })),
    leave: emit({ type: 'order.end' }),
    deleteObject: emit({ type: 'object.delete' }),
    warn: emit((_, [reason, message]: readonly [string, string]) => ({ type: 'event.record', reason, message })),
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    forgetFailures: assign({ failures: 0 }),
    noteWhy: assign((_, { why, graceMs }: { readonly why: Why; readonly graceMs?: number }) => ({
      why,
      ...(graceMs === undefined ? {} : { graceMs }),
    })),
    die: (_, message: string) => {
      throw new Error(message); // a bug of ours: the kubelet starts the pod's actor afresh
    },
  },
}).createMachine({
  id: 'pod',
  context: ({ input }) => ({
    input,
    why: input.deleting ? 'deleted' : 'completed',
    graceMs: input.graceMs,
    failures: 0,
  }),
  initial: 'admitted',
  options: { maxIterations: 100 },
  states: {
    admitted: {
      always: [
        { guard: 'isOver', target: 'finished' },
        { guard: 'isDeleting', target: 'stopping' },
        // What runs already is taken up before anything is asked of the API.
        { guard: 'isHeld', target: '#pod.active.initializing' },
        { target: 'active' },
      ],
    },
    active: {
      initial: 'mounting',
      states: {
        mounting: {
          entry: ['computeStatus', 'mount'],
          on: {
            'volumes.mounted': { target: 'creating', actions: 'forgetFailures' },
            'volumes.refused': {
              target: 'mountingLater',
              actions: ['countFailure', { type: 'warn', params: ({ event }) => ['FailedMount', event.fault.message] }],
            },
          },
        },
        mountingLater: { after: { retry: 'mounting' } },
        creating: {
          entry: 'createSandbox',
          on: {
            'sandbox.running': 'initializing',
            'sandbox.refused': {
              target: 'creatingLater',
              actions: {
                type: 'warn',
                params: ({ event }) => [
                  'FailedCreatePodSandBox',
                  `Failed to create pod sandbox: ${event.fault.message}`,
                ],
              },
            },
          },
        },
        creatingLater: { after: { sandboxAgain: 'creating' } },
        initializing: {
          entry: 'survey',
          on: {
            'containers.changed': [
              { guard: { type: 'over', params: ({ event }) => event.progress }, target: '#pod.stopping' },
              {
                guard: { type: 'running', params: ({ event }) => event.progress },
                target: 'running',
                actions: { type: 'begin', params: ({ event }) => event.progress },
              },
              { actions: ['computeStatus', { type: 'begin', params: ({ event }) => event.progress }] },
            ],
          },
        },
        running: {
          entry: 'computeStatus',
          on: {
            'containers.changed': [
              { guard: { type: 'over', params: ({ event }) => event.progress }, target: '#pod.stopping' },
              { actions: ['computeStatus', { type: 'begin', params: ({ event }) => event.progress }] },
            ],
          },
        },
      },
      on: {
        'pod.changed': [
          {
            guard: { type: 'isDeleted', params: ({ event }) => event },
            target: 'stopping',
            actions: { type: 'noteWhy', params: ({ event }) => ({ why: 'deleted', graceMs: event.graceMs }) },
          },
          { actions: 'computeStatus' }, // a readiness gate, say
        ],
        'pod.vanished': { target: 'stopping', actions: { type: 'noteWhy', params: { why: 'vanished' } } },
        'pod.halt': {
          target: 'stopping',
          actions: { type: 'noteWhy', params: ({ event }) => ({ why: 'halted', graceMs: event.graceMs }) },
        },
        'deadline.passed': { target: 'stopping', actions: { type: 'noteWhy', params: { why: 'deadline' } } },
        'sandbox.lost': { target: '.mounting', actions: 'forgetContainers' },
      },
    },
    stopping: {
      entry: 'stopContainers',
      on: {
        'containers.changed': [
          { guard: { type: 'idle', params: ({ event }) => event.progress }, target: 'stopped' },
          { guard: 'isGoing' },
          { actions: 'computeStatus' },
        ],
        'sandbox.lost': { target: 'stopped', actions: 'forgetContainers' },
        'pod.changed': {
          guard: { type: 'isDeleted', params: ({ event }) => event },
          target: 'stopping',
          reenter: true,
          actions: { type: 'noteWhy', params: ({ event }) => ({ why: 'deleted', graceMs: event.graceMs }) },
        },
        'pod.vanished': { actions: { type: 'noteWhy', params: { why: 'vanished' } } },
        'pod.halt': {
          target: 'stopping',
          reenter: true,
          actions: { type: 'noteWhy', params: ({ event }) => ({ why: 'halted', graceMs: event.graceMs }) },
        },
      },
    },
    stopped: { always: [{ guard: 'isGoing', target: 'removing' }, { target: 'concluding' }] },
    concluding: {
      entry: 'conclude',
      on: {
        'status.settled': [{ guard: 'isDeleting', target: 'removing' }, { target: 'finished' }],
        'pod.changed': {
          guard: { type: 'isDeleted', params: ({ event }) => event },
          actions: { type: 'noteWhy', params: { why: 'deleted' } },
        },
        'pod.vanished': { target: 'removing', actions: { type: 'noteWhy', params: { why: 'vanished' } } },
        'pod.halt': { target: 'removing', actions: { type: 'noteWhy', params: { why: 'halted' } } },
      },
    },
    finished: {
      entry: 'conclude',
      always: { guard: 'isDeleting', target: 'removing' },
      on: {
        'pod.changed': {
          guard: { type: 'isDeleted', params: ({ event }) => event },
          target: 'removing',
          actions: { type: 'noteWhy', params: { why: 'deleted' } },
        },
        'pod.vanished': { target: 'removing', actions: { type: 'noteWhy', params: { why: 'vanished' } } },
        'pod.halt': { target: 'removing', actions: { type: 'noteWhy', params: { why: 'halted' } } },
      },
    },
    removing: {
      entry: 'removeSandbox',
      on: {
        'sandbox.removed': [{ guard: 'isGoing', target: 'gone' }, { target: 'deleting' }],
        'sandbox.refused': { target: 'removingLater', actions: 'countFailure' },
        'pod.vanished': { actions: { type: 'noteWhy', params: { why: 'vanished' } } },
      },
    },
    removingLater: { after: { retry: 'removing' } },
    deleting: {
      entry: 'deleteObject',
      on: {
        'object.deleted': 'deleted',
        'object.kept': [
          { guard: { type: 'isGone', params: ({ event }) => event.fault }, target: 'deleted' },
          { target: 'deletingLater', actions: 'countFailure' },
        ],
        'pod.vanished': 'gone',
        'pod.halt': 'gone',
      },
    },
    deletingLater: { after: { retry: 'deleting' }, on: { 'pod.vanished': 'gone', 'pod.halt': 'gone' } },
    /** A finalizer may keep it. */
    deleted: { on: { 'pod.vanished': 'gone', 'pod.halt': 'gone' } },
    gone: { type: 'final', entry: 'leave' },
  },
  on: {
    'container.failed': { actions: { type: 'die', params: 'the actor of a container failed' } },
    // Where it has come to, these change nothing.
    'pod.changed': {},
    'pod.vanished': {},
    'pod.halt': {},
    'deadline.passed': {},
    'sandbox.lost': {},
    'sandbox.running': {},
    'containers.changed': {},
    'status.settled': {},
    'volumes.mounted': {},
    'volumes.refused': {},
  },
});
