//! How a resource is named, with the type of its objects carried along for the compiler.

import type { HorizontalPodAutoscaler } from './types/autoscaling.ts';
import type { CronJob, Job } from './types/batch.ts';
import type {
  ConfigMap,
  KubeEvent,
  Lease,
  Namespace,
  Node,
  PriorityClass,
  Secret,
  ServiceAccount,
} from './types/cluster.ts';
import type { KubeObject } from './types/meta.ts';
import type { NodeMetrics, PodMetrics } from './types/metrics.ts';
import type { Pod } from './types/pod.ts';
import type { SubjectAccessReview, TokenReview } from './types/review.ts';
import type { EndpointSlice, Endpoints, Service } from './types/service.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from './types/storage.ts';
import type {
  ControllerRevision,
  DaemonSet,
  Deployment,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from './types/workload.ts';

declare const objectType: unique symbol;
export interface Resource<T extends KubeObject = KubeObject> {
  /** '' is the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, lower case: `pods`. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly [objectType]?: T;
}
const of = <T extends KubeObject>(
  group: string,
  version: string,
  resource: string,
  kind: string,
  namespaced = true,
): Resource<T> => ({ group, version, resource, kind, namespaced });

export const CONFIGMAPS = of<ConfigMap>('', 'v1', 'configmaps', 'ConfigMap');
export const ENDPOINTS = of<Endpoints>('', 'v1', 'endpoints', 'Endpoints');
export const EVENTS = of<KubeEvent>('', 'v1', 'events', 'Event');
export const NAMESPACES = of<Namespace>('', 'v1', 'namespaces', 'Namespace', false);
export const NODES = of<Node>('', 'v1', 'nodes', 'Node', false);
export const PERSISTENT_VOLUMES = of<PersistentVolume>('', 'v1', 'persistentvolumes', 'PersistentVolume', false);
export const PERSISTENT_VOLUME_CLAIMS = of<PersistentVolumeClaim>(
  '',
  'v1',
  'persistentvolumeclaims',
  'PersistentVolumeClaim',
);
export const STORAGE_CLASSES = of<StorageClass>('storage.k8s.io', 'v1', 'storageclasses', 'StorageClass', false);
export const PODS = of<Pod>('', 'v1', 'pods', 'Pod');
export const REPLICATION_CONTROLLERS = of<ReplicationController>(
  '',
  'v1',
  'replicationcontrollers',
  'ReplicationController',
);
export const SECRETS = of<Secret>('', 'v1', 'secrets', 'Secret');
export const SERVICE_ACCOUNTS = of<ServiceAccount>('', 'v1', 'serviceaccounts', 'ServiceAccount');
export const SERVICES = of<Service>('', 'v1', 'services', 'Service');
export const CONTROLLER_REVISIONS = of<ControllerRevision>('apps', 'v1', 'controllerrevisions', 'ControllerRevision');
export const DAEMON_SETS = of<DaemonSet>('apps', 'v1', 'daemonsets', 'DaemonSet');
export const DEPLOYMENTS = of<Deployment>('apps', 'v1', 'deployments', 'Deployment');
export const STATEFUL_SETS = of<StatefulSet>('apps', 'v1', 'statefulsets', 'StatefulSet');
export const REPLICA_SETS = of<ReplicaSet>('apps', 'v1', 'replicasets', 'ReplicaSet');
export const HORIZONTAL_POD_AUTOSCALERS = of<HorizontalPodAutoscaler>(
  'autoscaling',
  'v2',
  'horizontalpodautoscalers',
  'HorizontalPodAutoscaler',
);
export const CRON_JOBS = of<CronJob>('batch', 'v1', 'cronjobs', 'CronJob');
export const JOBS = of<Job>('batch', 'v1', 'jobs', 'Job');
export const TOKEN_REVIEWS = of<TokenReview>('authentication.k8s.io', 'v1', 'tokenreviews', 'TokenReview', false);
export const SUBJECT_ACCESS_REVIEWS = of<SubjectAccessReview>(
  'authorization.k8s.io',
  'v1',
  'subjectaccessreviews',
  'SubjectAccessReview',
  false,
);
export const LEASES = of<Lease>('coordination.k8s.io', 'v1', 'leases', 'Lease');
export const NODE_METRICS = of<NodeMetrics>('metrics.k8s.io', 'v1beta1', 'nodes', 'NodeMetrics', false);
export const POD_METRICS = of<PodMetrics>('metrics.k8s.io', 'v1beta1', 'pods', 'PodMetrics');
export const ENDPOINT_SLICES = of<EndpointSlice>('discovery.k8s.io', 'v1', 'endpointslices', 'EndpointSlice');
export const POD_DISRUPTION_BUDGETS = of<PodDisruptionBudget>(
  'policy',
  'v1',
  'poddisruptionbudgets',
  'PodDisruptionBudget',
);
export const PRIORITY_CLASSES = of<PriorityClass>('scheduling.k8s.io', 'v1', 'priorityclasses', 'PriorityClass', false);

/** `namespace/name`, or `name` when cluster-scoped: the key of caches and work queues, as in client-go. */
export const keyOf = (object: { readonly metadata: { readonly name: string; readonly namespace?: string } }): string =>
  object.metadata.namespace ? `${object.metadata.namespace}/${object.metadata.name}` : object.metadata.name;
export const splitKey = (key: string): readonly [namespace: string, name: string] => {
  const slash = key.indexOf('/');
  return slash < 0 ? ['', key] : [key.slice(0, slash), key.slice(slash + 1)];
};
export const apiVersionOf = (resource: Resource): string =>
  resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
