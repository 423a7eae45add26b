//! attaching (to the engine) → registering (the node) → running (well, apiLost, engineLost) → stopping → stopped.
import { assign, emit, raise, setup } from 'xstate';
import type { EngineEvent } from '../engine/protocol.ts';
import { LEASE_RENEW_MS, RELIST_MS, REPORT_MS, retryMs } from './logic.ts';
import type { KubeletEffect, KubeletEvent } from './protocol.ts';

interface Context {
  /** Tries in a row before it runs. */
  readonly failures: number;
}
type Ended = Extract<KubeletEvent, { type: 'pod.ended' }>;

export const kubeletMachine = setup({
  types: { context: {} as Context, events: {} as KubeletEvent, emitted: {} as KubeletEffect },
  delays: {
    retry: ({ context }) => retryMs(context.failures),
    lease: LEASE_RENEW_MS, // index.ts provides a jittered one
    report: REPORT_MS,
    relist: RELIST_MS,
  },
  actions: {
    attach: emit({ type: 'engine.attach' }),
    register: emit({ type: 'node.register' }),
    renewLease: emit({ type: 'lease.renew' }),
    watchPods: emit({ type: 'pods.watch' }),
    syncPods: emit({ type: 'pods.sync' }),
    syncPod: emit((_, key: string) => ({ type: 'pod.sync', key })),
    forgetPod: emit((_, { key, how }: Ended) => ({ type: 'pod.forget', key, how })),
    forwardExit: emit((_, exit: EngineEvent) => ({ type: 'exit.forward', exit })),
    haltPods: emit({ type: 'pods.halt' }),
    reportReady: emit({ type: 'node.report', ready: true, message: '' }),
    reportDown: emit((_, message: string) => ({ type: 'node.report', ready: false, message })),
    armLease: raise({ type: 'lease.due' }, { id: 'lease', delay: 'lease' }),
    armReport: raise({ type: 'report.due' }, { id: 'report', delay: 'report' }),
    armRelist: raise({ type: 'relist.due' }, { id: 'relist', delay: 'relist' }),
    countFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    forgetFailures: assign({ failures: 0 }),
  },
}).createMachine({
  id: 'kubelet',
  context: { failures: 0 },
  initial: 'attaching',
  options: { maxIterations: 100 },
  states: {
    attaching: {
      entry: 'attach',
      on: {
        'engine.attached': { target: 'registering', actions: 'forgetFailures' },
        'engine.lost': { target: 'attachingLater', actions: 'countFailure' },
        'kubelet.stop': 'stopped',
      },
    },
    attachingLater: { after: { retry: 'attaching' }, on: { 'kubelet.stop': 'stopped' } },
    registering: {
      entry: 'register',
      on: {
        'node.registered': { target: 'running', actions: 'forgetFailures' },
        'node.refused': { target: 'registeringLater', actions: 'countFailure' },
        'kubelet.stop': 'stopped',
      },
    },
    registeringLater: { after: { retry: 'registering' }, on: { 'kubelet.stop': 'stopped' } },
    running: {
      entry: ['renewLease', 'armLease', 'armReport', 'armRelist', 'watchPods'],
      initial: 'well',
      states: {
        well: {
          on: {
            'lease.refused': 'apiLost',
            'engine.lost': 'engineLost',
            'report.due': { actions: ['armReport', 'reportReady'] },
          },
        },
        /** Containers run on; everything that asks the API tries again by itself. */
        apiLost: {
          on: { 'lease.renewed': 'well', 'engine.lost': 'engineLost', 'report.due': { actions: 'armReport' } },
        },
        engineLost: {
          entry: { type: 'reportDown', params: 'the container engine does not answer' },
          after: { retry: { actions: 'attach' } },
          on: {
            'engine.attached': { target: 'well', actions: ['forgetFailures', 'syncPods', 'reportReady'] },
            'engine.lost': { target: 'engineLost', reenter: true, actions: 'countFailure' },
            'report.due': { actions: 'armReport' },
            'relist.due': { actions: 'armRelist' },
          },
        },
      },
      on: {
        'lease.due': { actions: ['armLease', 'renewLease'] },
        'relist.due': { actions: ['armRelist', 'attach'] },
        'pods.retry': { actions: 'attach' },
        'pods.listed': { actions: 'syncPods' },
        'engine.attached': { actions: 'syncPods' },
        'pod.touched': { actions: { type: 'syncPod', params: ({ event }) => event.key } },
        'pod.ended': { actions: { type: 'forgetPod', params: ({ event }) => event } },
        'kubelet.stop': 'stopping',
      },
    },
    stopping: {
      entry: 'haltPods',
      on: {
        'pod.ended': { actions: { type: 'forgetPod', params: ({ event }) => event } },
        'pods.gone': 'stopped',
      },
    },
    stopped: { type: 'final' },
  },
  on: {
    'engine.exited': { actions: { type: 'forwardExit', params: ({ event }) => event } },
    'engine.attached': {},
    'engine.lost': {},
    'lease.renewed': {},
    'lease.refused': {},
    'lease.due': {},
    'report.due': {},
    'relist.due': {},
    'pods.retry': {},
    'pods.listed': {},
    'pod.touched': {},
    'pods.gone': {},
    'kubelet.stop': {},
  },
});
