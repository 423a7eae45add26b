//! Counting without losing a pod: those that ended are named in the status first, then lose their finalizer, and only
//! then become a number.
import { timestamp } from '../../api/time.ts';
import type { Job, JobCondition, JobStatus } from '../../api/types/batch.ts';
import type { Pod } from '../../api/types/pod.ts';
import { findCondition } from '../../client/conditions.ts';
import { judge } from './failure-policy.ts';
import { formatIndexes, has, total } from './indexes.ts';
import { hasPlace, isIndexed } from './look.ts';
import { completionIndex, isFailed, isTracked } from './pods.ts';
import { type Account, type Look, UNCOUNTED_MAX, type Verdict } from './protocol.ts';

/** What runs when pods were made and deleted. */
export interface Running {
  readonly active: number;
  readonly ready: number;
  readonly terminating: number;
}

/** `seen`: the look that the plan was made of. */
export function account(seen: Look, decided: Verdict | undefined, running: Running, now: number): Account {
  const { job, indexed } = seen;
  const verdict = decided ?? completed(seen, running.active);
  const held = new Set(seen.pods.filter(isTracked).map(({ metadata }) => metadata.uid));
  const cleaned = counted(job.status, held);
  const { release, succeeded, failed, more } = ended(seen, verdict, cleaned);
  const suspension = verdict === undefined ? suspensionOf(job) : undefined;
  const status: JobStatus = withNumbers({
    ...cleaned,
    ...started(job, suspension, now),
    ...running,
    ...(indexed === undefined
      ? {}
      : { succeeded: total(indexed.succeeded), completedIndexes: formatIndexes(indexed.succeeded) }),
    ...(indexed?.failed === undefined ? {} : { failedIndexes: formatIndexes(indexed.failed) }),
    uncountedTerminatedPods: {
      ...(succeeded.length === 0 ? {} : { succeeded }),
      ...(failed.length === 0 ? {} : { failed }),
    },
    conditions: conditionsOf(job, verdict, suspension, now),
  });
  return { status, release, held, verdict, more, suspension };
}

/** When the finalizers are gone: what is counted, and whether that was all. `held`: whose finalizer is there still. */
export function settle({ status, verdict, more }: Account, held: ReadonlySet<string>, now: number): JobStatus {
  const cleaned = counted(status, held);
  const { succeeded = [], failed = [] } = cleaned.uncountedTerminatedPods ?? {};
  if (verdict === undefined || more || succeeded.length + failed.length > 0 || (cleaned.terminating ?? 0) > 0)
    return withNumbers(cleaned);
  const { reason, message } = verdict;
  const type = verdict.type === 'SuccessCriteriaMet' ? 'Complete' : 'Failed';
  return withNumbers({
    ...cleaned,
    ...(type === 'Complete' ? { completionTime: timestamp(now) } : {}),
    conditions: withCondition(cleaned.conditions, { type, status: 'True', reason, message }, now),
  });
}

function completed({ job, succeeded }: Look, active: number): Verdict | undefined {
  if (active > 0 || succeeded < (job.spec.completions ?? 1)) return undefined;
  const message = 'Reached expected number of succeeded pods';
  return { type: 'SuccessCriteriaMet', reason: 'CompletionsReached', message };
}

/** Those whose finalizer is gone have become numbers. */
function counted(status: JobStatus, held: ReadonlySet<string>): JobStatus {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const [keptSucceeded, keptFailed] = [succeeded, failed].map((uids) => uids.filter((uid) => held.has(uid)));
  return {
    ...status,
    succeeded: (status.succeeded ?? 0) + succeeded.length - keptSucceeded!.length,
    failed: (status.failed ?? 0) + failed.length - keptFailed!.length,
    uncountedTerminatedPods: {
      ...(keptSucceeded!.length === 0 ? {} : { succeeded: keptSucceeded! }),
      ...(keptFailed!.length === 0 ? {} : { failed: keptFailed! }),
    },
  };
}

