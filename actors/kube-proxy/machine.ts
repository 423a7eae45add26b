//! syncing (its caches fill) → serving → draining → stopped. Without its controller it dies, to be started anew.
import { emit, setup } from 'xstate';
import type { KubeProxyEffect, KubeProxyEvent } from './protocol.ts';

export const kubeProxyMachine = setup({
  types: { events: {} as KubeProxyEvent, emitted: {} as KubeProxyEffect },
  actions: {
    startController: emit({ type: 'controller.start' }),
    giveUp: () => {
      throw new Error('the controller of this proxy has died');
    },
    closeDataplane: emit({ type: 'dataplane.close' }),
  },
}).createMachine({
  id: 'kube-proxy',
  initial: 'syncing',
  states: {
    syncing: { entry: 'startController', on: { 'caches.synced': 'serving', 'proxy.stop': 'draining' } },
    serving: { on: { 'caches.synced': {}, 'proxy.stop': 'draining' } },
    draining: {
      entry: 'closeDataplane',
      on: { 'dataplane.closed': 'stopped', 'proxy.stop': {}, 'caches.synced': {} },
    },
    stopped: { type: 'final' },
  },
  on: { 'controller.lost': { actions: 'giveUp' } },
});
