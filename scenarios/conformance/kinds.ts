//! What each of the tests of one kind makes, changes and sets as status.
import { certificateFor } from '../../actors/api/certificate.fixture.ts';
import type { Any } from './api.ts';
import type { Kind } from './lifecycle.ts';

const conditionStatus = (type: string, more: Any = {}): NonNullable<Kind['status']> => ({
  patch: { conditions: [condition(type, 'Patched')] },
  update: (object) => {
    object.status = { ...object.status, ...more, conditions: [condition(type, 'Updated')] };
  },
  // The server may have conditions of its own beside it.
  seen: ({ status }) => status?.conditions?.find((one: Any) => one.type === type)?.reason,
});
export const condition = (type: string, reason: string): Any => ({
  type,
  status: 'True',
  reason,
  message: 'set by a test',
  lastTransitionTime: '2026-01-01T00:00:00Z',
});
const POD = { containers: [{ name: 'c', image: 'nginx:1' }] };
const template = { metadata: { labels: { app: 'x' } }, spec: { ...POD, restartPolicy: 'OnFailure' } };

const CLAIM = { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } }] } };
const device = (name: string): Any => ({ request: 'gpu', driver: 'dra.example.com', pool: 'pool', device: name });
function rules(resource: string): Any {
  return {
    resourceRules: [{ apiGroups: ['example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: [resource] }],
  };
}
/** openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /dev/null -subj /CN=e2e */
const REQUEST =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlISk1IQUNBUUF3RGpFTU1Bb0dBMVVFQXd3RFpUSmxNRmt3RXdZ' +
  'SEtvWkl6ajBDQVFZSUtvWkl6ajBEQVFjRApRZ0FFUnprYXRrTGRJMStVNDhIM0NRdDdRMkdmTzcwblF4OHJnUVJlelZrMUxuaVJn' +
  'YTR0b0F3NFFVTE85a0d6CnNFQnZTQXl3SVFWKzNoM0IwSk9FR3VMVXNLQUFNQW9HQ0NxR1NNNDlCQU1DQTBrQU1FWUNJUUNwU0hV' +
  'UllHRTcKa3NOTzdETnpvM3I4T2N1Z0NMaGZoQm1OaFdLMnkyZ3dGZ0loQVBjdUFRV2Q0OVNGVlBLT1hjYkF4SHVTYmF5VQpRejRK' +
  'TVRuakVMeWNYTnVYCi0tLS0tRU5EIENFUlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=';

export const KINDS: Readonly<Record<string, Kind>> = {
  '[sig-api-machinery] API priority and fairness should support FlowSchema API operations [Conformance]': {
    at: 'apis/flowcontrol.apiserver.k8s.io/v1',
    resource: 'flowschemas',
    cluster: true,
    body: () => ({
      spec: {
        matchingPrecedence: 10_000,
        priorityLevelConfiguration: { name: 'global-default' },
        distinguisherMethod: { type: 'ByUser' },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'example-e2e-non-existent-user' } }],
            nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
          },
        ],
      },
    }),
    change: ({ spec }) => {
      spec.matchingPrecedence = 9_999;
    },
    // Dangling is the server's own word.
    status: conditionStatus('Example'),
  },
  '[sig-api-machinery] API priority and fairness should support PriorityLevelConfiguration API operations [Conformance]':
    {
      at: 'apis/flowcontrol.apiserver.k8s.io/v1',
      resource: 'prioritylevelconfigurations',
      cluster: true,
      body: () => ({
        spec: { type: 'Limited', limited: { nominalConcurrencyShares: 2, limitResponse: { type: 'Reject' } } },
      }),
      change: ({ spec }) => {
        spec.limited.nominalConcurrencyShares = 4;
      },
      // Dangling is the server's own word.
      status: conditionStatus('Example'),
    },
  '[sig-api-machinery] MutatingAdmissionPolicy [Privileged:ClusterAdmin] should support MutatingAdmissionPolicy API operations [Conformance]':
    {
      at: 'apis/admissionregistration.k8s.io/v1',
      resource: 'mutatingadmissionpolicies',
      cluster: true,
      body: () => ({
        spec: {
          failurePolicy: 'Ignore',
          reinvocationPolicy: 'Never',
          matchConstraints: rules('nothing'),
          mutations: [
            {
              patchType: 'ApplyConfiguration',
              applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"a": "b"}}}' },
            },
          ],
        },
      }),
    },
  '[sig-api-machinery] MutatingAdmissionPolicy [Privileged:ClusterAdmin] should support MutatingAdmissionPolicyBinding API operations [Conformance]':
    {
      at: 'apis/admissionregistration.k8s.io/v1',
      resource: 'mutatingadmissionpolicybindings',
      cluster: true,
      body: () => ({ spec: { policyName: 'none' } }),
    },
  '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicy API operations [Conformance]':
    {
      at: 'apis/admissionregistration.k8s.io/v1',
      resource: 'validatingadmissionpolicies',
      cluster: true,
      body: () => ({
        spec: {
          failurePolicy: 'Ignore',
          matchConstraints: rules('nothing'),
          validations: [{ expression: 'true', messageExpression: "'never'" }],
        },
      }),
      status: conditionStatus('Seen'),
    },
  '[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin] should support ValidatingAdmissionPolicyBinding API operations [Conformance]':
    {
      at: 'apis/admissionregistration.k8s.io/v1',
      resource: 'validatingadmissionpolicybindings',
      cluster: true,
      body: () => ({ spec: { policyName: 'none', validationActions: ['Deny'] } }),
    },
  '[sig-apps] CronJob should support CronJob API operations [Conformance]': {
    at: 'apis/batch/v1',
    resource: 'cronjobs',
    body: () => ({
      spec: { schedule: '* */1 * * ?', concurrencyPolicy: 'Allow', jobTemplate: { spec: { template } } },
    }),
    change: ({ spec }) => {
      spec.suspend = true;
    },
    status: {
      patch: { lastScheduleTime: '2026-01-01T00:00:00Z' },
      update: (object) => {
        object.status.lastScheduleTime = '2026-01-02T00:00:00Z';
      },
      seen: ({ status }) => status?.lastScheduleTime,
    },
  },
  '[sig-auth] Certificates API [Privileged:ClusterAdmin] should support CSR API operations [Conformance]': {
    at: 'apis/certificates.k8s.io/v1',
    resource: 'certificatesigningrequests',
    cluster: true,
    body: () => ({
      spec: { request: REQUEST, signerName: 'example.com/e2e', expirationSeconds: 3_600, usages: ['server auth'] },
    }),
    status: {
      patch: { certificate: Buffer.from(certificateFor('e2e', false)).toString('base64') },
      update: (object) => {
        object.status.conditions = [{ ...condition('StatusUpdate', 'E2E'), lastUpdateTime: '2026-01-01T00:00:00Z' }];
      },
      seen: ({ status }) => [status?.certificate, status?.conditions?.map(({ type }: Any) => type)],
    },
  },
  '[sig-network] EndpointSlice should support creating EndpointSlice API operations [Conformance]': {
    at: 'apis/discovery.k8s.io/v1',
    resource: 'endpointslices',
    body: () => ({ addressType: 'IPv4', endpoints: [{ addresses: ['1.2.3.4', '5.6.7.8'] }] }),
  },
  '[sig-network] Ingress API should support creating Ingress API operations [Conformance]': {
    at: 'apis/networking.k8s.io/v1',
    resource: 'ingresses',
    body: () => ({ spec: { defaultBackend: { service: { name: 'default-backend', port: { number: 80 } } } } }),
    change: ({ spec }) => {
      spec.defaultBackend.service.port.number = 8_080;
    },
    status: {
      patch: { loadBalancer: { ingress: [{ ip: '169.1.1.1' }] } },
      update: (object) => {
        object.status.loadBalancer = { ingress: [{ ip: '169.1.1.2' }] };
      },
      seen: ({ status }) => status?.loadBalancer?.ingress?.[0]?.ip,
    },
  },
  '[sig-network] IngressClass API should support creating IngressClass API operations [Conformance]': {
    at: 'apis/networking.k8s.io/v1',
    resource: 'ingressclasses',
    cluster: true,
    body: () => ({ spec: { controller: 'example.com/controller' } }),
  },
  '[sig-network] ServiceCIDR and IPAddress API should support IPAddress API operations [Conformance]': {
    at: 'apis/networking.k8s.io/v1',
    resource: 'ipaddresses',
    cluster: true,
    names: (i) => `192.168.1.10${i}`,
    body: () => ({
      metadata: { labels: { 'ipaddress.kubernetes.io/managed-by': 'e2e.example.com' } },
      spec: { parentRef: { group: '', resource: 'services', name: 'foo', namespace: 'bar' } },
    }),
  },
  '[sig-network] ServiceCIDR and IPAddress API should support ServiceCIDR API operations [Conformance]': {
    at: 'apis/networking.k8s.io/v1',
    resource: 'servicecidrs',
    cluster: true,
    body: () => ({ spec: { cidrs: ['10.234.0.0/16'] } }),
    status: conditionStatus('StatusPatched'),
  },
  '[sig-node] Lease lease API should be available [Conformance]': {
    at: 'apis/coordination.k8s.io/v1',
    resource: 'leases',
    body: () => ({ spec: { holderIdentity: 'holder', leaseDurationSeconds: 30, leaseTransitions: 0 } }),
    change: ({ spec }) => {
      Object.assign(spec, { holderIdentity: 'holder2', leaseDurationSeconds: 60, leaseTransitions: 1 });
    },
  },
  '[sig-node] PodTemplates should run the lifecycle of PodTemplates [Conformance]': {
    at: 'api/v1',
    resource: 'podtemplates',
    body: () => ({ template: { spec: POD } }),
  },
  '[sig-node] PodTemplates should replace a pod template [Conformance]': {
    at: 'api/v1',
    resource: 'podtemplates',
    body: () => ({ template: { spec: POD } }),
    change: ({ template: { spec } }) => {
      spec.containers[0].image = 'nginx:2';
    },
  },
  '[sig-node] PodTemplates should delete a collection of pod templates [Conformance]': {
    at: 'api/v1',
    resource: 'podtemplates',
    body: () => ({ template: { spec: POD } }),
  },
  '[sig-node] RuntimeClass should support RuntimeClasses API operations [Conformance]': {
    at: 'apis/node.k8s.io/v1',
    resource: 'runtimeclasses',
    cluster: true,
    body: () => ({ handler: 'handler' }),
  },
  '[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 DeviceClass [Conformance]': {
    at: 'apis/resource.k8s.io/v1',
    resource: 'deviceclasses',
    cluster: true,
    body: () => ({ spec: { selectors: [{ cel: { expression: 'device.driver == "dra.example.com"' } }] } }),
  },
  '[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 ResourceClaim [Conformance]': {
    at: 'apis/resource.k8s.io/v1',
    resource: 'resourceclaims',
    body: () => ({ spec: CLAIM }),
    status: {
      patch: { allocation: { devices: { results: [device('gpu-0')] } } },
      update: (object) => {
        // Of a pod that is not there it would be freed.
        object.status.reservedFor = [{ apiGroup: 'example.com', resource: 'testers', name: 'tester', uid: 'uid' }];
      },
      seen: ({ status }) => [status?.allocation?.devices?.results?.[0]?.device, status?.reservedFor?.[0]?.name],
    },
  },
  '[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 ResourceClaimTemplate [Conformance]': {
    at: 'apis/resource.k8s.io/v1',
    resource: 'resourceclaimtemplates',
    body: () => ({ spec: { spec: CLAIM } }),
  },
  '[sig-node] [DRA] CRUD Tests resource.k8s.io/v1 ResourceSlice [Conformance]': {
    at: 'apis/resource.k8s.io/v1',
    resource: 'resourceslices',
    cluster: true,
    body: () => ({
      spec: {
        driver: 'dra.example.com',
        nodeName: 'no-such-node',
        pool: { name: 'pool', generation: 1, resourceSliceCount: 1 },
        devices: [{ name: 'gpu-0' }],
      },
    }),
  },
  '[sig-scheduling] SchedulerPreemption PriorityClass endpoints verify PriorityClass endpoints can be operated with different HTTP methods [Conformance] [Serial]':
    {
      at: 'apis/scheduling.k8s.io/v1',
      resource: 'priorityclasses',
      cluster: true,
      body: () => ({ value: 10, description: 'one' }),
      change: (object) => {
        object.description = 'another';
      },
    },
  '[sig-auth] ServiceAccounts should run through the lifecycle of a ServiceAccount [Conformance]': {
    at: 'api/v1',
    resource: 'serviceaccounts',
    body: () => ({ automountServiceAccountToken: false }),
  },
  '[sig-auth] ServiceAccounts should update a ServiceAccount [Conformance]': {
    at: 'api/v1',
    resource: 'serviceaccounts',
    body: () => ({ automountServiceAccountToken: false }),
    change: (object) => {
      object.automountServiceAccountToken = true;
    },
  },
  '[sig-node] ConfigMap should run through a ConfigMap lifecycle [Conformance]': {
    at: 'api/v1',
    resource: 'configmaps',
    body: () => ({ data: { valueName: 'value' } }),
  },
  '[sig-node] ConfigMap should update ConfigMap successfully [Conformance] [NodeConformance]': {
    at: 'api/v1',
    resource: 'configmaps',
    body: () => ({ data: { data: 'value' } }),
    change: (object) => {
      object.data = { data: 'value2' };
    },
  },
  '[sig-node] Secrets should patch a secret [Conformance]': {
    at: 'api/v1',
    resource: 'secrets',
    body: () => ({ type: 'Opaque', data: { key: 'dmFsdWU=' } }),
    change: (object) => {
      object.data = { key: 'dmFsdWUy' };
    },
  },
  '[sig-scheduling] LimitRange should list, patch and delete a LimitRange by collection [Conformance]': {
    at: 'api/v1',
    resource: 'limitranges',
    body: () => ({ spec: { limits: [{ type: 'Container', min: { cpu: '50m' }, max: { cpu: '500m' } }] } }),
    change: ({ spec }) => {
      spec.limits[0].max.cpu = '600m';
    },
  },
  '[sig-api-machinery] ResourceQuota should manage the lifecycle of a ResourceQuota [Conformance]': {
    at: 'api/v1',
    resource: 'resourcequotas',
    body: () => ({ spec: { hard: { cpu: '1', memory: '500Mi' } } }),
    change: ({ spec }) => {
      spec.hard.memory = '750Mi';
    },
    status: {
      patch: { hard: { cpu: '2' } },
      update: (object) => {
        object.status.hard = { ...object.status.hard, memory: '1Gi' };
      },
      seen: () => 'whoever counts may have counted since',
    },
  },
  '[sig-api-machinery] ResourceQuota should be able to update and delete ResourceQuota. [Conformance]': {
    at: 'api/v1',
    resource: 'resourcequotas',
    body: () => ({ spec: { hard: { cpu: '1', memory: '500Mi' } } }),
    change: ({ spec }) => {
      spec.hard = { cpu: '2', memory: '1Gi' };
    },
  },
  '[sig-network] Endpoints should test the lifecycle of an Endpoint [Conformance]': {
    at: 'api/v1',
    resource: 'endpoints',
    body: () => ({
      subsets: [{ addresses: [{ ip: '10.0.0.24' }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }],
    }),
    change: (object) => {
      object.subsets[0].addresses[0].ip = '10.0.0.25';
    },
  },
};
