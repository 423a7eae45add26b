//! What a CronJob should do: which Job to start now, which to forget, when to look again.
import { parseTime, timestamp } from '../../api/time.ts';
import type { CronJob, CronJobStatus, Job } from '../../api/types/batch.ts';
import type { Draft } from '../../api/types/meta.ts';
import { controllerRef } from '../../client/owners.ts';
import { endOfJob } from '../../client/workload/job-state.ts';
import { due, nextMs } from './missed.ts';
import type { Plan, Start, Told } from './protocol.ts';
import { parseSchedule, type Schedule } from './schedule.ts';
import { type Zone, zoneOf } from './zone.ts';

const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp';
const normal = (reason: string, message: string): Told => ({ type: 'Normal', reason, message });
const warning = (reason: string, message: string): Told => ({ type: 'Warning', reason, message });

/** `jobs`: those that it controls. `vanished`: uids of active ones that are certainly gone. */
export function plan(cronJob: CronJob, jobs: readonly Job[], vanished: ReadonlySet<string>, now: number): Plan {
  const seen = look(cronJob, jobs, vanished);
  const current = { ...cronJob, status: seen.status };
  const forget = cronJob.metadata.deletionTimestamp === undefined ? beyondHistory(cronJob, jobs) : [];
  const { told, start, afterMs } = timing(current, now);
  return { status: seen.status, told: [...seen.told, ...told], start, forget, afterMs };
}

