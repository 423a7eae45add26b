//! The priority levels and flow schemas of a new cluster (k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap).
import type { JsonObject } from '../../api/json.ts';
import { LEVELS as FIXED_LEVELS, SCHEMAS as FIXED_SCHEMAS } from '../../api/validation/flowcontrol/mandatory.ts';
import type { FlowSchemaSpec, LevelSpec, PolicyRules, Subject } from './types.ts';

const API_VERSION = 'flowcontrol.apiserver.k8s.io/v1';
const ANNOTATIONS = { 'apf.kubernetes.io/autoupdate-spec': 'true' };
const ALL = ['*'];

const limited = (shares: number, lendable: number, queues: number, hand: number): LevelSpec => ({
  type: 'Limited',
  limited: {
    nominalConcurrencyShares: shares,
    lendablePercent: lendable,
    limitResponse: { type: 'Queue', queuing: { queues, handSize: hand, queueLengthLimit: 50 } },
  },
});
export const LEVELS: Readonly<Record<string, LevelSpec>> = {
  ...(FIXED_LEVELS as Readonly<Record<string, unknown>> as Readonly<Record<string, LevelSpec>>),
  system: limited(30, 33, 64, 6),
  'node-high': limited(40, 25, 64, 6),
  'leader-election': limited(10, 0, 16, 4),
  'workload-high': limited(40, 50, 128, 6),
  'workload-low': limited(100, 90, 128, 6),
  'global-default': limited(20, 50, 128, 6),
};

const group = (name: string): Subject => ({ kind: 'Group', group: { name } });
const user = (name: string): Subject => ({ kind: 'User', user: { name } });
const KUBE_SYSTEM: Subject = { kind: 'ServiceAccount', serviceAccount: { name: '*', namespace: 'kube-system' } };
const EVERYBODY = [group('system:unauthenticated'), group('system:authenticated')];
const NODES = [group('system:nodes')];
const resources = (verbs: string[], apiGroups: string[], names: string[], clusterScope: boolean): PolicyRules => ({
  resourceRules: [{ verbs, apiGroups, resources: names, namespaces: ALL, ...(clusterScope ? { clusterScope } : {}) }],
});
const WHATEVER: PolicyRules = {
  ...resources(ALL, ALL, ALL, true),
  nonResourceRules: [{ verbs: ALL, nonResourceURLs: ALL }],
};
type Told = 'ByUser' | 'ByNamespace';
const schema = (
  level: string,
  matchingPrecedence: number,
  by: Told | undefined,
  subjects: readonly Subject[],
  rules: PolicyRules,
): FlowSchemaSpec => ({
  priorityLevelConfiguration: { name: level },
  matchingPrecedence,
  ...(by === undefined ? {} : { distinguisherMethod: { type: by } }),
  rules: [{ subjects, ...rules }],
});
const PROBES: PolicyRules = {
  nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
};
const HEARTBEATS: PolicyRules = {
  resourceRules: [
    ...resources(ALL, [''], ['nodes', 'nodes/status'], true).resourceRules!,
    ...resources(ALL, ['coordination.k8s.io'], ['leases'], false).resourceRules!,
  ],
};
const LEADERS = [user('system:kube-controller-manager'), user('system:kube-scheduler'), KUBE_SYSTEM];
const LEASES = resources(['get', 'create', 'update'], ['coordination.k8s.io'], ['leases'], false);
export const SCHEMAS: Readonly<Record<string, FlowSchemaSpec>> = {
  ...(FIXED_SCHEMAS as Readonly<Record<string, unknown>> as Readonly<Record<string, FlowSchemaSpec>>),
  probes: schema('exempt', 2, undefined, EVERYBODY, PROBES),
  'system-leader-election': schema('leader-election', 100, 'ByUser', LEADERS, LEASES),
  'system-node-high': schema('node-high', 400, 'ByUser', NODES, HEARTBEATS),
  'system-nodes': schema('system', 500, 'ByUser', NODES, WHATEVER),
  'kube-controller-manager': schema(
    'workload-high',
    800,
    'ByNamespace',
    [user('system:kube-controller-manager')],
    WHATEVER,
  ),
  'kube-scheduler': schema('workload-high', 800, 'ByNamespace', [user('system:kube-scheduler')], WHATEVER),
  'kube-system-service-accounts': schema('workload-high', 900, 'ByNamespace', [KUBE_SYSTEM], WHATEVER),
  'service-accounts': schema('workload-low', 9_000, 'ByUser', [group('system:serviceaccounts')], WHATEVER),
  'global-default': schema('global-default', 9_900, 'ByUser', EVERYBODY, WHATEVER),
};

export const fairnessObjects = (): readonly JsonObject[] => [
  ...Object.entries(LEVELS).map(([name, spec]) => object('PriorityLevelConfiguration', name, spec)),
  ...Object.entries(SCHEMAS).map(([name, spec]) => object('FlowSchema', name, spec)),
];
const object = (kind: string, name: string, spec: object): JsonObject => ({
  apiVersion: API_VERSION,
  kind,
  metadata: { name, annotations: ANNOTATIONS },
  spec: spec as JsonObject,
});
