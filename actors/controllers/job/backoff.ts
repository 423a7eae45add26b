//! How long to wait before a pod is made in place of one that failed.
import { parseTime } from '../../api/time.ts';
import type { Pod } from '../../api/types/pod.ts';
import { findCondition } from '../../client/conditions.ts';
import { BACKOFF_LEAST_MS, BACKOFF_MOST_MS, type Failures } from './protocol.ts';

/** 0: now. The wait doubles with each failure. */
export function remainingMs(failures: Failures | undefined, now: number): number {
  if (failures === undefined || failures.count === 0) return 0;
  const wait = Math.min(BACKOFF_LEAST_MS * 2 ** (failures.count - 1), BACKOFF_MOST_MS);
  return Math.max(0, failures.lastMs + wait - now);
}

/** With pods that ended since: a success forgives the failures before it. */
export function failuresAfter(
  before: Failures | undefined,
  succeeded: readonly Pod[],
  failed: readonly Pod[],
): Failures | undefined {
  const ends = failed.map(endOf);
  if (succeeded.length > 0) {
    const success = Math.max(...succeeded.map(endOf));
    const later = ends.filter((end) => end > success);
    return later.length === 0 ? undefined : { count: later.length, lastMs: Math.max(...later) };
  }
  return ends.length === 0 ? before : { count: (before?.count ?? 0) + ends.length, lastMs: Math.max(...ends) };
}

/** When a pod ended, as far as its status tells: its containers, else its readiness, else its deletion. */
export function endOf({ metadata, status }: Pod): number {
  const containers = (status.containerStatuses ?? []).map(({ state }) => parseTime(state.terminated?.finishedAt));
  if (containers.length > 0 && containers.every((end) => end !== undefined))
    return Math.max(...(containers as number[]));
  const ready = findCondition(status.conditions, 'Ready');
  const unready = ready?.status === 'False' ? parseTime(ready.lastTransitionTime) : undefined;
  if (unready !== undefined) return unready;
  const deletion = parseTime(metadata.deletionTimestamp);
  if (deletion !== undefined) return deletion - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  return parseTime(metadata.creationTimestamp) ?? 0;
}
