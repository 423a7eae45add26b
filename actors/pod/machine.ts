//! active (mounting → creating → initializing → running) → stopping → concluding → finished → removing → deleting →
//! deleted → gone.
//! A pod that was refused, or is over already, begins at finished.
import { ending } from './ending.ts';
import { contextOf, podParts } from './parts.ts';

export const podMachine = podParts.createMachine({
  id: 'pod',
  context: ({ input }) => contextOf(input),
  initial: 'admitted',
  options: { maxIterations: 100 },
  states: {
    admitted: {
      always: [
        { guard: 'isOver', target: 'finished' },
        // What runs already is taken up before anything is asked of the API.
        { guard: 'isHeld', target: '#pod.active.initializing' },
        { guard: 'isDeleting', target: 'stopping' },
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
    ...ending,
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
