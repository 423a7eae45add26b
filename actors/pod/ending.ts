//! From the last container's stop to the object's end.
import { podParts } from './parts.ts';

const state = podParts.createStateConfig;

export const ending = {
  stopping: state({
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
  }),
  stopped: state({ always: [{ guard: 'isGoing', target: 'removing' }, { target: 'concluding' }] }),
  concluding: state({
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
  }),
  finished: state({
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
  }),
  removing: state({
    entry: 'removeSandbox',
    on: {
      'sandbox.removed': [{ guard: 'isGoing', target: 'gone' }, { target: 'deleting' }],
      'sandbox.refused': { target: 'removingLater', actions: 'countFailure' },
      'pod.vanished': { actions: { type: 'noteWhy', params: { why: 'vanished' } } },
    },
  }),
  removingLater: state({ after: { retry: 'removing' } }),
  deleting: state({
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
  }),
  deletingLater: state({ after: { retry: 'deleting' }, on: { 'pod.vanished': 'gone', 'pod.halt': 'gone' } }),
  /** A finalizer may keep it. */
  deleted: state({ on: { 'pod.vanished': 'gone', 'pod.halt': 'gone' } }),
};
