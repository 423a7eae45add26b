//! A Job and its pods, counted: what has ended, what is active, which indexes are done.
import type { Job } from '../../api/types/batch.ts';
import type { Pod } from '../../api/types/pod.ts';
import { isActive, isTerminal, isTerminating } from '../../client/workload/pod-state.ts';
import { endOf } from './backoff.ts';
import { judge } from './failure-policy.ts';
import { has, type Indexes, indexesOf, parseIndexes, total, union } from './indexes.ts';
import { allIndexFailures, completionIndex, indexFailures, isFailed, isTracked } from './pods.ts';
import type { Look, LookAtIndexes } from './protocol.ts';

export const isIndexed = ({ spec }: Job): boolean => spec.completionMode === 'Indexed';

/** `pods`: all that the Job has claimed. */
export function look(job: Job, pods: readonly Pod[]): Look {
  const { status, spec } = job;
  const uncounted = status.uncountedTerminatedPods ?? {};
  const active = pods.filter(isActive);
  const fresh = (pod: Pod, told: readonly string[] | undefined): boolean =>
    isTracked(pod) && told?.includes(pod.metadata.uid) !== true && hasPlace(job, pod);
  const newlySucceeded = pods.filter((pod) => pod.status.phase === 'Succeeded' && fresh(pod, uncounted.succeeded));
  const newlyFailed = pods.filter((pod) => isFailed(job, pod) && fresh(pod, uncounted.failed));
  const counting = newlyFailed.filter((pod) => judge(spec.podFailurePolicy, pod).counts);
  const indexed = isIndexed(job) ? lookAtIndexes(job, pods, active) : undefined;
  return {
    job,
    pods,
    active,
    terminating: pods.filter((pod) => isTerminating(pod) && !isTerminal(pod)),
    newlySucceeded,
    newlyFailed,
    succeeded:
      indexed === undefined
        ? (status.succeeded ?? 0) + newlySucceeded.length + (uncounted.succeeded?.length ?? 0)
        : total(indexed.succeeded),
    failed: (status.failed ?? 0) + counting.length + (uncounted.failed?.length ?? 0),
    indexed,
  };
}
/** Of an Indexed Job: an index that it has. */
export const hasPlace = (job: Job, pod: Pod): boolean =>
  !isIndexed(job) || (completionIndex(pod) ?? Number.POSITIVE_INFINITY) < (job.spec.completions ?? 0);

function lookAtIndexes(job: Job, pods: readonly Pod[], active: readonly Pod[]): LookAtIndexes {
  const completions = job.spec.completions ?? 0;
  const tracked = pods.filter((pod) => isTracked(pod) && hasPlace(job, pod));
  const before = parseIndexes(job.status.completedIndexes, completions);
  const succeeded = union(before, indexesOf(places(tracked.filter(({ status }) => status.phase === 'Succeeded'))));
  if (job.spec.backoffLimitPerIndex === undefined) {
    return { completions, before, succeeded, failed: undefined, kept: new Map() };
  }
  const failed = union(
    parseIndexes(job.status.failedIndexes, completions),
    indexesOf(places(tracked.filter((pod) => failsIndex(job, pod)))),
  );
  const settled = union(union(succeeded, failed), indexesOf(places(active)));
  return { completions, before, succeeded, failed, kept: keptPods(job, tracked, settled) };
}
export const places = (pods: readonly Pod[]): ReadonlySet<number> =>
  new Set(pods.map(completionIndex).filter((index) => index !== undefined));

function failsIndex(job: Job, pod: Pod): boolean {
  if (!isFailed(job, pod)) return false;
  const { action, counts } = judge(job.spec.podFailurePolicy, pod);
  return action === 'FailIndex' || (counts && indexFailures(pod) >= (job.spec.backoffLimitPerIndex ?? 0));
}
function keptPods(job: Job, tracked: readonly Pod[], settled: Indexes): ReadonlyMap<number, Pod> {
  const kept = new Map<number, Pod>();
  for (const pod of tracked) {
    const index = completionIndex(pod) ?? -1;
    if (!isFailed(job, pod) || has(settled, index)) continue;
    const other = kept.get(index);
    const newer =
      other === undefined || (allIndexFailures(other) <= allIndexFailures(pod) && endOf(other) <= endOf(pod));
    if (newer) kept.set(index, pod);
  }
  return kept;
}
