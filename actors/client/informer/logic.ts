import type { Change } from '../../etcd/protocol.ts';

/** What a change is to a copy that contains its stream up to `last`. */
export function follows(last: number, change: Change): 'old' | 'next' | 'gap' {
  if (change.revision <= last) return 'old';
  if (change.type === 'change.progress') return 'gap'; // the stream is further than we are: its last change was lost
  return change.prevRevision !== 0 && change.prevRevision <= last ? 'next' : 'gap';
}

/** How long a loss may go unseen at worst: of the last change and of all progress after it. */
export const CHECK_MS = 300_000;
/** Spread over half of it. */
export const checkMs = (draw: number): number => Math.round(CHECK_MS * (0.5 + 0.5 * draw));

const BACKOFF_LEAST_MS = 100;
const BACKOFF_MOST_MS = 10_000;
/** `draw` in [0, 1): many informers that lost the same server do not come back at one instant. */
export const backoffMs = (failures: number, draw: number): number =>
  Math.round(Math.min(BACKOFF_LEAST_MS * 2 ** Math.max(0, failures - 1), BACKOFF_MOST_MS) * (0.5 + 0.5 * draw));
