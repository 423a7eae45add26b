//! The controller of CronJobs.
import { CRON_JOBS, JOBS, keyOf } from '../../api/resource.ts';
import type { CronJob, Job } from '../../api/types/batch.ts';
import { controllerOf } from '../../client/owners.ts';
import { type CacheChange, type Controller, type ControllerIo, watchOf } from '../../client/protocol.ts';
import { claimIndexes } from '../../client/workload/claim.ts';
import { changedMs } from './logic.ts';
import { reconcile } from './reconcile.ts';

export const cronJobController: Controller = {
  name: 'cronjob-controller',
  watches: [
    watchOf<CronJob>({ resource: CRON_JOBS, keys: ofCronJob }),
    watchOf<Job>({ resource: JOBS, indexes: claimIndexes, keys: ofJob }),
  ],
  reconcile,
};

function ofCronJob(change: CacheChange<CronJob>, io: ControllerIo): readonly string[] {
  const { object } = change;
  const key = keyOf(object);
  if (change.type !== 'modified') return [key];
  const { spec } = change.old;
  if (spec.schedule === object.spec.schedule && spec.timeZone === object.spec.timeZone) return [key];
  // By the new schedule from now on.
  const afterMs = changedMs(object, io.clock.now());
  if (afterMs === undefined) return [key];
  io.enqueue(key, afterMs);
  return [];
}
function ofJob(change: CacheChange<Job>): readonly string[] {
  const owners = [change.object, ...(change.type === 'modified' ? [change.old] : [])].map(controllerOf);
  const names = owners.filter((owner) => owner?.kind === CRON_JOBS.kind).map((owner) => owner?.name);
  return [...new Set(names)].map((name) => `${change.object.metadata.namespace}/${name}`);
}
