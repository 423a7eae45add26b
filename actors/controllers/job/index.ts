//! The controller of Jobs.
import { JOBS, keyOf, PODS } from '../../api/resource.ts';
import { matches, selectorOf } from '../../api/selector.ts';
import type { Job } from '../../api/types/batch.ts';
import type { Pod } from '../../api/types/pod.ts';
import { controllerOf } from '../../client/owners.ts';
import { type CacheChange, type Controller, type ControllerIo, watchOf } from '../../client/protocol.ts';
import { CONTROLLER, claimIndexes } from '../../client/workload/claim.ts';
import { isTerminating } from '../../client/workload/pod-state.ts';
import { isTracked } from './pods.ts';
import { BATCH_MS } from './protocol.ts';
import { isManagedElsewhere, isOver, jobKey, reconcileJob, reconcileOrphan } from './reconcile.ts';
import { Runs } from './runs.ts';

const podKey = (pod: Pod): string => `pod/${keyOf(pod)}`;

// Keys: `job/<namespace>/<name>`, and of pods whose finalizer nobody will take off `pod/<namespace>/<name>`.
export function jobController(): Controller {
  let runs: Runs;
  return {
    name: 'job-controller',
    watches: [
      watchOf<Job>({ resource: JOBS, keys: ofJob }),
      watchOf<Pod>({ resource: PODS, indexes: claimIndexes, keys: ofPod }),
    ],
    start: (io, actors) => {
      runs = new Runs(io, actors);
    },
    reconcile(key, io) {
      const name = key.slice(key.indexOf('/') + 1);
      return key.startsWith('job/') ? reconcileJob(name, io, runs) : reconcileOrphan(name, io);
    },
  };
}

function ofJob(change: CacheChange<Job>, io: ControllerIo): readonly string[] {
  const { object, type } = change;
  const key = jobKey(keyOf(object));
  if (type === 'deleted' || isOver(object)) {
    const pods = isManagedElsewhere(object) ? [] : io.cache(PODS).by(CONTROLLER, object.metadata.uid);
    return [key, ...pods.filter(isTracked).map(podKey)];
  }
  if (type === 'added' || change.old.metadata.generation !== object.metadata.generation) return [key];
  io.enqueue(key, BATCH_MS); // it is we who write its status
  return [];
}

/** The Jobs that a pod has or had, a little later; of a pod without one, those that could adopt it. */
function ofPod(change: CacheChange<Pod>, io: ControllerIo): readonly string[] {
  const { object } = change;
  let orphan = false;
  for (const pod of change.type === 'modified' ? [change.old, object] : [object]) {
    const owner = controllerOf(pod);
    const jobs =
      owner === undefined
        ? change.type === 'deleted' || isTerminating(pod)
          ? []
          : io
              .cache(JOBS)
              .list(pod.metadata.namespace)
              .filter((job) => mayAdopt(job, pod))
        : ownerOf(pod, io);
    for (const job of jobs) io.enqueue(jobKey(keyOf(job)), BATCH_MS);
    if (pod === object)
      orphan = (owner === undefined || owner.kind === JOBS.kind) && (jobs.length === 0 || jobs.every(isOver));
  }
  return change.type !== 'deleted' && orphan && isTracked(object) ? [podKey(object)] : [];
}
function ownerOf(pod: Pod, io: ControllerIo): readonly Job[] {
  const owner = controllerOf(pod);
  if (owner?.kind !== JOBS.kind) return [];
  const job = io.cache(JOBS).get(`${pod.metadata.namespace}/${owner.name}`);
  return job?.metadata.uid === owner.uid ? [job] : [];
}
const mayAdopt = (job: Job, pod: Pod): boolean =>
  !isOver(job) && matches(selectorOf(job.spec.selector), pod.metadata.labels);
