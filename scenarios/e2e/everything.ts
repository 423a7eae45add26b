//! A namespace full of everything: one object of each namespaced kind, and one of each kind above namespaces.
type Body = Readonly<Record<string, unknown>>;

const container = { name: 'main', image: 'busybox:1.37', command: ['sh', '-c', 'sleep 3600'] };
const template = (app: string): object => ({
  metadata: { labels: { app } },
  spec: { terminationGracePeriodSeconds: 1, containers: [container] },
});
const once = (app: string): object => ({
  metadata: { labels: { app } },
  spec: { restartPolicy: 'Never', containers: [container] },
});
const selects = (app: string): object => ({ matchLabels: { app } });

/** `[apiVersion, kind, the rest]`, each named `full`. */
const NAMESPACED: readonly (readonly [string, string, Body])[] = [
  ['v1', 'ConfigMap', { data: { 'app.conf': 'colour=blue\n' } }],
  ['v1', 'Secret', { type: 'Opaque', stringData: { password: 'orrery' } }],
  ['v1', 'ServiceAccount', {}],
  ['v1', 'Service', { spec: { selector: { app: 'deployment' }, ports: [{ name: 'http', port: 80 }] } }],
  ['v1', 'Pod', { spec: { terminationGracePeriodSeconds: 1, containers: [container] } }],
  ['v1', 'PodTemplate', { template: template('template') }],
  ['v1', 'ReplicationController', { spec: { replicas: 1, selector: { app: 'rc' }, template: template('rc') } }],
  ['v1', 'ResourceQuota', { spec: { hard: { 'count/configmaps': '100' } } }],
  [
    'v1',
    'LimitRange',
    { spec: { limits: [{ type: 'Container', min: { cpu: '1m' }, defaultRequest: { cpu: '1m' } }] } },
  ],
  [
    'v1',
    'PersistentVolumeClaim',
    { spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'full', resources: { requests: { storage: '1Gi' } } } },
  ],
  [
    'apps/v1',
    'Deployment',
    { spec: { replicas: 2, selector: selects('deployment'), template: template('deployment') } },
  ],
  ['apps/v1', 'ReplicaSet', { spec: { replicas: 1, selector: selects('rs'), template: template('rs') } }],
  [
    'apps/v1',
    'StatefulSet',
    { spec: { serviceName: 'full', replicas: 1, selector: selects('sts'), template: template('sts') } },
  ],
  ['apps/v1', 'DaemonSet', { spec: { selector: selects('ds'), template: template('ds') } }],
  ['apps/v1', 'ControllerRevision', { revision: 1, data: { spec: {} } }],
  ['batch/v1', 'Job', { spec: { template: once('job') } }],
  ['batch/v1', 'CronJob', { spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: once('cron') } } } }],
  [
    'autoscaling/v2',
    'HorizontalPodAutoscaler',
    { spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'full' }, maxReplicas: 4 } },
  ],
  ['policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: 1, selector: selects('deployment') } }],
  [
    'networking.k8s.io/v1',
    'Ingress',
    { spec: { defaultBackend: { service: { name: 'full', port: { number: 80 } } } } },
  ],
  ['networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {}, policyTypes: ['Ingress'] } }],
  ['rbac.authorization.k8s.io/v1', 'Role', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }],
  ['coordination.k8s.io/v1', 'Lease', { spec: { holderIdentity: 'somebody', leaseDurationSeconds: 15 } }],
  [
    'discovery.k8s.io/v1',
    'EndpointSlice',
    { addressType: 'IPv4', endpoints: [{ addresses: ['10.1.2.3'] }], ports: [{ port: 80 }] },
  ],
];

const binding = (namespace: string): readonly [string, string, Body] => [
  'rbac.authorization.k8s.io/v1',
  'RoleBinding',
  {
    subjects: [{ kind: 'ServiceAccount', name: 'full', namespace }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'full' },
  },
];

const CLUSTER_WIDE: readonly (readonly [string, string, Body])[] = [
  ['storage.k8s.io/v1', 'StorageClass', { provisioner: 'example.com/none', volumeBindingMode: 'WaitForFirstConsumer' }],
  [
    'v1',
    'PersistentVolume',
    { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteMany'], hostPath: { path: '/tmp' } } },
  ],
  ['scheduling.k8s.io/v1', 'PriorityClass', { value: 1000, description: 'high' }],
  [
    'rbac.authorization.k8s.io/v1',
    'ClusterRole',
    { rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get'] }] },
  ],
  [
    'rbac.authorization.k8s.io/v1',
    'ClusterRoleBinding',
    {
      subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'watchers' }],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'full' },
    },
  ],
];

export const everything = (namespace: string): readonly object[] =>
  [...NAMESPACED, binding(namespace)].map(([apiVersion, kind, body]) => ({
    apiVersion,
    kind,
    metadata: { name: 'full', namespace },
    ...body,
  }));
export const clusterWide = (): readonly object[] =>
  CLUSTER_WIDE.map(([apiVersion, kind, body]) => ({ apiVersion, kind, metadata: { name: 'full' }, ...body }));

/** `deployment.apps full` and so on: what `describe` and `get` are asked for. */
export const kindsOf = (objects: readonly object[]): readonly string[] =>
  objects.map((one) => {
    const { apiVersion, kind } = one as { apiVersion: string; kind: string };
    const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
    return `${kind.toLowerCase()}${group}`;
  });
