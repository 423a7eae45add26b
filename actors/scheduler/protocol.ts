//! The scheduler: what its chart is told, and what it wants done.
import type { Address } from '../../runtime/address.ts';

/** Leader election: the lease in kube-system. */
export const SCHEDULER_LEASE = 'kube-scheduler';
/** Bindings and reports under way at once; reaching it is the state `saturated`. */
export const IN_FLIGHT_MAX = 64;
/** Pods decided in one step of the chart. */
export const PODS_A_STEP_MAX = 8;
/** Steps in a row before others get their turn. */
export const STEPS_IN_A_ROW_MAX = 8;

/** Several may run; the host tells them apart. */
export const schedulerAddress = (host: string): Address => ({ component: 'scheduler', namespace: '', name: host });

export type SchedulerEvent =
  | { readonly type: 'caches.synced' }
  | { readonly type: 'leadership.gained' }
  | { readonly type: 'leadership.lost' }
  /** Asked for by `scheduler.stop`; unasked it is a failure. */
  | { readonly type: 'election.ended' }
  | { readonly type: 'scheduler.stop' }
  /** A bug in a task. */
  | { readonly type: 'task.failed'; readonly why: string }
  /** A pod may be waiting: a change or a timer says so. */
  | { readonly type: 'queue.filled' }
  /** `more`: another pod waits. `inFlight`: what this and earlier steps have under way. */
  | { readonly type: 'cycle.ended'; readonly more: boolean; readonly inFlight: number }
  /** A binding or a report is through, or has failed. */
  | { readonly type: 'write.ended'; readonly more: boolean; readonly inFlight: number };

export type SchedulerEffect =
  /** Takes the next pods and decides. Answered by `cycle.ended`. */
  | { readonly type: 'cycle.run' }
  | { readonly type: 'election.start' }
  | { readonly type: 'election.stop' }
  | { readonly type: 'actor.fail'; readonly why: string }
  /** Wakes the chart when the next back-off ends. */
  | { readonly type: 'queue.watch' };

/** What its mailbox takes beside its events. */
export type SchedulerMessage =
  | SchedulerEvent
  /** Answered by `metrics.text`: kube-scheduler's metrics in Prometheus' format. */
  | { readonly type: 'metrics.get' }
  | { readonly type: 'metrics.text'; readonly text: string };
