//! Services, and what traffic goes through.
import type { JsonObject } from '../../../actors/api/json.ts';

const chosen: JsonObject = {
  matchLabels: { app: 'web' },
  matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['back'] }],
};
const backend: JsonObject = { service: { name: 'web', port: { number: 80 } } };
const peers: JsonObject[] = [
  { podSelector: chosen, namespaceSelector: {} },
  { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
];
const policed: JsonObject[] = [
  { protocol: 'TCP', port: 'http' },
  { protocol: 'UDP', port: 1000, endPort: 2000 },
];
const range: JsonObject = { spec: { cidrs: ['10.200.0.0/24'] } };
const address: JsonObject = {
  metadata: { name: '192.168.1.5' },
  spec: { parentRef: { resource: 'services', namespace: 'default', name: 'a' } },
};

export const NETWORK: Readonly<Record<string, readonly JsonObject[]>> = {
  'v1/Service': [
    { spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] } },
    {
      spec: {
        type: 'LoadBalancer',
        selector: { app: 'web' },
        ports: [
          { name: 'http', protocol: 'TCP', appProtocol: 'kubernetes.io/h2c', port: 80, targetPort: 'http' },
          { name: 'dns', protocol: 'UDP', port: 53, targetPort: 5353 },
        ],
        externalIPs: ['192.0.2.10'],
        loadBalancerIP: '192.0.2.1',
        loadBalancerSourceRanges: ['192.0.2.0/24'],
        loadBalancerClass: 'example.com/lb',
        allocateLoadBalancerNodePorts: false,
        externalTrafficPolicy: 'Cluster',
        internalTrafficPolicy: 'Local',
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
        publishNotReadyAddresses: true,
        ipFamilyPolicy: 'PreferDualStack',
        trafficDistribution: 'PreferClose',
      },
    },
    { spec: { type: 'NodePort', ports: [{ port: 80 }], externalTrafficPolicy: 'Local' } },
    { spec: { clusterIP: 'None', selector: { app: 'web' }, ports: [{ port: 80, protocol: 'SCTP' }] } },
    { spec: { type: 'ExternalName', externalName: 'db.example.com' } },
  ],
  'v1/Endpoints': [
    { subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ name: 'http', port: 80 }] }] },
    {
      subsets: [
        {
          addresses: [
            {
              ip: '10.1.2.3',
              hostname: 'a',
              nodeName: 'one',
              targetRef: { kind: 'Pod', namespace: 'recorded', name: 'a' },
            },
          ],
          notReadyAddresses: [{ ip: '2001:db8::5' }],
          ports: [
            { name: 'http', port: 80, protocol: 'TCP', appProtocol: 'http' },
            { name: 'dns', port: 53, protocol: 'UDP' },
          ],
        },
      ],
    },
  ],
  'discovery.k8s.io/v1/EndpointSlice': [
    { addressType: 'IPv4', endpoints: [{ addresses: ['10.1.2.3'] }], ports: [{ name: 'http', port: 80 }] },
    {
      metadata: { labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv6',
      endpoints: [
        {
          addresses: ['2001:db8::1'],
          conditions: { ready: true, serving: true, terminating: false },
          hostname: 'a',
          targetRef: { kind: 'Pod', namespace: 'recorded', name: 'a', uid: 'u1' },
          nodeName: 'one',
          zone: 'z',
          hints: { forZones: [{ name: 'z' }], forNodes: [{ name: 'one' }] },
        },
      ],
      ports: [{ name: 'http', port: 80, protocol: 'TCP', appProtocol: 'https' }],
    },
    { addressType: 'FQDN', endpoints: [{ addresses: ['a.example.com'] }] },
  ],
  'networking.k8s.io/v1/Ingress': [
    { spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } } },
    {
      spec: {
        ingressClassName: 'nginx',
        defaultBackend: { resource: { apiGroup: 'example.com', kind: 'Bucket', name: 'b' } },
        tls: [{ hosts: ['a.example.com', '*.b.example.com'], secretName: 'tls' }],
        rules: [
          {
            host: 'a.example.com',
            http: {
              paths: [
                { path: '/', pathType: 'Prefix', backend },
                { path: '/exact', pathType: 'Exact', backend: { service: { name: 'web', port: { name: 'http' } } } },
              ],
            },
          },
          { host: '*.b.example.com', http: { paths: [{ pathType: 'ImplementationSpecific', backend }] } },
        ],
      },
    },
  ],
  'networking.k8s.io/v1/IngressClass': [
    { spec: { controller: 'example.com/ingress' } },
    {
      spec: {
        controller: 'example.com/ingress',
        parameters: { apiGroup: 'example.com', kind: 'Settings', name: 's', scope: 'Namespace', namespace: 'default' },
      },
    },
  ],
  'networking.k8s.io/v1/NetworkPolicy': [
    { spec: { podSelector: { matchLabels: { app: 'web' } } } },
    {
      spec: {
        podSelector: chosen,
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: peers, ports: policed }, {}],
        egress: [{ to: peers, ports: [{ port: 53 }] }],
      },
    },
  ],
  'networking.k8s.io/v1/IPAddress': [address],
  'networking.k8s.io/v1/ServiceCIDR': [range, { spec: { cidrs: ['10.201.0.0/16', '2001:db8:1::/108'] } }],
  'networking.k8s.io/v1beta1/IPAddress': [address],
  'networking.k8s.io/v1beta1/ServiceCIDR': [range],
};
