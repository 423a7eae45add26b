//! listing → watching → relisting (after a gap) → watching; a list that fails or comes too early: waiting → relisting.
import { assign, emit, setup } from 'xstate';
import { backoffMs, CHECK_MS } from './logic.ts';
import type { InformerEffect, InformerEvent } from './protocol.ts';

interface Context {
  /** Lists in a row that did not lead to watching. */
  readonly failures: number;
}

export const informerMachine = setup({
  types: { context: {} as Context, events: {} as InformerEvent, emitted: {} as InformerEffect },
  // index.ts provides the jittered ones
  delays: { backoff: ({ context }) => backoffMs(context.failures, 0), check: CHECK_MS },
  actions: {
    list: emit({ type: 'list.start' }),
    check: emit({ type: 'stream.check' }),
    noteFailure: assign({ failures: ({ context }) => context.failures + 1 }),
    noteSuccess: assign({ failures: 0 }),
  },
}).createMachine({
  id: 'informer',
  context: { failures: 0 },
  initial: 'listing',
  options: { maxIterations: 100 },
  states: {
    listing: {
      entry: 'list',
      on: {
        'list.succeeded': { target: 'watching', actions: 'noteSuccess' },
        'list.failed': 'waiting',
        'list.behind': 'waiting',
        'stream.gap': {}, // kept aside until the list is in, and seen then
      },
    },
    watching: {
      after: { check: { target: 'watching', reenter: true, actions: 'check' } },
      on: { 'stream.gap': 'relisting', 'list.succeeded': {}, 'list.failed': {}, 'list.behind': {} },
    },
    relisting: {
      entry: 'list',
      on: {
        'list.succeeded': { target: 'watching', actions: 'noteSuccess' },
        'list.failed': 'waiting',
        'list.behind': 'waiting',
        'stream.gap': {},
      },
    },
    waiting: {
      entry: 'noteFailure',
      after: { backoff: 'relisting' },
      on: { 'stream.gap': {} },
    },
  },
  on: { 'bus.connected': { target: '.relisting' } },
});
