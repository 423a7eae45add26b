//! metrics.k8s.io, custom.metrics.k8s.io and external.metrics.k8s.io: what is measured, as far as it is read here.
import type { KubeObject } from './meta.ts';

/** Quantities. */
export interface ResourceUsage {
  readonly cpu: string;
  readonly memory: string;
}
export interface NodeMetrics extends KubeObject {
  readonly timestamp: string;
  /** As Go prints a duration. */
  readonly window: string;
  readonly usage: ResourceUsage;
}
export interface PodMetrics extends KubeObject {
  readonly timestamp: string;
  readonly window: string;
  readonly containers: readonly { readonly name: string; readonly usage: ResourceUsage }[];
}
/** Of a MetricValueList or an ExternalMetricValueList. */
export interface MetricValue {
  readonly describedObject?: { readonly kind?: string; readonly namespace?: string; readonly name?: string };
  readonly timestamp: string;
  readonly value: string;
}
