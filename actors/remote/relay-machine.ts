//! relaying: until it is stopped. What it passes on is no state of its own.
import { setup } from 'xstate';

export const relayMachine = setup({}).createMachine({
  id: 'remote',
  initial: 'relaying',
  states: { relaying: {} },
});