interface Look {
  readonly status: CronJobStatus;
  readonly told: readonly Told[];
}
function look({ status }: CronJob, jobs: readonly Job[], vanished: ReadonlySet<string>): Look {
  const told: Told[] = [];
  const over = new Set<string>();
  let success = status.lastSuccessfulTime;
  for (const job of jobs) {
    const end = endOfJob(job);
    const active = status.active?.some(({ uid }) => uid === job.metadata.uid) === true;
    if (end === undefined) {
      const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`;
      if (!active) told.push(warning('UnexpectedJob', message));
      continue;
    }
    if (active) {
      over.add(job.metadata.uid);
      told.push(normal('SawCompletedJob', `Saw completed job: ${job.metadata.name}, condition: ${end.type}`));
    }
    const { completionTime } = job.status;
    if (end.type === 'Complete' && (parseTime(completionTime) ?? 0) > (parseTime(success) ?? 0))
      success = completionTime;
  }
  for (const { uid, name } of status.active ?? [])
    if (vanished.has(uid)) told.push(normal('MissingJob', `Active job went missing: ${name}`));
  const active = (status.active ?? []).filter(({ uid }) => !over.has(uid) && !vanished.has(uid));
  const { active: _, lastSuccessfulTime: __, ...rest } = status;
  return {
    status: {
      ...(active.length === 0 ? {} : { active }),
      ...rest,
      ...(success === undefined ? {} : { lastSuccessfulTime: success }),
    },
    told,
  };
}

type Timing = Pick<Plan, 'told' | 'start' | 'afterMs'>;
function timing(cronJob: CronJob, now: number): Timing {
  const { spec, status, metadata } = cronJob;
  const nothing = (told: readonly Told[] = [], afterMs?: number): Timing => ({ told, start: undefined, afterMs });
  if (metadata.deletionTimestamp !== undefined) return nothing();
  const zone = zoneOf(spec.timeZone ?? '');
  if (zone === undefined) {
    const name = JSON.stringify(spec.timeZone);
    return nothing([warning('UnknownTimeZone', `invalid timeZone: ${name}: unknown time zone ${spec.timeZone}`)]);
  }
  if (spec.suspend) return nothing();
  const schedule = scheduleOf(cronJob, zone);
  if (typeof schedule === 'object') {
    const message = `unparseable schedule: ${JSON.stringify(spec.schedule)} : ${schedule.problem}`;
    return nothing([warning('UnparseableSchedule', message)]);
  }
  const found = due(cronJob, schedule, now);
  if ('problem' in found)
    return nothing([warning('InvalidSchedule', `invalid schedule: ${spec.schedule} : ${found.problem}`)]);
  const told = found.tooMany ? [warning('TooManyMissedTimes', TOO_MANY)] : [];
  const afterMs = nextMs(cronJob, schedule, now);
  const { at } = found;
  if (at === undefined) return nothing(told, afterMs);
  if (spec.startingDeadlineSeconds !== undefined && at + spec.startingDeadlineSeconds * 1000 < now) {
    const message = `Missed scheduled time to start a job: ${rfc1123(at)}`;
    return nothing([...told, warning('MissSchedule', message)], afterMs);
  }
  const active = status.active ?? [];
  const name = jobName(cronJob, at);
  if (active.some((one) => one.name === name) || parseTime(status.lastScheduleTime) === at)
    return nothing(told, afterMs);
  if (spec.concurrencyPolicy === 'Forbid' && active.length > 0) {
    return nothing([...told, normal('JobAlreadyActive', ALREADY)], afterMs);
  }
  const replaces = spec.concurrencyPolicy === 'Replace' ? active : [];
  const started = { ...cronJob, status: { ...status, lastScheduleTime: timestamp(at) } };
  const start: Start = {
    job: jobOf(cronJob, at, zone),
    replaces,
    scheduledAt: at,
    afterMs: nextMs(started, schedule, now),
  };
  return { told, start, afterMs };
}
const ALREADY = 'Not starting job because prior execution is running and concurrency policy is Forbid';
const TOO_MANY = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
/** Go's time.RFC1123Z in UTC: `Thu, 01 Jan 1970 00:00:00 +0000` */
const rfc1123 = (at: number): string => new Date(at).toUTCString().replace('GMT', '+0000');

/** A zone in the schedule's own text is not official, but works. */
function scheduleOf({ spec }: CronJob, zone: Zone): Schedule | { readonly problem: string } {
  const inside = spec.timeZone === undefined ? /^(?:CRON_)?TZ=(\S+)\s/.exec(spec.schedule)?.[1] : undefined;
  if (inside === undefined) return parseSchedule(spec.schedule, zone);
  const other = zoneOf(inside);
  const problem = `provided bad location ${inside}: unknown time zone ${inside}`;
  return other === undefined ? { problem } : parseSchedule(spec.schedule, other);
}
/** How long until the next time by a schedule that has just been changed: the past is not made up for. */
export function changedMs(cronJob: CronJob, now: number): number | undefined {
  const zone = zoneOf(cronJob.spec.timeZone ?? '');
  const schedule = zone && scheduleOf(cronJob, zone);
  return typeof schedule === 'function' ? nextMs(cronJob, schedule, now) : undefined;
}

/** One name for one time: nothing is started twice. */
const jobName = ({ metadata }: CronJob, at: number): string => `${metadata.name}-${Math.floor(at / 60_000)}`;
function jobOf(cronJob: CronJob, at: number, zone: Zone): Draft<Job> {
  const { metadata = {}, spec } = cronJob.spec.jobTemplate;
  return {
    metadata: {
      name: jobName(cronJob, at),
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      annotations: { ...metadata.annotations, [SCHEDULED_AT]: inZone(at, zone) },
      ownerReferences: [controllerRef(cronJob)],
    },
    spec,
  };
}
/** RFC 3339, as a clock there shows it. */
function inZone(at: number, zone: Zone): string {
  const minutes = Math.round(zone.offset(at) / 60_000);
  if (minutes === 0) return timestamp(at);
  const two = (number: number): string => String(number).padStart(2, '0');
  const east = `${minutes < 0 ? '-' : '+'}${two(Math.floor(Math.abs(minutes) / 60))}:${two(Math.abs(minutes) % 60)}`;
  return timestamp(zone.wall(at)).replace('Z', east);
}

function beyondHistory({ spec }: CronJob, jobs: readonly Job[]): readonly Job[] {
  const old = (type: string, limit: number | undefined): readonly Job[] => {
    if (limit === undefined) return [];
    const ended = jobs.filter((job) => endOfJob(job)?.type === type).sort(byStart);
    return ended.slice(0, Math.max(0, ended.length - limit));
  };
  return [...old('Complete', spec.successfulJobsHistoryLimit), ...old('Failed', spec.failedJobsHistoryLimit)];
}
function byStart(a: Job, b: Job): number {
  const [first, second] = [a, b].map(({ status }) => parseTime(status.startTime) ?? Number.POSITIVE_INFINITY);
  if (first !== second) return first! < second! ? -1 : 1;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
