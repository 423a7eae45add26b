//! Who may do what, and certificates.
import type { JsonObject } from '../../../actors/api/json.ts';

const roleRef: JsonObject = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
const subjects: JsonObject[] = [
  { kind: 'User', name: 'a', apiGroup: 'rbac.authorization.k8s.io' },
  { kind: 'Group', name: 'b', apiGroup: 'rbac.authorization.k8s.io' },
  { kind: 'ServiceAccount', name: 'default', namespace: 'default' },
];
const pods: JsonObject = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
const rules: JsonObject[] = [
  { ...pods, resources: ['pods', 'pods/log'], resourceNames: ['a'], verbs: ['get', 'list', '*'] },
  { apiGroups: ['apps', '*'], resources: ['*'], verbs: ['watch'] },
];
/** Of a key that nobody has kept. */
const REQUEST = [
  '-----BEGIN CERTIFICATE REQUEST-----',
  'MIHOMHUCAQAwEzERMA8GA1UEAwwIc29tZWJvZHkwWTATBgcqhkjOPQIBBggqhkjO',
  'PQMBBwNCAARoS+K2lGHLXzR+hICImsh+IPoFB3GxmEQ5Jc6lqaMePZ7NUbToCkuw',
  'VPJ8ULcyW4q1J0eN+VMfYNc1y7FypQtooAAwCgYIKoZIzj0EAwIDSQAwRgIhAM/C',
  '4MFKc+LTaC41IWPza87v4tj7qorRZVf1+E0Y3MjPAiEAzCLUXkr5MN1FFgsm5C6u',
  'eJ4s6xVJe1aSnBYqX6mDveQ=',
  '-----END CERTIFICATE REQUEST-----',
].join('\n');
const CERTIFICATE = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBcjCCARegAwIBAgIUWS1aGkcJAackw7EM/dy+otBtUhgwCgYIKoZIzj0EAwIw',
  'DTELMAkGA1UEAwwCY2EwIBcNMjYxMjAxMDAwMzU3WhgPMjEyNjExMDcwMDAzNTda',
  'MA0xCzAJBgNVBAMMAmNhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaEvitpRh',
  'y180foSAiJrIfiD6BQdxsZhEOSXOpamjHj2ezVG06ApLsFTyfFC3MluKtSdHjflT',
  'H2DXNcuxcqULaKNTMFEwHQYDVR0OBBYEFBvgNjyy1TbEtplNPEQMcYSm9OxSMB8G',
  'A1UdIwQYMBaAFBvgNjyy1TbEtplNPEQMcYSm9OxSMA8GA1UdEwEB/wQFMAMBAf8w',
  'CgYIKoZIzj0EAwIDSQAwRgIhAPU7ZGtnJhi8S2x8HP0lYp3RYCG/05GFHiB/5O0a',
  'i4ndAiEAiVbC7lJLYNBV9zeh26SPahWinrzZIKqRfzalIzT9t/c=',
  '-----END CERTIFICATE-----',
].join('\n');
const bundle: JsonObject = { spec: { trustBundle: `${CERTIFICATE}\n` } };

export const ACCESS: Readonly<Record<string, readonly JsonObject[]>> = {
  'rbac.authorization.k8s.io/v1/Role': [{ rules: [pods] }, { rules }],
  'rbac.authorization.k8s.io/v1/ClusterRole': [
    { rules: [pods] },
    { rules: [...rules, { nonResourceURLs: ['/healthz', '/metrics/*'], verbs: ['get'] }] },
    { rules: [], aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'example.com/aggregate': 'true' } }] } },
  ],
  'rbac.authorization.k8s.io/v1/RoleBinding': [
    { roleRef, subjects: [{ kind: 'User', name: 'a' }] },
    { roleRef: { ...roleRef, kind: 'Role' }, subjects },
  ],
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': [
    { roleRef, subjects: [{ kind: 'Group', name: 'a' }] },
    { roleRef, subjects },
  ],
  'certificates.k8s.io/v1/CertificateSigningRequest': [
    {
      spec: {
        request: btoa(`${REQUEST}\n`),
        signerName: 'example.com/signer',
        usages: ['digital signature', 'client auth'],
        expirationSeconds: 3600,
      },
    },
  ],
  'certificates.k8s.io/v1alpha1/ClusterTrustBundle': [bundle],
  'certificates.k8s.io/v1beta1/ClusterTrustBundle': [bundle],
  'certificates.k8s.io/v1beta1/PodCertificateRequest': [
    {
      spec: {
        signerName: 'example.com/signer',
        podName: 'a',
        podUID: 'u1',
        serviceAccountName: 'default',
        serviceAccountUID: 'u2',
        nodeName: 'one',
        nodeUID: 'u3',
        maxExpirationSeconds: 86_400,
        stubPKCS10Request: btoa(REQUEST),
      },
    },
  ],
};
