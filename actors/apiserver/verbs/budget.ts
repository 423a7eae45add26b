//! How many pods of a disruption budget may go now: as its controller has said or, where none has ever looked at it,
//! as its pods are.
import { resolve } from '../../api/intstr.ts';
import { numberOf } from '../../api/json.ts';
import { parseTime } from '../../api/time.ts';
import type { KubeObject, LabelSelector } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';

export type Budget = KubeObject & {
  readonly spec: {
    readonly selector?: LabelSelector;
    readonly minAvailable?: number | string;
    readonly maxUnavailable?: number | string;
  };
  readonly status?: Readonly<Record<string, unknown>>;
};
export interface Allowance {
  readonly allowed: number;
  readonly healthy: number;
  readonly desired: number;
}
/** A pod that was let go and is still there after this long counts again (DeletionTimeout). */
const LEAVING_MS = 120_000;

export const isReady = ({ status }: Pod): boolean =>
  (status.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True');

/** `pods`: those that it selects. */
export function allowanceOf({ spec, status }: Budget, pods: readonly Pod[], nowMs: number): Allowance {
  if (status?.['observedGeneration'] !== undefined)
    return {
      allowed: numberOf(status['disruptionsAllowed']),
      healthy: numberOf(status['currentHealthy']),
      desired: numberOf(status['desiredHealthy']),
    };
  const expected = pods.filter(({ status: { phase } }) => phase !== 'Succeeded' && phase !== 'Failed').length;
  const leaving = (status?.['disruptedPods'] ?? {}) as Readonly<Record<string, string>>;
  const healthy = pods.filter(
    (pod) =>
      isReady(pod) &&
      pod.metadata.deletionTimestamp === undefined &&
      nowMs - (parseTime(leaving[pod.metadata.name]) ?? 0) > LEAVING_MS,
  ).length;
  const { minAvailable, maxUnavailable } = spec;
  const desired =
    maxUnavailable === undefined
      ? scaled(minAvailable ?? 0, expected)
      : Math.max(0, expected - scaled(maxUnavailable, expected));
  return { allowed: Math.max(0, healthy - desired), healthy, desired };
}
/** A share of them is rounded up, for either field. */
const scaled = (value: number | string, of: number): number => resolve(value, of, 'up') ?? 0;
