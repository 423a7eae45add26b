//! Services from outside and between pods. Facts of Kubernetes 1.36 discovery.
import { cluster, group, namespaced, type ResourceInfo } from './declare.ts';

export const NETWORK: readonly ResourceInfo[] = [
  ...group('discovery.k8s.io', 'v1', [namespaced('endpointslices', 'EndpointSlice')]),
  ...group('networking.k8s.io', 'v1', [
    cluster('ingressclasses', 'IngressClass'),
    namespaced('ingresses', 'Ingress', { shortNames: ['ing'], subresources: ['status'] }),
    cluster('ipaddresses', 'IPAddress', { shortNames: ['ip'] }),
    namespaced('networkpolicies', 'NetworkPolicy', { shortNames: ['netpol'] }),
    cluster('servicecidrs', 'ServiceCIDR', { subresources: ['status'] }),
  ]),
  ...group('networking.k8s.io', 'v1beta1', [
    cluster('ipaddresses', 'IPAddress', { shortNames: ['ip'] }),
    cluster('servicecidrs', 'ServiceCIDR', { subresources: ['status'] }),
  ]),
];
