//! delayed → trying → resting → trying …; a startup probe that has succeeded: passed.
import { assign, emit, setup } from 'xstate';
import type { ProbeEffect, ProbeEvent, ProbeLimits } from './protocol.ts';

interface Context {
  readonly limits: ProbeLimits;
  readonly once: boolean;
  /** Drawn by the shell, [0, 1): many probes that begin together do not stay together. */
  readonly jitter: number;
  /** Answers of one kind in a row. */
  readonly successes: number;
  readonly failures: number;
}
type Input = Pick<Context, 'limits' | 'once' | 'jitter'>;

export const probeMachine = setup({
  types: { context: {} as Context, input: {} as Input, events: {} as ProbeEvent, emitted: {} as ProbeEffect },
  delays: {
    first: ({ context: { limits, jitter } }) =>
      limits.initialDelayMs + Math.round(jitter * Math.min(limits.periodMs, 1_000)),
    period: ({ context }) => context.limits.periodMs,
  },
  guards: {
    succeeded: (_, ok: boolean) => ok,
    enoughSuccesses: ({ context }) => context.successes === context.limits.successThreshold,
    enoughFailures: ({ context }) => context.failures >= context.limits.failureThreshold,
    over: ({ context }) => context.once && context.successes >= context.limits.successThreshold,
  },
  actions: {
    run: emit({ type: 'probe.run' }),
    countSuccess: assign({ successes: ({ context }) => context.successes + 1, failures: 0 }),
    countFailure: assign({ failures: ({ context }) => context.failures + 1, successes: 0 }),
    record: emit((_, message: string) => ({ type: 'failure.record', message })),
    report: emit((_, ok: boolean) => ({ type: 'verdict.report', ok })),
  },
}).createMachine({
  id: 'probe',
  context: ({ input }) => ({ ...input, successes: 0, failures: 0 }),
  initial: 'delayed',
  options: { maxIterations: 100 },
  states: {
    delayed: { after: { first: 'trying' } },
    trying: {
      entry: 'run',
      on: {
        'probe.answered': [
          {
            guard: { type: 'succeeded', params: ({ event }) => event.ok },
            target: 'succeeded',
            actions: 'countSuccess',
          },
          {
            target: 'failed',
            actions: ['countFailure', { type: 'record', params: ({ event }) => event.message }],
          },
        ],
        'probe.unanswered': 'resting',
      },
    },
    succeeded: {
      always: [
        { guard: 'over', target: 'passed', actions: { type: 'report', params: true } },
        { guard: 'enoughSuccesses', target: 'resting', actions: { type: 'report', params: true } },
        { target: 'resting' },
      ],
    },
    failed: {
      always: [
        { guard: 'enoughFailures', target: 'resting', actions: { type: 'report', params: false } },
        { target: 'resting' },
      ],
    },
    resting: { after: { period: 'trying' } },
    passed: { type: 'final' },
  },
});
