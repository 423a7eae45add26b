//! Pods and what makes pods.
import type { JsonObject } from '../../../actors/api/json.ts';

const pod: JsonObject = { containers: [{ name: 'main', image: 'nginx:1' }] };
const template: JsonObject = { metadata: { labels: { app: 'web' } }, spec: pod };
const once: JsonObject = { spec: { ...pod, restartPolicy: 'Never' } };
const selector: JsonObject = { matchLabels: { app: 'web' } };

export const WORKLOADS: Readonly<Record<string, readonly JsonObject[]>> = {
  'v1/Pod': [{ spec: pod }],
  'v1/PodTemplate': [{ template }],
  'v1/ReplicationController': [{ spec: { replicas: 1, selector: { app: 'web' }, template } }],
  'apps/v1/Deployment': [{ spec: { selector, template } }],
  'apps/v1/ReplicaSet': [{ spec: { selector, template } }],
  'apps/v1/StatefulSet': [{ spec: { serviceName: 'web', selector, template } }],
  'apps/v1/DaemonSet': [{ spec: { selector, template } }],
  'apps/v1/ControllerRevision': [{ revision: 1, data: { a: 1 } }],
  'batch/v1/Job': [{ spec: { template: once } }],
  'batch/v1/CronJob': [{ spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: once } } } }],
  'autoscaling/v2/HorizontalPodAutoscaler': [
    { spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, maxReplicas: 3 } },
  ],
  'policy/v1/PodDisruptionBudget': [{ spec: { minAvailable: 1, selector } }],
};
