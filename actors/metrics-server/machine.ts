//! registering → waiting ⇄ scraping → stopped.
import { assign, emit, setup } from 'xstate';
import { intervalMs } from './logic.ts';
import type { MetricsServerEffect, MetricsServerEvent } from './protocol.ts';

const RETRY_MS = 1_000;

export const metricsServerMachine = setup({
  types: {
    context: {} as { readonly scrapes: number },
    events: {} as MetricsServerEvent,
    emitted: {} as MetricsServerEffect,
  },
  delays: { interval: ({ context }) => intervalMs(context.scrapes), retry: RETRY_MS },
  actions: {
    register: emit({ type: 'register' }),
    scrape: emit({ type: 'scrape' }),
    count: assign({ scrapes: ({ context }) => context.scrapes + 1 }),
  },
}).createMachine({
  id: 'metrics-server',
  initial: 'registering',
  context: { scrapes: 0 },
  states: {
    registering: { entry: 'register', on: { registered: 'waiting', 'registration.failed': 'refused' } },
    refused: { after: { retry: 'registering' } },
    waiting: { after: { interval: 'scraping' } },
    scraping: { entry: 'scrape', on: { scraped: { target: 'waiting', actions: 'count' } } },
    stopped: { type: 'final' },
  },
  on: { 'server.stop': '.stopped', scraped: {}, registered: {}, 'registration.failed': {} },
});
