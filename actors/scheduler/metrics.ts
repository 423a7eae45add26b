//! kube-scheduler's metrics by its own names.
import { type Metric, powers, Registry } from '../client/registry.ts';

const METRICS = {
  scheduler_schedule_attempts_total: {
    help: "Number of attempts to schedule pods, by the result. 'unschedulable' means a pod could not be scheduled, while 'error' means an internal scheduler problem.",
    type: 'counter',
  },
  scheduler_scheduling_attempt_duration_seconds: {
    help: 'Scheduling attempt latency in seconds (scheduling algorithm + binding)',
    type: 'histogram',
    buckets: powers(0.001, 2, 15),
  },
  scheduler_scheduling_algorithm_duration_seconds: {
    help: 'Scheduling algorithm latency in seconds',
    type: 'histogram',
    buckets: powers(0.001, 2, 15),
  },
  scheduler_preemption_victims: {
    help: 'Number of selected preemption victims',
    type: 'histogram',
    buckets: powers(1, 2, 7),
  },
  scheduler_preemption_attempts_total: {
    help: 'Total preemption attempts in the cluster till now',
    type: 'counter',
  },
  scheduler_pending_pods: {
    help: "Number of pending pods, by the queue type. 'active' means number of pods in activeQ; 'backoff' means number of pods in backoffQ; 'unschedulable' means number of pods in unschedulablePods that the scheduler attempted to schedule and failed; 'gated' is the number of unschedulable pods that the scheduler never attempted to schedule because they are gated.",
    type: 'gauge',
  },
  scheduler_pod_scheduling_sli_duration_seconds: {
    help: 'E2e latency for a pod being scheduled, from the time the pod enters the scheduling queue and might involve multiple scheduling attempts.',
    type: 'histogram',
    buckets: powers(0.01, 2, 20),
  },
  scheduler_pod_scheduling_attempts: {
    help: 'Number of attempts to successfully schedule a pod.',
    type: 'histogram',
    buckets: powers(1, 2, 5),
  },
  scheduler_queue_incoming_pods_total: {
    help: 'Number of pods added to scheduling queues by event and queue type.',
    type: 'counter',
  },
  scheduler_permit_wait_duration_seconds: {
    help: 'Duration of waiting on permit.',
    type: 'histogram',
    buckets: powers(0.001, 2, 15),
  },
  scheduler_scheduler_cache_size: {
    help: 'Number of nodes, pods, and assumed (bound) pods in the scheduler cache.',
    type: 'gauge',
  },
  scheduler_unschedulable_pods: {
    help: 'The number of unschedulable pods broken down by plugin name. A pod will increment the gauge for all plugins that caused it to not schedule and so this metric have meaning only when broken down by plugin.',
    type: 'gauge',
  },
} as const satisfies Readonly<Record<string, Metric>>;
export type MetricName = keyof typeof METRICS;
export const schedulerMetrics = (): Registry<MetricName> => new Registry(METRICS);
