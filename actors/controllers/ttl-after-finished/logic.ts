//! When a Job that is over shall go.
import { parseTime } from '../../api/time.ts';
import type { Job } from '../../api/types/batch.ts';
import { endOfJob } from '../../client/workload/job-state.ts';

/** Milliseconds until then, none or fewer: now. Undefined: nobody asks, or it is not over, or it goes already. */
export function plan(job: Job, now: number): number | undefined {
  const { ttlSecondsAfterFinished } = job.spec;
  const end = parseTime(endOfJob(job)?.lastTransitionTime);
  if (ttlSecondsAfterFinished === undefined || end === undefined) return undefined;
  if (job.metadata.deletionTimestamp !== undefined) return undefined;
  return end + ttlSecondsAfterFinished * 1000 - now;
}
