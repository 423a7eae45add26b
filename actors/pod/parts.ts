//! What the pod's chart is made of: its context, guards and actions by name.
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

export const contextOf = (input: PodInput): Context => ({
  input,
  // What runs already is taken up first: its kubelet then says that it is to go.
  why: input.deleting && !input.held ? 'deleted' : 'completed',
  graceMs: input.graceMs,
  failures: 0,
});

const SANDBOX_AGAIN_MS = 1_000;

export const podParts = setup({
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
});
