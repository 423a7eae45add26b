//! One look at one CronJob: start what is due, forget what is old, say what is active.
import type { Fault, Result } from '../../../runtime/fault.ts';
import { ok } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { equal } from '../../api/json.ts';
import { apiVersionOf, CRON_JOBS, JOBS } from '../../api/resource.ts';
import { timestamp } from '../../api/time.ts';
import type { CronJob, CronJobStatus, Job, JobReference } from '../../api/types/batch.ts';
import { isControlledBy } from '../../client/owners.ts';
import type { ControllerIo, Outcome } from '../../client/protocol.ts';
import { CONTROLLER } from '../../client/workload/claim.ts';
import { namespaceTerminating } from '../../client/workload/namespace-terminating.ts';
import { plan } from './logic.ts';
import type { Start } from './protocol.ts';

export function* reconcile(key: string, io: ControllerIo): Task<Outcome> {
  const cronJob = io.cache(CRON_JOBS).get(key);
  if (cronJob === undefined) return undefined;
  const jobs = io.cache(JOBS).by(CONTROLLER, cronJob.metadata.uid);
  const vanished = yield* findVanished(cronJob, jobs, io);
  if (!vanished.ok) return vanished.fault;

  const decided = plan(cronJob, jobs, vanished.value, io.clock.now());
  for (const { type, reason, message } of decided.told) io.events.event(cronJob, type, reason, message);
  let { status, afterMs } = decided;
  let fault: Fault | undefined;
  if (decided.start !== undefined) {
    const started = yield* begin(cronJob, status, decided.start, io);
    if (started.ok) {
      status = started.value;
      afterMs = decided.start.afterMs;
    } else fault = started.fault;
  }
  for (const job of decided.forget) {
    fault = (yield* remove(cronJob, job.metadata, io)) ?? fault;
    status = without(status, job.metadata.uid);
  }
  if (!equal(cronJob.status, status)) {
    const result = yield* io.client.update(CRON_JOBS, { ...cronJob, status }, 'status');
    if (!result.ok) return result.fault.reason === 'NotFound' ? undefined : result.fault;
  }
  if (fault !== undefined) return namespaceTerminating(fault) ? undefined : fault;
  return afterMs === undefined ? undefined : { afterMs };
}

/** Active ones that the cache has not, and the server neither. */
function* findVanished({ status }: CronJob, jobs: readonly Job[], io: ControllerIo): Task<Result<ReadonlySet<string>>> {
  const vanished = new Set<string>();
  for (const { uid, name, namespace } of status.active ?? []) {
    if (jobs.some(({ metadata }) => metadata.uid === uid)) continue;
    const live = yield* io.client.get(JOBS, namespace, name);
    if (live.ok) continue;
    if (live.fault.reason !== 'NotFound') return live;
    vanished.add(uid);
  }
  return ok(vanished);
}

/** The status with it. */
function* begin(
  cronJob: CronJob,
  before: CronJobStatus,
  { job, replaces, scheduledAt }: Start,
  io: ControllerIo,
): Task<Result<CronJobStatus>> {
  const { namespace = '' } = cronJob.metadata;
  let status = before;
  for (const old of replaces) {
    const fault = yield* remove(cronJob, old, io);
    if (fault !== undefined) return { ok: false, fault };
    status = without(status, old.uid);
  }
  let made = yield* io.client.create(JOBS, namespace, job);
  if (made.ok) io.events.event(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${made.value.metadata.name}`);
  else if (made.fault.reason === 'AlreadyExists') {
    // Ours, from before a crash: it only has to be noted. Another's: that is its business.
    made = yield* io.client.get(JOBS, namespace, job.metadata.name ?? '');
    if (made.ok && !isControlledBy(made.value, cronJob)) return ok(status);
  } else if (!namespaceTerminating(made.fault)) {
    io.events.event(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${made.fault.message}`);
  }
  if (!made.ok) return made;
  const active = [...(status.active ?? []), referenceTo(made.value)];
  return ok({ ...status, active, lastScheduleTime: timestamp(scheduledAt) });
}
const referenceTo = ({ metadata }: Job): JobReference => ({
  apiVersion: apiVersionOf(JOBS),
  kind: JOBS.kind,
  namespace: metadata.namespace ?? '',
  name: metadata.name,
  uid: metadata.uid,
  resourceVersion: metadata.resourceVersion,
});
function without({ active = [], ...status }: CronJobStatus, uid: string): CronJobStatus {
  const left = active.filter((one) => one.uid !== uid);
  return left.length === 0 ? status : { active: left, ...status };
}

function* remove(
  cronJob: CronJob,
  { name, uid }: { readonly name: string; readonly uid: string },
  io: ControllerIo,
): Task<Fault | undefined> {
  const options = { propagationPolicy: 'Background', preconditions: { uid } } as const;
  const gone = yield* io.client.delete(JOBS, cronJob.metadata.namespace ?? '', name, options);
  if (gone.ok) io.events.event(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
  else if (gone.fault.reason !== 'NotFound') {
    io.events.event(cronJob, 'Warning', 'FailedDelete', `Deleted job: ${gone.fault.message}`);
    return gone.fault;
  }
  return undefined;
}
