//! What comes before a container is started: its image, then its environment and mounts.
import * as logic from './logic.ts';
import { containerParts } from './parts.ts';

const state = containerParts.createStateConfig;

export const preparing = {
  pulling: state({
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
  }),
  pullingLater: state({ after: { retry: 'pulling' } }),
  unpullable: state({
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
  }),
  pullFailed: state({
    entry: [
      { type: 'warn', params: ({ context }) => ['Failed', logic.pullRefused(context.image, context.pullMessage)] },
      { type: 'warn', params: ['Failed', 'Error: ErrImagePull'] },
      {
        type: 'report',
        params: ({ context }) => ({ kind: 'waiting', reason: 'ErrImagePull', message: context.pullMessage }),
      },
    ],
    after: { pullShown: 'pullBackoff' },
  }),
  pullBackoff: state({
    entry: [
      { type: 'say', params: ({ context }) => ['BackOff', `Back-off pulling image "${context.image}"`] },
      { type: 'warn', params: ['Failed', 'Error: ImagePullBackOff'] },
      { type: 'report', params: ({ context }) => logic.pullBackoff(context.image, context.pullMessage) },
    ],
    after: { pullBackoff: 'pulling' },
  }),
  configuring: state({
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
  }),
  unconfigured: state({ after: { resolveAgain: 'configuring' } }),
};
