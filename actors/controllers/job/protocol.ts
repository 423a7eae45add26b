//! What a Job's controller finds and decides, as data.
import type { Job, JobStatus } from '../../api/types/batch.ts';
import type { Draft } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { Indexes } from './indexes.ts';

/** How a Job ends, decided before its last pods have: the condition of that type. */
export interface Verdict {
  readonly type: 'SuccessCriteriaMet' | 'FailureTarget';
  readonly reason: string;
  readonly message: string;
}
/** Failures since the last success, for the wait before the next pod. Not kept over a restart. */
export interface Failures {
  readonly count: number;
  /** When the last pod of them ended, in ms. */
  readonly lastMs: number;
}

/** A Job and its pods, counted. */
export interface Look {
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly active: readonly Pod[];
  readonly terminating: readonly Pod[];
  /** Those that no status tells of yet. */
  readonly newlySucceeded: readonly Pod[];
  readonly newlyFailed: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
  readonly indexed: LookAtIndexes | undefined;
}
export interface LookAtIndexes {
  readonly completions: number;
  /** As the status has it. */
  readonly before: Indexes;
  readonly succeeded: Indexes;
  /** Undefined without a back-off limit for each index. */
  readonly failed: Indexes | undefined;
  /** Of an index the failed pod that is kept until another takes its count of failures over. */
  readonly kept: ReadonlyMap<number, Pod>;
}

export interface Plan {
  readonly verdict: Verdict | undefined;
  /** Pods to make, the first first. */
  readonly create: readonly Draft<Pod>[];
  readonly remove: readonly Pod[];
  /** Whether what is removed counts as failed: otherwise its finalizer goes first. */
  readonly removedCount: boolean;
  /** Until the deadline. */
  readonly afterMs: number | undefined;
  /** Until a pod may be made in place of one that failed; 0: now, or none is to be made. */
  readonly waitMs: number;
}

/** What is to be written, in this order: `status`, no finalizers on `release`, and what `settle` makes of it. */
export interface Account {
  readonly status: JobStatus;
  readonly release: readonly Pod[];
  /** Uids of pods that have the finalizer still. */
  readonly held: ReadonlySet<string>;
  readonly verdict: Verdict | undefined;
  /** More pods have ended than one status holds. */
  readonly more: boolean;
  readonly suspension: 'Suspended' | 'Resumed' | undefined;
}

export const FINALIZER = 'batch.kubernetes.io/job-tracking';
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';
export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';
export const INDEX_FAILURES_IGNORED = 'batch.kubernetes.io/job-index-ignored-failure-count';
export const MANAGER = 'kubernetes.io/job-controller';
/** At most so many creations or deletions a reconcile. */
export const BURST_MAX = 500;
/** Of pods in `uncountedTerminatedPods`. */
export const UNCOUNTED_MAX = 500;
/** Changes of pods are looked at together. */
export const BATCH_MS = 1_000;
export const BACKOFF_LEAST_MS = 10_000;
export const BACKOFF_MOST_MS = 600_000;
