//! What a Job should do about its pods: whether it is over, which to make, which to delete.
import { parseTime } from '../../api/time.ts';
import type { Job } from '../../api/types/batch.ts';
import type { Draft } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import { findCondition } from '../../client/conditions.ts';
import { activeOrder } from '../../client/workload/active-order.ts';
import { restartsOf } from '../../client/workload/pod-state.ts';
import { endOf, remainingMs } from './backoff.ts';
import { judge } from './failure-policy.ts';
import { firstFree, indexesOf, total, union } from './indexes.ts';
import { places } from './look.ts';
import { allIndexFailures, completionIndex, isFailed, podOfJob, replacesFailedOnly } from './pods.ts';
import { BURST_MAX, type Failures, type Look, type Plan, type Verdict } from './protocol.ts';
import { met } from './success-policy.ts';

/** `failures`: with those of this look. */
export function plan(seen: Look, failures: Failures | undefined, now: number): Plan {
  const { job, active } = seen;
  const verdict = verdictOf(seen, now);
  if (verdict !== undefined) return { ...NOTHING, verdict, remove: active, removedCount: true };
  const deadline = deadlineMs(job, now);
  const overMs = deadline === undefined ? undefined : deadline - now;
  if (job.metadata.deletionTimestamp !== undefined) return { ...NOTHING, afterMs: overMs };
  const wanted = wantedActive(seen);
  const remove = surplus(seen, Math.max(0, active.length - wanted));
  if (remove.length > 0)
    return { ...NOTHING, remove: job.spec.suspend ? remove : remove.slice(0, BURST_MAX), afterMs: overMs };
  const leaving = replacesFailedOnly(job) ? seen.terminating.length : 0;
  const { create, waitMs } = missing(seen, job.spec.suspend ? 0 : wanted - active.length - leaving, failures, now);
  return { ...NOTHING, create, afterMs: overMs, waitMs };
}
const NOTHING: Plan = {
  verdict: undefined,
  create: [],
  remove: [],
  removedCount: false,
  afterMs: undefined,
  waitMs: 0,
};

const failed = (reason: string, message: string): Verdict => ({ type: 'FailureTarget', reason, message });

/** Once said it stands. Otherwise the pod failure policy decides, then limits, then the success policy. */
function verdictOf(seen: Look, now: number): Verdict | undefined {
  const { job, pods, indexed } = seen;
  for (const type of ['SuccessCriteriaMet', 'FailureTarget'] as const) {
    const said = findCondition(job.status.conditions, type);
    if (said?.status === 'True') return { type, reason: said.reason ?? '', message: said.message ?? '' };
  }
  const { spec } = job;
  const fatal = pods.find((pod) => isFailed(job, pod) && judge(spec.podFailurePolicy, pod).message !== undefined);
  if (fatal !== undefined) return failed('PodFailurePolicy', judge(spec.podFailurePolicy, fatal).message ?? '');
  if (seen.failed > spec.backoffLimit || restartedTooOften(job, pods))
    return failed('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  if ((deadlineMs(job, now) ?? Number.POSITIVE_INFINITY) <= now)
    return failed('DeadlineExceeded', 'Job was active longer than specified deadline');
  if (indexed === undefined) return undefined;
  const failures = total(indexed.failed ?? []);
  if (indexed.failed !== undefined && failures > (spec.maxFailedIndexes ?? Number.POSITIVE_INFINITY))
    return failed('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes');
  if (failures > 0 && failures + total(indexed.succeeded) >= indexed.completions)
    return failed('FailedIndexes', 'Job has failed indexes');
  const message = met(spec.successPolicy, indexed.completions, indexed.succeeded);
  return message === undefined ? undefined : { type: 'SuccessCriteriaMet', reason: 'SuccessPolicy', message };
}
/** Its pods restart their containers themselves: restarts count. */
function restartedTooOften({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  const restarts = pods
    .filter(({ status }) => status.phase === 'Running' || status.phase === 'Pending')
    .reduce((sum, pod) => sum + restartsOf(pod) + initRestarts(pod), 0);
  return spec.backoffLimit === 0 ? restarts > 0 : restarts >= spec.backoffLimit;
}
const initRestarts = ({ status }: Pod): number =>
  (status.initContainerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);

function deadlineMs({ spec, status }: Job, now: number): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || spec.suspend) return undefined;
  return (parseTime(status.startTime) ?? now) + spec.activeDeadlineSeconds * 1000;
}

function wantedActive({ job, active, succeeded }: Look): number {
  const { suspend, completions, parallelism } = job.spec;
  if (suspend) return 0;
  // Without a number of completions one success is enough: what runs may end, nothing more begins.
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}
/** At least so many; of an Indexed Job also those without an index of it, and of one index all but the best. */
function surplus({ active, indexed }: Look, least: number): readonly Pod[] {
  const ordered = activeOrder(active);
  if (indexed === undefined) return ordered.slice(0, least);
  const best = new Map<number, Pod>();
  for (const pod of ordered) {
    const index = completionIndex(pod);
    if (index !== undefined && index < indexed.completions) best.set(index, pod);
  }
  const left = ordered.filter((pod) => best.get(completionIndex(pod) ?? -1) === pod);
  const extra = ordered.filter((pod) => !left.includes(pod));
  return [...extra, ...left.slice(0, Math.max(0, least - extra.length))];
}

interface Missing {
  readonly create: readonly Draft<Pod>[];
  readonly waitMs: number;
}
function missing(seen: Look, count: number, failures: Failures | undefined, now: number): Missing {
  const { job, indexed } = seen;
  if (count <= 0) return { create: [], waitMs: 0 };
  const each = job.spec.backoffLimitPerIndex !== undefined;
  const waitMs = each ? 0 : remainingMs(failures, now);
  if (waitMs > 0) return { create: [], waitMs };
  const most = Math.min(count, BURST_MAX);
  if (indexed === undefined)
    return { create: Array.from({ length: most }, () => podOfJob(job, undefined, undefined)), waitMs: 0 };
  const { succeeded, failed = [], kept, completions } = indexed;
  const busy = replacesFailedOnly(job) ? [...seen.active, ...seen.terminating] : seen.active;
  const free = firstFree(union(union(succeeded, failed), indexesOf(places(busy))), most, completions);
  const waits = free.map((index) => (each ? indexWaitMs(kept.get(index), now) : 0));
  const due = free.filter((_, i) => waits[i] === 0);
  if (due.length === 0 && free.length > 0) return { create: [], waitMs: Math.min(...waits) };
  return { create: due.map((index) => podOfJob(job, index, kept.get(index))), waitMs: 0 };
}
const indexWaitMs = (before: Pod | undefined, now: number): number =>
  before === undefined ? 0 : remainingMs({ count: allIndexFailures(before) + 1, lastMs: endOf(before) }, now);
