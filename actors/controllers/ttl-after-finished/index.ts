//! Deletes Jobs that are over, some time after, with all that they own.
import { JOBS, keyOf, splitKey } from '../../api/resource.ts';
import type { Job } from '../../api/types/batch.ts';
import { type Controller, watchOf } from '../../client/protocol.ts';
import { plan } from './logic.ts';

export const ttlAfterFinishedController: Controller = {
  name: 'ttl-after-finished-controller',
  watches: [
    watchOf<Job>({
      resource: JOBS,
      keys: ({ type, object }, io) =>
        type === 'deleted' || plan(object, io.clock.now()) === undefined ? [] : [keyOf(object)],
    }),
  ],
  *reconcile(key, io) {
    const job = io.cache(JOBS).get(key);
    const afterMs = job && plan(job, io.clock.now());
    if (afterMs === undefined) return undefined;
    if (afterMs > 0) return { afterMs };
    // The cache may be behind, and it may stay longer by now.
    const [namespace, name] = splitKey(key);
    const fresh = yield* io.client.get(JOBS, namespace, name);
    if (!fresh.ok) return fresh.fault.reason === 'NotFound' ? undefined : fresh.fault;
    const freshMs = plan(fresh.value, io.clock.now());
    if (freshMs === undefined) return undefined;
    if (freshMs > 0) return { afterMs: freshMs };
    const { uid } = fresh.value.metadata;
    const options = { propagationPolicy: 'Foreground', preconditions: { uid } } as const;
    const gone = yield* io.client.delete(JOBS, namespace, name, options);
    return gone.ok || gone.fault.reason === 'NotFound' ? undefined : gone.fault;
  },
};
