//! What an autoscaler decides from, as plain data (kubernetes pkg/controller/podautoscaler).

import type { AutoscalerStatus } from '../../api/types/autoscaling.ts';
import type { Condition } from '../../api/types/meta.ts';

/** --horizontal-pod-autoscaler-* of kube-controller-manager. */
export interface Limits {
  readonly tolerance: number;
  readonly downscaleStabilizationMs: number;
  /** A pod so young: samples of its start do not count. */
  readonly cpuInitializationMs: number;
  /** Unready for so long from its start: it has never been ready. */
  readonly initialReadinessMs: number;
}
export const LIMITS: Limits = {
  tolerance: 0.1,
  downscaleStabilizationMs: 300_000,
  cpuInitializationMs: 300_000,
  initialReadinessMs: 30_000,
};
export const PERIOD_MS = 15_000;

/** In thousandths. */
export interface PodValue {
  readonly milli: number;
  readonly atMs: number;
  readonly windowMs: number;
}
/** What a metric says now: of each pod, or one number. */
export type Reading =
  | { readonly kind: 'pods'; readonly values: ReadonlyMap<string, PodValue> }
  | { readonly kind: 'value'; readonly milli: number }
  /** Why nothing is known, in Kubernetes' words. */
  | { readonly kind: 'missing'; readonly message: string };

export interface Recommendation {
  readonly replicas: number;
  readonly atMs: number;
}
export interface ScaleChange {
  readonly replicas: number;
  readonly atMs: number;
}
/** What is remembered of an autoscaler from round to round. */
export interface Memory {
  readonly recommendations: readonly Recommendation[];
  readonly ups: readonly ScaleChange[];
  readonly downs: readonly ScaleChange[];
}
export const NOTHING_REMEMBERED: Memory = { recommendations: [], ups: [], downs: [] };

export interface Said {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}
export interface Decision {
  /** Undefined: it stays as it is. */
  readonly rescale?: { readonly replicas: number; readonly reason: string };
  readonly status: AutoscalerStatus;
  readonly events: readonly Said[];
  readonly memory: Memory;
}
export type Conditions = readonly Condition[] | undefined;
