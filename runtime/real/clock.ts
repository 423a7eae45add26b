import type { Clock } from '../ports.ts';

// Node fires a longer one at once.
const TIMER_MAX_MS = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (fn, ms) => setTimeout(fn, Math.min(ms, TIMER_MAX_MS)),
  clearTimeout: (id) => clearTimeout(id as NodeJS.Timeout | undefined),
};
