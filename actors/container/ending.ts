//! How a container ends: asked to, by itself, and what follows.
import * as logic from './logic.ts';
import { containerParts } from './parts.ts';

const state = containerParts.createStateConfig;

export const ending = {
  hooking: state({
    entry: 'runHook',
    always: { guard: 'noHook', target: 'killing' },
    after: { hook: 'killing' },
    on: {
      'hook.ended': 'killing',
      'container.stop': { target: 'killing', actions: { type: 'noteLeaving', params: ({ event }) => event.graceMs } },
    },
  }),
  killing: state({
    entry: 'stop',
    after: { killAgain: { target: 'killing', reenter: true } },
    on: {
      'container.stop': {
        target: 'killing',
        reenter: true,
        actions: { type: 'noteLeaving', params: ({ event }) => event.graceMs },
      },
    },
  }),
  ended: state({ always: [{ guard: 'restarts', target: 'crashed' }, { target: 'terminated' }] }),
  crashed: state({
    entry: { type: 'report', params: { kind: 'terminated' } },
    after: {
      crashShown: [{ guard: 'atOnce', target: 'pulling', actions: 'nextAttempt' }, { target: 'backoff' }],
    },
  }),
  backoff: state({
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
  }),
};
