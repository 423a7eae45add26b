//! How many pods more, and how many fewer, a rollout may have than asked for.
import { resolve } from '../../api/intstr.ts';
import type { Deployment } from '../../api/types/workload.ts';

export interface Limits {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}
export const isRolling = ({ spec }: Deployment): boolean => spec.strategy.type !== 'Recreate';

/** Surge rounds up and unavailable down; never both 0, or nothing could move. */
export function limitsOf(deployment: Deployment): Limits {
  const { replicas, strategy } = deployment.spec;
  if (!isRolling(deployment)) return { maxSurge: 0, maxUnavailable: 0 };
  const maxSurge = resolve(strategy.rollingUpdate?.maxSurge ?? '25%', replicas, 'up') ?? 0;
  const unavailable = resolve(strategy.rollingUpdate?.maxUnavailable ?? '25%', replicas, 'down') ?? 0;
  const maxUnavailable = maxSurge === 0 && unavailable === 0 ? 1 : unavailable;
  return { maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas) };
}
const FOREVER = 2 ** 31 - 1;
export const progressDeadlineMs = ({ spec }: Deployment): number | undefined =>
  spec.progressDeadlineSeconds === undefined || spec.progressDeadlineSeconds >= FOREVER
    ? undefined
    : spec.progressDeadlineSeconds * 1000;
export const historyLimit = ({ spec }: Deployment): number | undefined =>
  spec.revisionHistoryLimit === undefined || spec.revisionHistoryLimit >= FOREVER
    ? undefined
    : spec.revisionHistoryLimit;
