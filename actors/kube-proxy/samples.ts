//! For tests: a service `default/web` and slices of it.
import type { Endpoint, EndpointSlice, Service, ServiceSpec } from '../api/types/service.ts';

const meta = { uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' };
export const service = (spec: Partial<ServiceSpec> = {}, name = 'web'): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { ...meta, name, namespace: 'default' },
  spec: {
    type: 'ClusterIP',
    clusterIP: '10.96.0.9',
    clusterIPs: ['10.96.0.9'],
    sessionAffinity: 'None',
    ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }],
    ...spec,
  },
  status: {},
});
export const slice = (endpoints: readonly Endpoint[], name = 'web-1'): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { ...meta, name, namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  endpoints,
  ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
});
export const endpoint = (
  ip: string,
  conditions: Endpoint['conditions'] = { ready: true },
  nodeName = 'n1',
): Endpoint => ({
  addresses: [ip],
  nodeName,
  ...(conditions === undefined ? {} : { conditions }),
});
