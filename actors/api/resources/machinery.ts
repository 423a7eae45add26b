//! The cluster's own bookkeeping: leases, events, flow control. Facts of Kubernetes 1.36 discovery.
import { cluster, group, namespaced, type ResourceInfo } from './declare.ts';

export const MACHINERY: readonly ResourceInfo[] = [
  ...group('coordination.k8s.io', 'v1', [namespaced('leases', 'Lease')]),
  ...group('coordination.k8s.io', 'v1alpha2', [namespaced('leasecandidates', 'LeaseCandidate')]),
  ...group('coordination.k8s.io', 'v1beta1', [namespaced('leasecandidates', 'LeaseCandidate')]),
  ...group('events.k8s.io', 'v1', [namespaced('events', 'Event', { shortNames: ['ev'] })]),
  ...group('flowcontrol.apiserver.k8s.io', 'v1', [
    cluster('flowschemas', 'FlowSchema', { subresources: ['status'] }),
    cluster('prioritylevelconfigurations', 'PriorityLevelConfiguration', { subresources: ['status'] }),
  ]),
  ...group('internal.apiserver.k8s.io', 'v1alpha1', [
    cluster('storageversions', 'StorageVersion', { subresources: ['status'] }),
  ]),
];
