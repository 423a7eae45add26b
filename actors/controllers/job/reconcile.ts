//! One look at one Job: make or delete pods, count those that ended, say how it stands.
import type { Fault } from '../../../runtime/fault.ts';
import { all, type Task } from '../../../runtime/task.ts';
import { equal } from '../../api/json.ts';
import { JOBS, PODS } from '../../api/resource.ts';
import { selectorOf } from '../../api/selector.ts';
import type { Job, JobStatus } from '../../api/types/batch.ts';
import type { Pod } from '../../api/types/pod.ts';
import { controllerOf } from '../../client/owners.ts';
import type { ControllerIo, Outcome } from '../../client/protocol.ts';
import { claim, claimedNow } from '../../client/workload/claim.ts';
import { endOfJob } from '../../client/workload/job-state.ts';
import { createPods, deletePods } from '../../client/workload/pod-control.ts';
import { isActive, isReady, isTerminal, isTerminating } from '../../client/workload/pod-state.ts';
import { failuresAfter } from './backoff.ts';
import { plan } from './logic.ts';
import { look } from './look.ts';
import type { Mode } from './machine.ts';
import { isTracked } from './pods.ts';
import { type Account, FINALIZER, MANAGER } from './protocol.ts';
import type { Runs } from './runs.ts';
import { account, type Running, settle } from './tracking.ts';

export const isOver = (job: Job): boolean => endOfJob(job) !== undefined;
/** Somebody else's work. */
export const isManagedElsewhere = ({ spec }: Job): boolean =>
  spec.managedBy !== undefined && spec.managedBy !== MANAGER;

export const jobKey = (key: string): string => `job/${key}`;

export function* reconcileJob(key: string, io: ControllerIo, runs: Runs): Task<Outcome> {
  const job = io.cache(JOBS).get(key);
  if (job === undefined || isOver(job) || isManagedElsewhere(job)) {
    if (job !== undefined && isOver(job)) runs.looked(job, key, 'over', 0, jobKey(key));
    else runs.gone(key);
    return undefined;
  }
  const claiming = {
    owner: job,
    ownerResource: JOBS,
    resource: PODS,
    selector: selectorOf(job.spec.selector),
    finalizer: FINALIZER,
  };
  const claimed = yield* claim(claiming, io);
  if (!claimed.ok) return claimed.fault;

  const seen = look(job, claimed.value);
  const failures = failuresAfter(runs.failures(job, key), seen.newlySucceeded, seen.newlyFailed);
  const { verdict, create, remove, removedCount, afterMs, waitMs } = plan(seen, failures, io.clock.now());
  const kept = removedCount ? undefined : yield* release(remove, io);
  const lost = kept ?? (yield* deletePods(job, remove, io));
  const made = yield* createPods(job, create, io);
  const fault = lost ?? made;

  const running = runningNow(claimedNow(claiming, io));
  const tracked = removedCount ? seen : { ...seen, pods: seen.pods.filter((pod) => !remove.includes(pod)) };
  // What could not be deleted runs on: it is not over yet.
  const stands = lost === undefined ? verdict : undefined;
  const now = account(tracked, stands, running, io.clock.now());
  runs.looked(job, key, modeOf(job, now, waitMs), waitMs, jobKey(key));
  const written = yield* write(job, now, io, () => runs.told(key, failures));
  if (written !== undefined) return written.reason === 'NotFound' ? undefined : written;
  if (fault !== undefined) return fault;
  return afterMs === undefined ? undefined : { afterMs };
}
const modeOf = ({ spec }: Job, { verdict }: Account, waitMs: number): Mode => {
  if (verdict !== undefined) return verdict.type === 'FailureTarget' ? 'failing' : 'succeeding';
  return spec.suspend ? 'suspended' : waitMs > 0 ? 'backingOff' : 'running';
};
const runningNow = (pods: readonly Pod[]): Running => {
  const active = pods.filter(isActive);
  const terminating = pods.filter((pod) => isTerminating(pod) && !isTerminal(pod)).length;
  return { active: active.length, ready: active.filter(isReady).length, terminating };
};

/** `told`: once the status names the pods that ended. */
function* write(job: Job, now: Account, io: ControllerIo, told: () => void): Task<Fault | undefined> {
  let current = job;
  if (!equal(job.status, now.status)) {
    const result = yield* say(current, now.status, io);
    if (!result.ok) return result.fault;
    current = result.value;
    told();
    if (now.suspension !== undefined)
      io.events.event(job, 'Normal', now.suspension, `Job ${now.suspension.toLowerCase()}`);
  }
  const held = new Set(now.held);
  const fault = yield* release(now.release, io, (pod) => held.delete(pod.metadata.uid));
  const after = settle(now, held, io.clock.now());
  if (!equal(now.status, after)) {
    const result = yield* say(current, after, io);
    if (!result.ok) return result.fault;
    tellOver(result.value, io);
  }
  return fault;
}
const say = (job: Job, status: JobStatus, io: ControllerIo) => io.client.update(JOBS, { ...job, status }, 'status');

function tellOver(job: Job, io: ControllerIo): void {
  const end = endOfJob(job);
  if (end?.type === 'Failed') io.events.event(job, 'Warning', end.reason ?? '', end.message ?? '');
  if (end?.type !== 'Complete') return;
  if ((job.status.succeeded ?? 0) > (job.spec.completions ?? Number.POSITIVE_INFINITY)) {
    const message = 'Too many succeeded pods running after completion count reached';
    io.events.event(job, 'Warning', 'TooManySucceededPods', message);
  }
  io.events.event(job, 'Normal', 'Completed', 'Job completed');
}

/** Takes the finalizer off. The first fault. */
function* release(
  pods: readonly Pod[],
  io: ControllerIo,
  done: (pod: Pod) => void = () => {},
): Task<Fault | undefined> {
  const tracked = pods.filter(isTracked);
  if (tracked.length === 0) return undefined;
  const results = yield* all(
    tracked.map(({ metadata: { namespace = '', name, uid } }) => {
      const patch = { metadata: { uid, '$deleteFromPrimitiveList/finalizers': [FINALIZER] } };
      return io.client.patch(PODS, namespace, name, patch, { type: 'strategic' });
    }),
  );
  let fault: Fault | undefined;
  for (const [i, result] of results.entries()) {
    // Another pod of that name: ours is gone.
    const gone = !result.ok && (result.fault.reason === 'NotFound' || result.fault.reason === 'Conflict');
    if (result.ok || gone) done(tracked[i]!);
    else fault ??= result.fault;
  }
  return fault;
}

/** A pod with the finalizer whose Job is over, gone or another's owner: nobody counts it any more. */
export function* reconcileOrphan(key: string, io: ControllerIo): Task<Outcome> {
  const pod = io.cache(PODS).get(key);
  if (pod === undefined || !isTracked(pod)) return undefined;
  const owner = controllerOf(pod);
  if (owner !== undefined) {
    if (owner.kind !== JOBS.kind || !owner.apiVersion.startsWith('batch/')) return undefined;
    // The cache may be behind, and what is let go is never counted.
    const fresh = yield* io.client.get(JOBS, pod.metadata.namespace ?? '', owner.name);
    if (!fresh.ok && fresh.fault.reason !== 'NotFound') return fresh.fault;
    const job = fresh.ok && fresh.value.metadata.uid === owner.uid ? fresh.value : undefined;
    if (job !== undefined && (isManagedElsewhere(job) || !isOver(job))) return undefined;
  }
  return yield* release([pod], io);
}
