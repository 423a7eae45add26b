//! Objects that stories use, short.

import type { CronJob, Job, JobSpec } from '../../actors/api/types/batch.ts';
import type { Draft } from '../../actors/api/types/meta.ts';
import type { Pod } from '../../actors/api/types/pod.ts';
import type { Service } from '../../actors/api/types/service.ts';
import type { DaemonSet, Deployment, StatefulSet } from '../../actors/api/types/workload.ts';

export const deployment = (
  name: string,
  replicas: number,
  spec: object = {},
  image = 'nginx:1',
): Draft<Deployment> => ({
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image }] } },
    ...spec,
  },
});
export const pod = (name: string, spec: object = {}, metadata: object = {}): Draft<Pod> => ({
  metadata: { name, ...metadata },
  spec: { containers: [{ name: 'main', image: 'nginx' }], ...spec },
});
export const service = (name: string, port = 80): Draft<Service> => ({
  metadata: { name },
  spec: { selector: { app: name }, ports: [{ port }] },
});
export const job = (name: string, image: string, spec: Partial<JobSpec> = {}): Draft<Job> => ({
  metadata: { name },
  spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image }] } }, ...spec },
});
export const cronJob = (
  name: string,
  image: string,
  schedule: string,
  spec: Partial<CronJob['spec']> = {},
): Draft<CronJob> => ({
  metadata: { name },
  spec: { schedule, jobTemplate: { spec: job(name, image).spec ?? {} }, ...spec },
});
export const daemonSet = (name: string, spec: object = {}, pod: object = {}): Draft<DaemonSet> => ({
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'nginx:1' }], ...pod },
    },
    ...spec,
  },
});
export const statefulSet = (name: string, replicas: number, spec: object = {}): Draft<StatefulSet> => ({
  metadata: { name },
  spec: {
    replicas,
    serviceName: name,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'nginx:1' }] } },
    ...spec,
  },
});
