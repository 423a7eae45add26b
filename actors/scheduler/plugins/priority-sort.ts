//! The more important first, then who came first.
import type { Plugin } from '../framework/plugin.ts';

export const prioritySort = (): Plugin => ({
  name: 'PrioritySort',
  queueSort: (a, b) => b.facts.priority - a.facts.priority || a.since - b.since,
});
