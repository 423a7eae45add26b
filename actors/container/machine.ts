//! pulling → configuring → starting → running → (exit) crashed → backoff → pulling, or terminated; a stop goes by
//! hooking (preStop) and killing.
import * as logic from './logic.ts';
import { containerParts, contextOf, exitOf, refusalOf } from './parts.ts';

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
    pulling: {
      entry: 'pull',
      on: {
        'image.pulled': {
          target: 'configuring',
          actions: [
            { type: 'noteImage', params: ({ event }) => event.imageId },
            { type: 'say', params: ({ event }) => ['Pulled', event.message] },
          ],
        },
        'image.refused': [
          { guard: { type: 'transient', params: ({ event }) => event.fault }, target: 'pullingLater' },
          { guard: 'mayNotPull', target: 'unpullable' },
          { target: 'pullFailed', actions: { type: 'notePullFailure', params: ({ event }) => event.fault.message } },
        ],
      },
    },
    pullingLater: { after: { retry: 'pulling' } },
    unpullable: {
      entry: [
        {
          type: 'report',
          params: ({ context }) => ({
            kind: 'waiting',
            reason: 'ErrImageNeverPull',
            message: `Container image "${context.image}" is not present with pull policy of Never`,
          }),
        },
        { type: 'warn', params: ['Failed', 'Error: ErrImageNeverPull'] },
      ],
      after: { resolveAgain: 'pulling' },
    },
    pullFailed: {
      entry: [
        { type: 'warn', params: ({ context }) => ['Failed', logic.pullRefused(context.image, context.pullMessage)] },
        { type: 'warn', params: ['Failed', 'Error: ErrImagePull'] },
        {
          type: 'report',
          params: ({ context }) => ({ kind: 'waiting', reason: 'ErrImagePull', message: context.pullMessage }),
        },
      ],
      after: { pullShown: 'pullBackoff' },
    },
    pullBackoff: {
      entry: [
        { type: 'say', params: ({ context }) => ['BackOff', `Back-off pulling image "${context.image}"`] },
        { type: 'warn', params: ['Failed', 'Error: ImagePullBackOff'] },
        { type: 'report', params: ({ context }) => logic.pullBackoff(context.image, context.pullMessage) },
      ],
      after: { pullBackoff: 'pulling' },
    },
    configuring: {
      entry: 'resolve',
      on: {
        'config.resolved': 'starting',
        'config.refused': {
          target: 'unconfigured',
          actions: [
            { type: 'warn', params: ({ event }) => ['Failed', `Error: ${event.fault.message}`] },
            {
              type: 'report',
              params: ({ event }) => ({
                kind: 'waiting',
                reason: 'CreateContainerConfigError',
                message: event.fault.message,
              }),
            },
          ],
        },
      },
    },
    unconfigured: { after: { resolveAgain: 'configuring' } },
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
    hooking: {
      entry: 'runHook',
      always: { guard: 'noHook', target: 'killing' },
      after: { hook: 'killing' },
      on: {
        'hook.ended': 'killing',
        'container.stop': { target: 'killing', actions: { type: 'noteLeaving', params: ({ event }) => event.graceMs } },
      },
    },
    killing: {
      entry: 'stop',
      after: { killAgain: { target: 'killing', reenter: true } },
      on: {
        'container.stop': {
          target: 'killing',
          reenter: true,
          actions: { type: 'noteLeaving', params: ({ event }) => event.graceMs },
        },
      },
    },
    ended: { always: [{ guard: 'restarts', target: 'crashed' }, { target: 'terminated' }] },
    crashed: {
      entry: { type: 'report', params: { kind: 'terminated' } },
      after: {
        crashShown: [{ guard: 'atOnce', target: 'pulling', actions: 'nextAttempt' }, { target: 'backoff' }],
      },
    },
    backoff: {
      entry: [
        {
          type: 'report',
          params: ({ context }) => logic.crashLoop(context.name, context.input.podTitle, context.crashes),
        },
        {
          type: 'warn',
          params: ({ context }) => [
            'BackOff',
            `Back-off restarting failed container ${context.name} in pod ${context.input.podTitle}`,
          ],
        },
      ],
      after: { backoff: { target: 'pulling', actions: 'nextAttempt' } },
    },
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
