//! What makes pods, and what says how many.
import type { JsonObject } from '../../../actors/api/json.ts';
import { FULL_POD, PODS } from './pods.ts';
import { CLAIMS } from './volumes.ts';

const pod: JsonObject = { containers: [{ name: 'main', image: 'nginx:1' }] };
const template: JsonObject = { metadata: { labels: { app: 'web' } }, spec: pod };
const once: JsonObject = { spec: { ...pod, restartPolicy: 'Never' } };
const selector: JsonObject = { matchLabels: { app: 'web' } };
const { activeDeadlineSeconds: _, ...lasting } = FULL_POD;
const rich: JsonObject = {
  metadata: { labels: { app: 'web', tier: 'front' }, annotations: { a: 'b' } },
  spec: lasting,
};
const ending: JsonObject = { metadata: rich['metadata']!, spec: { ...lasting, restartPolicy: 'OnFailure' } };
const chosen: JsonObject = {
  matchLabels: { app: 'web' },
  matchExpressions: [{ key: 'tier', operator: 'In', values: ['front'] }],
};
const limits: JsonObject = { minReadySeconds: 5, revisionHistoryLimit: 3 };
const target: JsonObject = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
const metric: JsonObject = { name: 'requests', selector: { matchLabels: { verb: 'GET' } } };
const scaling = (type: string): JsonObject => ({
  stabilizationWindowSeconds: 60,
  selectPolicy: 'Min',
  policies: [{ type, value: 4, periodSeconds: 30 }],
});
const job: JsonObject = {
  parallelism: 2,
  completions: 4,
  activeDeadlineSeconds: 600,
  backoffLimitPerIndex: 1,
  maxFailedIndexes: 2,
  completionMode: 'Indexed',
  suspend: true,
  ttlSecondsAfterFinished: 100,
  podReplacementPolicy: 'Failed',
  managedBy: 'example.com/other',
  podFailurePolicy: {
    rules: [
      { action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [1, 2] } },
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    ],
  },
  successPolicy: { rules: [{ succeededIndexes: '0,2-3', succeededCount: 2 }] },
  template: once,
};

export const WORKLOADS: Readonly<Record<string, readonly JsonObject[]>> = {
  'v1/Pod': [{ spec: pod }, ...PODS],
  'v1/PodTemplate': [{ template }, { template: rich }],
  'v1/ReplicationController': [
    { spec: { replicas: 1, selector: { app: 'web' }, template } },
    { spec: { replicas: 0, minReadySeconds: 3, selector: { app: 'web', tier: 'front' }, template: rich } },
  ],
  'apps/v1/Deployment': [
    { spec: { selector, template } },
    {
      spec: {
        ...limits,
        replicas: 3,
        selector: chosen,
        template: rich,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '30%', maxUnavailable: 1 } },
        paused: true,
        progressDeadlineSeconds: 120,
      },
    },
    { spec: { replicas: 0, selector, template, strategy: { type: 'Recreate' } } },
  ],
  'apps/v1/ReplicaSet': [
    { spec: { selector, template } },
    { spec: { replicas: 2, minReadySeconds: 1, selector: chosen, template: rich } },
  ],
  'apps/v1/StatefulSet': [
    { spec: { serviceName: 'web', selector, template } },
    {
      spec: {
        ...limits,
        replicas: 2,
        serviceName: 'web',
        selector: chosen,
        template: rich,
        podManagementPolicy: 'Parallel',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' },
        ordinals: { start: 5 },
        volumeClaimTemplates: [
          { metadata: { name: 'data', labels: { a: 'b' } }, spec: CLAIMS[0]!['spec']! },
          {
            metadata: { name: 'more' },
            spec: { accessModes: ['ReadOnlyMany'], resources: { requests: { storage: '1' } } },
          },
        ],
      },
    },
    { spec: { serviceName: '', selector, template, updateStrategy: { type: 'OnDelete' } } },
  ],
  'apps/v1/DaemonSet': [
    { spec: { selector, template } },
    {
      spec: {
        ...limits,
        selector: chosen,
        template: rich,
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: '10%' } },
      },
    },
  ],
  'apps/v1/ControllerRevision': [
    { revision: 1, data: { a: 1 } },
    { revision: 9_007_199_254_740_991, data: { spec: { list: [1, 'two', null, { three: 3.5 }], $patch: 'replace' } } },
  ],
  'batch/v1/Job': [
    { spec: { template: once } },
    { spec: job },
    { spec: { backoffLimit: 3, manualSelector: true, selector, template: { ...ending } } },
  ],
  'batch/v1/CronJob': [
    { spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: once } } } },
    {
      spec: {
        schedule: '@daily',
        timeZone: 'Europe/Berlin',
        startingDeadlineSeconds: 30,
        concurrencyPolicy: 'Forbid',
        suspend: true,
        successfulJobsHistoryLimit: 0,
        failedJobsHistoryLimit: 5,
        jobTemplate: { metadata: { labels: { a: 'b' } }, spec: { ...job, suspend: false } },
      },
    },
  ],
  'autoscaling/v1/HorizontalPodAutoscaler': [
    { spec: { scaleTargetRef: target, maxReplicas: 3, minReplicas: 2, targetCPUUtilizationPercentage: 70 } },
    { spec: { scaleTargetRef: target, maxReplicas: 3 } },
  ],
  'autoscaling/v2/HorizontalPodAutoscaler': [
    { spec: { scaleTargetRef: target, maxReplicas: 3 } },
    {
      spec: {
        scaleTargetRef: target,
        minReplicas: 2,
        maxReplicas: 10,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
          { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1.5Gi' } } },
          {
            type: 'ContainerResource',
            containerResource: {
              container: 'main',
              name: 'cpu',
              target: { type: 'Utilization', averageUtilization: 5 },
            },
          },
          { type: 'Pods', pods: { metric, target: { type: 'AverageValue', averageValue: '1k' } } },
          { type: 'Object', object: { describedObject: target, metric, target: { type: 'Value', value: '10' } } },
          { type: 'External', external: { metric, target: { type: 'Value', value: '0.5' } } },
        ],
        behavior: { scaleUp: scaling('Pods'), scaleDown: scaling('Percent') },
      },
    },
  ],
  'policy/v1/PodDisruptionBudget': [
    { spec: { minAvailable: 1, selector } },
    { spec: { maxUnavailable: '25%', selector: chosen, unhealthyPodEvictionPolicy: 'AlwaysAllow' } },
  ],
  'scheduling.k8s.io/v1alpha2/PodGroup': [
    { spec: { schedulingPolicy: { gang: { minCount: 2 } }, priorityClassName: 'system-cluster-critical' } },
  ],
  'scheduling.k8s.io/v1alpha2/Workload': [
    {
      spec: {
        controllerRef: { apiGroup: 'batch', kind: 'Job', name: 'a' },
        podGroupTemplates: [{ name: 'one', schedulingPolicy: { gang: { minCount: 2 } } }],
      },
    },
  ],
};
