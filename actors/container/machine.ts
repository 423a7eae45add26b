//! pulling → configuring → starting → running → (exit) crashed → backoff → pulling, or terminated; a stop goes by
//! hooking (preStop) and killing.
import { ending } from './ending.ts';
import { containerParts, contextOf, exitOf, refusalOf } from './parts.ts';
import { preparing } from './preparing.ts';

export const containerMachine = containerParts.createMachine({
  id: 'container',
  context: ({ input }) => contextOf(input),
  initial: 'resuming',
  options: { maxIterations: 100 },
  states: {
    resuming: {
      always: [
        { guard: 'runsAlready', target: 'running' },
        { guard: 'again', target: 'pulling', actions: 'nextAttempt' },
        { guard: 'hasEnded', target: 'ended' },
        { target: 'pulling', actions: 'nextAttempt' },
      ],
    },
    ...preparing,
    starting: {
      entry: 'start',
      on: {
        'engine.started': {
          target: 'running',
          actions: [
            { type: 'noteStart', params: ({ event }) => event },
            { type: 'say', params: ['Created', 'Container created'] },
            { type: 'say', params: ['Started', 'Container started'] },
            'forgetPrevious',
          ],
        },
        'engine.refused': [
          { guard: { type: 'transient', params: ({ event }) => event.fault }, target: 'startingLater' },
          {
            target: 'ended',
            actions: [
              { type: 'noteExit', params: ({ event }) => refusalOf(event) },
              { type: 'warn', params: ({ event }) => ['Failed', `Error: ${event.fault.message}`] },
            ],
          },
        ],
        // The start may have happened although its answer has not come.
        'container.stop': {
          target: 'startingToStop',
          actions: { type: 'noteLeaving', params: ({ event }) => event.graceMs },
        },
      },
    },
    startingLater: { after: { retry: 'starting' } },
    startingToStop: {
      on: {
        'engine.started': { target: 'killing', actions: { type: 'noteStart', params: ({ event }) => event } },
        'engine.refused': 'terminated',
        'container.stop': {},
      },
    },
    running: {
      initial: 'fresh',
      exit: 'stopProbes',
      states: {
        fresh: { always: [{ guard: 'startsSlowly', target: 'unstarted' }, { target: 'started' }] },
        unstarted: {
          entry: [
            { type: 'report', params: { kind: 'running' } },
            { type: 'prove', params: ['startup'] },
          ],
          on: { 'probe.passed': 'started' },
        },
        started: {
          entry: { type: 'prove', params: ['liveness', 'readiness'] },
          always: [{ guard: 'provesReadiness', target: 'unready' }, { target: 'ready' }],
        },
        unready: {
          entry: { type: 'report', params: { kind: 'running', started: true } },
          on: {
            'probe.passed': { guard: { type: 'isReadiness', params: ({ event }) => event.probe }, target: 'ready' },
          },
        },
        ready: {
          entry: { type: 'report', params: { kind: 'running', started: true, ready: true } },
          on: { 'probe.passed': {} },
        },
      },
      on: {
        'probe.failed': [
          { guard: { type: 'isReadiness', params: ({ event }) => event.probe }, target: '.unready' },
          {
            target: 'hooking',
            actions: [
              'noteOwnGrace',
              {
                type: 'say',
                params: ({ context, event }) => [
                  'Killing',
                  `Container ${context.name} failed ${event.probe} probe, will be restarted`,
                ],
              },
            ],
          },
        ],
        'container.stop': {
          target: 'hooking',
          actions: [
            { type: 'noteLeaving', params: ({ event }) => event.graceMs },
            { type: 'say', params: ({ context }) => ['Killing', `Stopping container ${context.name}`] },
          ],
        },
      },
    },
    ...ending,
    terminated: { type: 'final', entry: [{ type: 'report', params: { kind: 'terminated' } }, 'leave'] },
  },
  on: {
    // Nothing runs: nothing to kill.
    'container.stop': '.terminated',
    'engine.exited': [
      { guard: { type: 'stale', params: ({ event }) => event } },
      { target: '.ended', actions: { type: 'noteExit', params: ({ event }) => exitOf(event) } },
    ],
    // Answers that came too late.
    'engine.started': {},
    'engine.refused': {},
    'image.pulled': {},
    'image.refused': {},
    'config.resolved': {},
    'config.refused': {},
    'probe.passed': {},
    'probe.failed': {},
    'hook.ended': {},
  },
});
