//! What the container's chart is made of: its context, guards and actions by name.
import { assign, emit, setup } from 'xstate';
import { type Fault, retryable } from '../../runtime/fault.ts';
import { timestamp } from '../api/time.ts';
import type { EngineEvent } from '../engine/protocol.ts';
import * as logic from './logic.ts';
import type { ContainerEffect, ContainerEvent, ContainerPolicy, Known, ProbeKind, Terminated } from './protocol.ts';

export interface ContainerInput {
  readonly name: string;
  readonly image: string;
  readonly neverPull: boolean;
  readonly policy: ContainerPolicy;
  readonly podTitle: string;
  readonly graceMs: number;
  readonly probes: readonly ProbeKind[];
  readonly hasHook: boolean;
  readonly known: Known | undefined;
}
interface Context extends logic.History {
  readonly input: ContainerInput;
  readonly crashes: number;
  readonly pullFailures: number;
  readonly pullMessage: string;
  /** What the stop under way is allowed. */
  readonly graceMs: number;
  /** It is to go for good. */
  readonly leaving: boolean;
}
export function contextOf(input: ContainerInput): Context {
  const { name, image, known, graceMs } = input;
  return {
    input,
    name,
    image,
    imageId: known?.imageId ?? '',
    id: known?.id ?? '',
    attempt: known?.attempt ?? -1,
    startedAt: known?.startedAt ?? 0,
    latest: known?.latest,
    previous: known?.previous,
    // A run that ended before we knew it counts as the first.
    crashes: known?.latest === undefined ? 0 : 1,
    pullFailures: 0,
    pullMessage: '',
    graceMs,
    leaving: false,
  };
}

interface Exit {
  /** '': it never ran. */
  readonly id: string;
  readonly at: number;
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason: string;
  readonly message: string;
}
export const exitOf = ({ id, at, exitCode, signal, oomKilled, message }: EngineEvent): Exit => ({
  at,
  exitCode,
  ...(signal === undefined ? {} : { signal }),
  reason: logic.exitReason(exitCode, oomKilled),
  message,
  id,
});
export const refusalOf = ({ at, fault }: { readonly at: number; readonly fault: Fault }): Exit => ({
  at,
  exitCode: 128,
  reason: 'ContainerCannotRun',
  message: fault.message,
  id: '',
});
/** Its end may be told before its start was. */
const ranMs = (context: Context, exit: Exit): number => (exit.id === context.id ? exit.at - context.startedAt : 0);
function terminatedOf(context: Context, exit: Exit): Terminated {
  const { id, exitCode, signal, reason, message, at } = exit;
  return {
    exitCode,
    ...(signal === undefined ? {} : { signal }),
    reason,
    ...(message === '' ? {} : { message }),
    startedAt: timestamp(ranMs(context, exit) === 0 ? at : context.startedAt),
    finishedAt: timestamp(at),
    ...(id === '' ? {} : { containerID: id }),
  };
}

/** How long an end, or a failed pull, is shown before the wait that follows it. */
const SHOWN_MS = 1_000;
const RETRY_MS = 1_000;
const RESOLVE_AGAIN_MS = 5_000;
/** An exit that nobody told of is asked for again. */
const KILL_AGAIN_MS = 5_000;

export const containerParts = setup({
  types: {
    context: {} as Context,
    input: {} as ContainerInput,
    events: {} as ContainerEvent,
    emitted: {} as ContainerEffect,
  },
  delays: {
    crashShown: ({ context }) => (logic.backoffMs(context.crashes) === 0 ? 0 : SHOWN_MS),
    backoff: ({ context }) => Math.max(0, logic.backoffMs(context.crashes) - SHOWN_MS),
    pullShown: SHOWN_MS,
    pullBackoff: ({ context }) => Math.max(0, logic.pullBackoffMs(context.pullFailures) - SHOWN_MS),
    retry: RETRY_MS,
    resolveAgain: RESOLVE_AGAIN_MS,
    killAgain: ({ context }) => context.graceMs + KILL_AGAIN_MS,
    hook: ({ context }) => context.graceMs,
  },
  guards: {
    runsAlready: ({ context }) => context.input.known?.running === true,
    hasEnded: ({ context }) => context.latest !== undefined,
    transient: ({ context }, fault: Fault) =>
      retryable(fault) && !(context.input.neverPull && fault.reason === 'Unavailable'),
    mayNotPull: ({ context }) => context.input.neverPull,
    /** Of an earlier run: told twice, or late. */
    stale: ({ context }, told: EngineEvent) =>
      told.attempt !== context.attempt || told.id === context.latest?.containerID,
    restarts: ({ context }) =>
      !context.leaving && logic.shouldRestart(context.input.policy, context.latest?.exitCode ?? 1),
    atOnce: ({ context }) => logic.backoffMs(context.crashes) === 0,
    startsSlowly: ({ context }) => context.input.probes.includes('startup'),
    provesReadiness: ({ context }) => context.input.probes.includes('readiness'),
    isReadiness: (_, probe: ProbeKind) => probe === 'readiness',
    noHook: ({ context }) => !context.input.hasHook,
    again: ({ context }) => context.input.known?.again === true,
  },
  actions: {
    pull: emit({ type: 'image.pull' }),
    resolve: emit(({ context }) => ({ type: 'config.resolve', attempt: context.attempt })),
    start: emit({ type: 'engine.start' }),
    stop: emit(({ context }) => ({ type: 'engine.stop', id: context.id, graceMs: context.graceMs })),
    runHook: emit(({ context }) => ({ type: 'hook.run', id: context.id, graceMs: context.graceMs })),
    /** Its log is no longer asked for: `--previous` is the run after it. */
    forgetPrevious: emit(({ context }) => ({ type: 'engine.forget', id: context.previous?.containerID ?? '' })),
    prove: emit(({ context }, kinds: readonly ProbeKind[]) => ({
      type: 'probes.start',
      id: context.id,
      kinds: kinds.filter((kind) => context.input.probes.includes(kind)),
    })),
    stopProbes: emit({ type: 'probes.stop' }),
    report: emit(({ context }, shown: logic.Shown) => ({
      type: 'status.report',
      status: logic.statusOf(context, shown, timestamp),
    })),
    leave: emit({ type: 'order.end' }),
    say: emit((_, [reason, message]: readonly [string, string]) => ({
      type: 'event.record',
      warning: false,
      reason,
      message,
    })),
    warn: emit((_, [reason, message]: readonly [string, string]) => ({
      type: 'event.record',
      warning: true,
      reason,
      message,
    })),
    nextAttempt: assign({ attempt: ({ context }) => context.attempt + 1 }),
    noteImage: assign({ imageId: (_, imageId: string) => imageId, pullFailures: 0 }),
    notePullFailure: assign({
      pullFailures: ({ context }) => context.pullFailures + 1,
      pullMessage: (_, message: string) => message,
    }),
    noteStart: assign((_, started: { readonly id: string; readonly at: number }) => ({
      id: started.id,
      startedAt: started.at,
    })),
    noteExit: assign(({ context }, exit: Exit) => ({
      id: exit.id,
      previous: context.latest,
      latest: terminatedOf(context, exit),
      crashes: logic.nextCrashes(context.crashes, ranMs(context, exit)),
    })),
    noteLeaving: assign({ leaving: true, graceMs: (_, graceMs: number) => graceMs }),
    noteOwnGrace: assign({ graceMs: ({ context }) => context.input.graceMs }),
  },
});
