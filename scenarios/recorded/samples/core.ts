//! The rest of the core group, coordination, and roles.
import type { JsonObject } from '../../../actors/api/json.ts';

export const CORE: Readonly<Record<string, readonly JsonObject[]>> = {
  'v1/ConfigMap': [{ data: { a: 'b' } }],
  'v1/Secret': [{ data: { a: 'YQ==' } }],
  'v1/ServiceAccount': [{}],
  'v1/LimitRange': [{ spec: { limits: [{ type: 'Container', max: { cpu: '1' } }] } }],
  'v1/ResourceQuota': [{ spec: { hard: { pods: '10' } } }],
  'v1/Namespace': [{ metadata: { name: 'recorded-one' } }],
  'v1/Node': [{ spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }],
  'v1/Event': [
    {
      involvedObject: { kind: 'Pod', namespace: 'recorded', name: 'a' },
      reason: 'Started',
      message: 'x',
      type: 'Normal',
    },
  ],
  'coordination.k8s.io/v1/Lease': [{ spec: { holderIdentity: 'a', leaseDurationSeconds: 10 } }],
  'scheduling.k8s.io/v1/PriorityClass': [{ value: 10 }],
  'node.k8s.io/v1/RuntimeClass': [{ handler: 'runc' }],
  'rbac.authorization.k8s.io/v1/Role': [{ rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }],
  'rbac.authorization.k8s.io/v1/ClusterRole': [{ rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }],
  'rbac.authorization.k8s.io/v1/RoleBinding': [
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'User', name: 'a' }],
    },
  ],
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': [
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'Group', name: 'a' }],
    },
  ],
};
