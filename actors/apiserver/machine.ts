//! starting (asks etcd for what must be there) → ready (serves) → draining (ends what is under way) → stopped.
import { emit, setup } from 'xstate';

export type ApiserverEvent =
  | { readonly type: 'boot.done' }
  | { readonly type: 'boot.failed' }
  | { readonly type: 'apiserver.stop' }
  | { readonly type: 'requests.ended' };
export type ApiserverEffect =
  | { readonly type: 'boot' }
  | { readonly type: 'doors.open' }
  | { readonly type: 'doors.close' }
  | { readonly type: 'events.sweep' };

const BOOT_AGAIN_MS = 200;
const DRAIN_MS = 3_000;
const SWEEP_MS = 60_000;

export const apiserverMachine = setup({
  types: { events: {} as ApiserverEvent, emitted: {} as ApiserverEffect },
  delays: { bootAgain: BOOT_AGAIN_MS, drain: DRAIN_MS, sweep: SWEEP_MS },
  actions: {
    boot: emit({ type: 'boot' }),
    open: emit({ type: 'doors.open' }),
    close: emit({ type: 'doors.close' }),
    sweep: emit({ type: 'events.sweep' }),
  },
}).createMachine({
  id: 'apiserver',
  initial: 'starting',
  options: { maxIterations: 100 },
  states: {
    starting: {
      initial: 'asking',
      states: {
        asking: { entry: 'boot', on: { 'boot.failed': 'waiting' } },
        waiting: { after: { bootAgain: 'asking' } },
      },
      on: { 'boot.done': 'ready', 'apiserver.stop': 'stopped' },
    },
    ready: {
      entry: 'open',
      initial: 'serving',
      states: { serving: { after: { sweep: { target: 'serving', reenter: true, actions: 'sweep' } } } },
      on: { 'apiserver.stop': 'draining' },
    },
    draining: {
      entry: 'close',
      after: { drain: 'stopped' },
      on: { 'requests.ended': 'stopped', 'apiserver.stop': {} },
    },
    stopped: { type: 'final' },
  },
});
