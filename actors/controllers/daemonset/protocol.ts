//! What a DaemonSet's controller decides, as data.
import type { Pod } from '../../api/types/pod.ts';

export interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}
export interface Plan {
  /** Names of nodes to make a pod for. */
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
  readonly told: readonly Told[];
  /** Nodes whose failed pod is deleted: the next one that fails waits longer. */
  readonly failed: readonly string[];
  readonly afterMs: number | undefined;
}
/** How long a pod that fails on a node stays before it is replaced, so that a node that refuses it has peace. */
export interface Backoff {
  readonly waitMs: number;
  /** When it was last set. */
  readonly at: number;
}
export const BACKOFF_LEAST_MS = 1_000;
export const BACKOFF_MOST_MS = 900_000;
/** At most so many creations or deletions a reconcile. */
export const BURST_MAX = 250;
