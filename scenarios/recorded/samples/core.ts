//! The rest of the core group, and the cluster's own bookkeeping.
import type { JsonObject } from '../../../actors/api/json.ts';

const involved: JsonObject = { kind: 'Pod', namespace: 'recorded', name: 'a' };
const candidate: JsonObject = {
  spec: { leaseName: 'a', binaryVersion: '1.36.0', emulationVersion: '1.35.0', strategy: 'OldestEmulationVersion' },
};
const MICRO = '2026-01-02T03:04:05.123456Z';

export const CORE: Readonly<Record<string, readonly JsonObject[]>> = {
  'v1/ConfigMap': [
    { data: { a: 'b' } },
    { data: { 'a.conf': 'x\ny: \u00fc\n', empty: '' }, binaryData: { bytes: 'AAEC/w==' }, immutable: true },
  ],
  'v1/Secret': [
    { data: { a: 'YQ==' } },
    { type: 'kubernetes.io/tls', data: { 'tls.crt': 'YQ==', 'tls.key': '' }, immutable: true },
    { type: 'kubernetes.io/basic-auth', data: { username: 'YQ==', password: 'Yg==' } },
    { type: 'example.com/own', data: {} },
  ],
  'v1/ServiceAccount': [
    {},
    {
      secrets: [{ name: 'token', kind: 'Secret' }],
      imagePullSecrets: [{ name: 'pull' }],
      automountServiceAccountToken: false,
    },
  ],
  'v1/LimitRange': [
    { spec: { limits: [{ type: 'Container', max: { cpu: '1' } }] } },
    {
      spec: {
        limits: [
          {
            type: 'Container',
            max: { cpu: '2', memory: '2Gi' },
            min: { cpu: '10m' },
            default: { cpu: '500m' },
            defaultRequest: { cpu: '0.25' },
            maxLimitRequestRatio: { cpu: '4' },
          },
          { type: 'Pod', max: { memory: '4Gi' } },
          { type: 'PersistentVolumeClaim', min: { storage: '1Gi' } },
        ],
      },
    },
  ],
  'v1/ResourceQuota': [
    { spec: { hard: { pods: '10' } } },
    {
      spec: {
        hard: { 'requests.cpu': '10', 'limits.memory': '20Gi', pods: '100' },
        scopes: ['NotTerminating'],
        scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] },
      },
    },
    { spec: { hard: { 'count/deployments.apps': '5', 'requests.storage': '1Ti', 'requests.example.com/gpu': '2' } } },
  ],
  'v1/Namespace': [
    { metadata: { name: 'recorded-one' } },
    {
      metadata: { name: 'recorded-two', labels: { team: 'x' } },
      spec: { finalizers: ['example.com/wait', 'kubernetes'] },
    },
  ],
  'v1/Node': [
    { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } },
    {
      metadata: { labels: { 'kubernetes.io/hostname': 'sample-1' } },
      spec: {
        podCIDR: '10.244.7.0/24',
        podCIDRs: ['10.244.7.0/24', '2001:db8:7::/64'],
        providerID: 'example://one',
        unschedulable: true,
        taints: [{ key: 'a', value: 'b', effect: 'NoExecute', timeAdded: '2026-01-02T03:04:05Z' }],
      },
    },
  ],
  'v1/Event': [
    {
      involvedObject: { kind: 'Pod', namespace: 'recorded', name: 'a' },
      reason: 'Started',
      message: 'x',
      type: 'Normal',
    },
    {
      involvedObject: {
        ...involved,
        uid: 'u1',
        apiVersion: 'v1',
        resourceVersion: '5',
        fieldPath: 'spec.containers{a}',
      },
      reason: 'Failed',
      message: 'it failed',
      source: { component: 'kubelet', host: 'one' },
      firstTimestamp: '2026-01-02T03:04:05Z',
      lastTimestamp: '2026-01-02T03:05:05Z',
      count: 3,
      type: 'Warning',
      action: 'Run',
      related: { kind: 'Node', name: 'one' },
    },
  ],
  'events.k8s.io/v1/Event': [
    {
      eventTime: MICRO,
      series: { count: 2, lastObservedTime: MICRO },
      reportingController: 'example.com/controller',
      reportingInstance: 'controller-0',
      action: 'Run',
      reason: 'Ran',
      regarding: { ...involved, apiVersion: 'v1' },
      related: { kind: 'Node', name: 'one' },
      note: 'it ran',
      type: 'Normal',
    },
  ],
  'coordination.k8s.io/v1/Lease': [
    { spec: { holderIdentity: 'a', leaseDurationSeconds: 10 } },
    {
      spec: {
        holderIdentity: 'a',
        leaseDurationSeconds: 15,
        acquireTime: MICRO,
        renewTime: '2026-01-02T03:04:06.000000Z',
        leaseTransitions: 4,
      },
    },
  ],
  'coordination.k8s.io/v1alpha2/LeaseCandidate': [candidate],
  'coordination.k8s.io/v1beta1/LeaseCandidate': [candidate],
  'internal.apiserver.k8s.io/v1alpha1/StorageVersion': [{ metadata: { name: 'apps.deployments' }, spec: {} }],
  'scheduling.k8s.io/v1/PriorityClass': [
    { value: 10 },
    { value: -5, globalDefault: false, description: 'low', preemptionPolicy: 'Never' },
  ],
};
