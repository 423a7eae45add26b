//! Services, and what traffic goes through.
import type { JsonObject } from '../../../actors/api/json.ts';

export const NETWORK: Readonly<Record<string, readonly JsonObject[]>> = {
  'v1/Service': [{ spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } }],
  'v1/Endpoints': [{ subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ name: 'http', port: 80 }] }] }],
  'discovery.k8s.io/v1/EndpointSlice': [
    { addressType: 'IPv4', endpoints: [{ addresses: ['10.1.2.3'] }], ports: [{ name: 'http', port: 80 }] },
  ],
  'networking.k8s.io/v1/Ingress': [{ spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } } }],
  'networking.k8s.io/v1/IngressClass': [{ spec: { controller: 'example.com/ingress' } }],
  'networking.k8s.io/v1/NetworkPolicy': [{ spec: { podSelector: { matchLabels: { app: 'web' } } } }],
  'networking.k8s.io/v1/IPAddress': [
    {
      metadata: { name: '192.168.1.5' },
      spec: { parentRef: { resource: 'services', namespace: 'default', name: 'a' } },
    },
  ],
  'networking.k8s.io/v1/ServiceCIDR': [{ spec: { cidrs: ['10.200.0.0/24'] } }],
};
