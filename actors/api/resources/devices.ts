//! Devices and container runtimes. Facts of Kubernetes 1.36 discovery.
import { cluster, group, namespaced, type ResourceInfo } from './declare.ts';

export const DEVICES: readonly ResourceInfo[] = [
  ...group('node.k8s.io', 'v1', [cluster('runtimeclasses', 'RuntimeClass')]),
  ...group('resource.k8s.io', 'v1', [
    cluster('deviceclasses', 'DeviceClass'),
    namespaced('resourceclaims', 'ResourceClaim', { subresources: ['status'] }),
    namespaced('resourceclaimtemplates', 'ResourceClaimTemplate'),
    cluster('resourceslices', 'ResourceSlice'),
  ]),
  ...group('resource.k8s.io', 'v1alpha3', [
    cluster('devicetaintrules', 'DeviceTaintRule', { subresources: ['status'] }),
    cluster('resourcepoolstatusrequests', 'ResourcePoolStatusRequest', { subresources: ['status'] }),
  ]),
  ...group('resource.k8s.io', 'v1beta1', [
    cluster('deviceclasses', 'DeviceClass'),
    namespaced('resourceclaims', 'ResourceClaim', { subresources: ['status'] }),
    namespaced('resourceclaimtemplates', 'ResourceClaimTemplate'),
    cluster('resourceslices', 'ResourceSlice'),
  ]),
  ...group('resource.k8s.io', 'v1beta2', [
    cluster('deviceclasses', 'DeviceClass'),
    cluster('devicetaintrules', 'DeviceTaintRule', { subresources: ['status'] }),
    namespaced('resourceclaims', 'ResourceClaim', { subresources: ['status'] }),
    namespaced('resourceclaimtemplates', 'ResourceClaimTemplate'),
    cluster('resourceslices', 'ResourceSlice'),
  ]),
];
