//! What kube-scheduler's metrics tell, noted as it happens.
import { type MetricName, schedulerMetrics } from './metrics.ts';
import type { Entry, Place } from './queue.ts';
import type { Decision, Scheduler } from './scheduler.ts';

const PLACES = ['active', 'backoff', 'unschedulable', 'gated'] as const;

export class Observed {
  readonly #metrics = schedulerMetrics();

  came(queue: Place, event: string): void {
    this.#metrics.add('scheduler_queue_incoming_pods_total', { queue, event });
  }
  decided(decision: Decision, ms: number): void {
    const metrics = this.#metrics;
    metrics.observe('scheduler_scheduling_algorithm_duration_seconds', ms / 1_000);
    if (decision.type === 'assigned') return;
    this.#attempt('unschedulable', decision.profile.name, ms);
    if (decision.profile.plugins.postFilter.length > 0) metrics.add('scheduler_preemption_attempts_total');
    if (decision.victims.length > 0) metrics.observe('scheduler_preemption_victims', decision.victims.length);
  }
  bound(profile: string, { added, attempts }: Entry, ms: number, now: number): void {
    this.#attempt('scheduled', profile, ms);
    this.#metrics.observe('scheduler_pod_scheduling_attempts', attempts);
    const labels = { attempts: attempts >= 15 ? '15+' : `${attempts}` };
    this.#metrics.observe('scheduler_pod_scheduling_sli_duration_seconds', (now - added) / 1_000, labels);
  }
  failed(profile: string, ms: number): void {
    this.#attempt('error', profile, ms);
  }
  waited(allowed: boolean, ms: number): void {
    const result = allowed ? 'Success' : 'Unschedulable';
    this.#metrics.observe('scheduler_permit_wait_duration_seconds', ms / 1_000, { result });
  }
  #attempt(result: string, profile: string, ms: number): void {
    this.#metrics.add('scheduler_schedule_attempts_total', { result, profile });
    this.#metrics.observe('scheduler_scheduling_attempt_duration_seconds', ms / 1_000, { result, profile });
  }
  text({ queue, cluster: { table } }: Scheduler): string {
    const set = (name: MetricName, labels: Readonly<Record<string, string>>, value: number): void =>
      this.#metrics.set(name, labels, value);
    for (const place of PLACES) set('scheduler_pending_pods', { queue: place }, queue.count(place));
    set('scheduler_scheduler_cache_size', { type: 'nodes' }, table.nodes.length);
    set('scheduler_scheduler_cache_size', { type: 'pods' }, table.podCount);
    set('scheduler_scheduler_cache_size', { type: 'assumed_pods' }, table.assumedCount);
    this.#metrics.clear('scheduler_unschedulable_pods');
    for (const [plugin, pods] of queue.reasons()) set('scheduler_unschedulable_pods', { plugin }, pods);
    return this.#metrics.text();
  }
}
