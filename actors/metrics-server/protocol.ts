//! What the metrics server hears and wants. It answers AggregatedRequests (actors/apiserver/protocol.ts).
import type { Address } from '../../runtime/address.ts';

/** Where it is found, and the Service that it stands for. */
export const METRICS_SERVER: Address = {
  component: 'metrics-server',
  namespace: 'kube-system',
  name: 'metrics-server',
};
export const METRICS_GROUP = 'metrics.k8s.io';
export const METRICS_VERSION = 'v1beta1';

export type MetricsServerEvent =
  | { readonly type: 'registered' }
  | { readonly type: 'registration.failed' }
  /** Every node that could be asked has answered, or has not in time. */
  | { readonly type: 'scraped' }
  | { readonly type: 'server.stop' };
export type MetricsServerEffect =
  /** Its APIService, and who may read. */
  { readonly type: 'register' } | { readonly type: 'scrape' };
