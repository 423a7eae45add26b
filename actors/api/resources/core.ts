//! The core group. Facts of Kubernetes 1.36 discovery.
import { cluster, group, NO_COLLECTION, namespaced, type ResourceInfo } from './declare.ts';

export const CORE: readonly ResourceInfo[] = [
  ...group('', 'v1', [
    namespaced('bindings', 'Binding', { verbs: ['create'] }),
    cluster('componentstatuses', 'ComponentStatus', { verbs: ['get', 'list'], shortNames: ['cs'] }),
    namespaced('configmaps', 'ConfigMap', { shortNames: ['cm'] }),
    namespaced('endpoints', 'Endpoints', { shortNames: ['ep'] }),
    namespaced('events', 'Event', { shortNames: ['ev'] }),
    namespaced('limitranges', 'LimitRange', { shortNames: ['limits'] }),
    cluster('namespaces', 'Namespace', {
      verbs: NO_COLLECTION,
      shortNames: ['ns'],
      subresources: ['finalize Namespace update', 'status'],
    }),
    cluster('nodes', 'Node', {
      shortNames: ['no'],
      subresources: ['proxy NodeProxyOptions create,delete,get,patch,update', 'status'],
    }),
    namespaced('persistentvolumeclaims', 'PersistentVolumeClaim', { shortNames: ['pvc'], subresources: ['status'] }),
    cluster('persistentvolumes', 'PersistentVolume', { shortNames: ['pv'], subresources: ['status'] }),
    namespaced('pods', 'Pod', {
      shortNames: ['po'],
      categories: ['all'],
      subresources: [
        'attach PodAttachOptions create,get',
        'binding Binding create',
        'ephemeralcontainers Pod get,patch,update',
        'eviction policy/v1/Eviction create',
        'exec PodExecOptions create,get',
        'log Pod get',
        'portforward PodPortForwardOptions create,get',
        'proxy PodProxyOptions create,delete,get,patch,update',
        'resize Pod get,patch,update',
        'status',
      ],
    }),
    namespaced('podtemplates', 'PodTemplate'),
    namespaced('replicationcontrollers', 'ReplicationController', {
      shortNames: ['rc'],
      categories: ['all'],
      subresources: ['scale', 'status'],
    }),
    namespaced('resourcequotas', 'ResourceQuota', { shortNames: ['quota'], subresources: ['status'] }),
    namespaced('secrets', 'Secret'),
    namespaced('serviceaccounts', 'ServiceAccount', {
      shortNames: ['sa'],
      subresources: ['token authentication.k8s.io/v1/TokenRequest create'],
    }),
    namespaced('services', 'Service', {
      shortNames: ['svc'],
      categories: ['all'],
      subresources: ['proxy ServiceProxyOptions create,delete,get,patch,update', 'status'],
    }),
  ]),
];