interface Ended {
  readonly release: readonly Pod[];
  readonly succeeded: readonly string[];
  readonly failed: readonly string[];
  readonly more: boolean;
}
function ended(seen: Look, verdict: Verdict | undefined, status: JobStatus): Ended {
  const { job, indexed } = seen;
  const before = job.status.uncountedTerminatedPods ?? {};
  const succeeded = [...(status.uncountedTerminatedPods?.succeeded ?? [])];
  const failed = [...(status.uncountedTerminatedPods?.failed ?? [])];
  const release: Pod[] = [];
  let indexes = 0;
  const pods = isIndexed(job) ? [...seen.pods].sort((a, b) => place(a) - place(b)) : seen.pods;
  for (const pod of pods) {
    if (!isTracked(pod) || !mayRelease(seen, verdict, pod)) continue;
    release.push(pod);
    const { uid } = pod.metadata;
    if (pod.status.phase === 'Succeeded' && before.failed?.includes(uid) !== true) {
      if (indexed === undefined) {
        if (before.succeeded?.includes(uid) !== true) succeeded.push(uid);
      } else if (hasPlace(job, pod) && !has(indexed.before, place(pod))) indexes++;
    } else if (isFailed(job, pod) || verdict?.type === 'FailureTarget') {
      // When the Job has failed, whatever of it has not ended has failed too.
      const counts = judge(job.spec.podFailurePolicy, pod).counts;
      if (counts && before.failed?.includes(uid) !== true && hasPlace(job, pod)) failed.push(uid);
    }
    if (indexes + succeeded.length + failed.length >= UNCOUNTED_MAX) return { release, succeeded, failed, more: true };
  }
  return { release, succeeded, failed, more: false };
}
const place = (pod: Pod): number => completionIndex(pod) ?? -1;
function mayRelease({ job, indexed }: Look, verdict: Verdict | undefined, pod: Pod): boolean {
  const over = job.metadata.deletionTimestamp !== undefined || verdict !== undefined;
  if (over || pod.status.phase === 'Succeeded') return true;
  return isFailed(job, pod) && indexed?.kept.get(place(pod))?.metadata.uid !== pod.metadata.uid;
}

/** Undefined: as it was. */
function suspensionOf({ metadata, spec, status }: Job): Account['suspension'] {
  if (metadata.deletionTimestamp !== undefined) return undefined;
  const was = findCondition(status.conditions, 'Suspended')?.status;
  if (spec.suspend) return was === 'True' ? undefined : 'Suspended';
  return was === 'True' ? 'Resumed' : undefined;
}
/** A suspended Job has no start, a resumed one starts anew: its deadline counts from there. */
function started({ spec, status }: Job, suspension: Account['suspension'], now: number): Pick<JobStatus, 'startTime'> {
  if (suspension === 'Suspended') return { startTime: undefined as never };
  if (suspension === 'Resumed' || (status.startTime === undefined && !spec.suspend))
    return { startTime: timestamp(now) };
  return {};
}

function conditionsOf(
  { status }: Job,
  verdict: Verdict | undefined,
  suspension: Account['suspension'],
  now: number,
): readonly JobCondition[] {
  let conditions = status.conditions ?? [];
  if (verdict !== undefined && findCondition(conditions, verdict.type)?.status !== 'True')
    conditions = withCondition(conditions, { ...verdict, status: 'True' }, now);
  if (suspension === undefined) return conditions;
  const said = { type: 'Suspended', status: suspension === 'Suspended' ? 'True' : 'False' } as const;
  const words = { reason: `Job${suspension}`, message: `Job ${suspension.toLowerCase()}` };
  return withCondition(conditions, { ...said, ...words }, now);
}
function withCondition(
  conditions: readonly JobCondition[] = [],
  condition: JobCondition,
  now: number,
): readonly JobCondition[] {
  const said = { ...condition, lastProbeTime: timestamp(now), lastTransitionTime: timestamp(now) };
  const i = conditions.findIndex(({ type }) => type === condition.type);
  return i < 0 ? [...conditions, said] : conditions.with(i, said);
}

/** As it is stored: a number that is 0, a text that is empty and a list without items are left out. */
function withNumbers({
  active,
  succeeded,
  failed,
  completedIndexes,
  conditions,
  startTime,
  ...rest
}: JobStatus): JobStatus {
  return {
    ...rest,
    ...(active ? { active } : {}),
    ...(succeeded ? { succeeded } : {}),
    ...(failed ? { failed } : {}),
    ...(completedIndexes ? { completedIndexes } : {}),
    ...(conditions?.length ? { conditions } : {}),
    ...(startTime === undefined ? {} : { startTime }),
  };
}
