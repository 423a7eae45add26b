//! Which times of a schedule have passed since it was last met.
import { parseTime } from '../../api/time.ts';
import type { CronJob } from '../../api/types/batch.ts';
import type { Schedule } from './schedule.ts';

/** The clock of the queue may be a little early. */
const DELTA_MS = 100;
const MANY = 100;

interface Missed {
  readonly from: number;
  /** Undefined: none. */
  readonly latest: number | undefined;
  readonly count: number;
}
/** Undefined: two times of it are less than a second apart. `late`: what is over the starting deadline counts not. */
function missed(cronJob: CronJob, schedule: Schedule, now: number, late: boolean): Missed | undefined {
  const { startingDeadlineSeconds } = cronJob.spec;
  let from = parseTime(cronJob.status.lastScheduleTime) ?? parseTime(cronJob.metadata.creationTimestamp) ?? now;
  if (late && startingDeadlineSeconds !== undefined) from = Math.max(from, now - startingDeadlineSeconds * 1000);
  const first = schedule(from);
  if (first === undefined || now < first) return { from, latest: undefined, count: 0 };
  const second = schedule(first);
  if (second === undefined || now < second) return { from, latest: first, count: 1 };
  const apart = Math.round((second - first) / 1000);
  if (apart < 1) return undefined;
  // Not one by one: there may be years of them.
  const count = Math.floor(Math.floor((now - first) / 1000) / apart) + 1;
  let latest: number | undefined;
  for (let at = schedule(first + (count - 2) * apart * 1000); at !== undefined && at <= now; at = schedule(at))
    latest = at;
  return { from, latest, count };
}

export interface Due {
  /** Undefined: nothing is due. */
  readonly at: number | undefined;
  readonly tooMany: boolean;
}
export function due(cronJob: CronJob, schedule: Schedule, now: number): Due | { readonly problem: string } {
  const found = missed(cronJob, schedule, now, true);
  if (found === undefined) return { problem: 'time difference between two schedules is less than 1 second' };
  return { at: found.latest, tooMany: found.latest !== undefined && found.count > MANY };
}
/** How long until the next time; undefined: there is none. */
export function nextMs(cronJob: CronJob, schedule: Schedule, now: number): number | undefined {
  const found = missed(cronJob, schedule, now, false);
  const next = schedule(found === undefined ? now : (found.latest ?? (found.count === 0 ? found.from : now)));
  return next === undefined ? undefined : Math.max(0, next + DELTA_MS - now);
}
