//! recovering → serving → closing → closed; a log that cannot be read or written ends it: failed.
import { emit, setup } from 'xstate';
import type { Fault } from '../../runtime/fault.ts';

export type EtcdEvent =
  | { readonly type: 'log.recovered'; readonly last: number }
  | { readonly type: 'log.failed'; readonly fault: Fault }
  | { readonly type: 'log.closed' }
  | { readonly type: 'etcd.stop' };
export type EtcdEffect =
  | { readonly type: 'log.recover' }
  | { readonly type: 'service.open'; readonly last: number }
  | { readonly type: 'history.compact' }
  | { readonly type: 'service.close' }
  | { readonly type: 'actor.fail'; readonly fault: Fault };

export const etcdMachine = setup({
  types: {
    context: {} as { readonly compactionMs: number },
    input: {} as { readonly compactionMs: number },
    events: {} as EtcdEvent,
    emitted: {} as EtcdEffect,
  },
  delays: { compaction: ({ context }) => context.compactionMs },
  actions: {
    recover: emit({ type: 'log.recover' }),
    open: emit((_, last: number) => ({ type: 'service.open', last })),
    compact: emit({ type: 'history.compact' }),
    close: emit({ type: 'service.close' }),
    fail: emit((_, fault: Fault) => ({ type: 'actor.fail', fault })),
  },
}).createMachine({
  id: 'etcd',
  context: ({ input }) => ({ compactionMs: input.compactionMs }),
  initial: 'recovering',
  options: { maxIterations: 100 },
  states: {
    recovering: {
      entry: 'recover',
      on: {
        'log.recovered': {
          target: 'serving',
          actions: { type: 'open', params: ({ event }) => event.last },
        },
        'etcd.stop': 'closing',
      },
    },
    serving: {
      after: { compaction: { target: 'serving', reenter: true, actions: 'compact' } },
      on: { 'etcd.stop': 'closing' },
    },
    closing: {
      entry: 'close',
      on: { 'log.closed': 'closed', 'log.recovered': {}, 'etcd.stop': {} },
    },
    closed: { type: 'final' },
    /** Not final: its effect throws, which is how an actor tells its supervisor. */
    failed: {},
  },
  on: {
    'log.failed': { target: '.failed', actions: { type: 'fail', params: ({ event }) => event.fault } },
  },
});
