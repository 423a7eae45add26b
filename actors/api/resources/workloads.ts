//! What runs and how many: apps, batch, autoscaling, policy, scheduling. Facts of Kubernetes 1.36 discovery.
import { cluster, group, namespaced, type ResourceInfo } from './declare.ts';

export const WORKLOADS: readonly ResourceInfo[] = [
  ...group('apps', 'v1', [
    namespaced('controllerrevisions', 'ControllerRevision'),
    namespaced('daemonsets', 'DaemonSet', { shortNames: ['ds'], categories: ['all'], subresources: ['status'] }),
    namespaced('deployments', 'Deployment', {
      shortNames: ['deploy'],
      categories: ['all'],
      subresources: ['scale', 'status'],
    }),
    namespaced('replicasets', 'ReplicaSet', {
      shortNames: ['rs'],
      categories: ['all'],
      subresources: ['scale', 'status'],
    }),
    namespaced('statefulsets', 'StatefulSet', {
      shortNames: ['sts'],
      categories: ['all'],
      subresources: ['scale', 'status'],
    }),
  ]),
  ...group('autoscaling', 'v1', [
    namespaced('horizontalpodautoscalers', 'HorizontalPodAutoscaler', {
      shortNames: ['hpa'],
      categories: ['all'],
      subresources: ['status'],
    }),
  ]),
  ...group('autoscaling', 'v2', [
    namespaced('horizontalpodautoscalers', 'HorizontalPodAutoscaler', {
      shortNames: ['hpa'],
      categories: ['all'],
      subresources: ['status'],
    }),
  ]),
  ...group('batch', 'v1', [
    namespaced('cronjobs', 'CronJob', { shortNames: ['cj'], categories: ['all'], subresources: ['status'] }),
    namespaced('jobs', 'Job', { categories: ['all'], subresources: ['status'] }),
  ]),
  ...group('policy', 'v1', [
    namespaced('poddisruptionbudgets', 'PodDisruptionBudget', { shortNames: ['pdb'], subresources: ['status'] }),
  ]),
  ...group('scheduling.k8s.io', 'v1', [cluster('priorityclasses', 'PriorityClass', { shortNames: ['pc'] })]),
  ...group('scheduling.k8s.io', 'v1alpha2', [
    namespaced('podgroups', 'PodGroup', { subresources: ['status'] }),
    namespaced('workloads', 'Workload'),
  ]),
];
