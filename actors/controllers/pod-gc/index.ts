//! Deletes pods that nobody will ever finish: of vanished nodes, deleted before they had a node, terminated in masses.
import { all, type Task } from '../../../runtime/task.ts';
import { keyOf, NODES, PODS } from '../../api/resource.ts';
import { timestamp } from '../../api/time.ts';
import type { Pod } from '../../api/types/pod.ts';
import { type CacheChange, type Controller, type ControllerIo, type Outcome, watchOf } from '../../client/protocol.ts';
import {
  isDeleting,
  isOutOfService,
  isTerminated,
  QUARANTINE_MS,
  type Reason,
  reasonToGo,
  SWEEP_MS,
  surplus,
  TERMINATED_MAX,
} from './logic.ts';

const AT_ONCE = 50;
const TERMINATED = 'terminated';

// Keys: `node/<name>`, `pod/<namespace>/<name>`, `terminated`.
export const podGarbageCollector = (options: { readonly terminatedMax?: number } = {}): Controller => ({
  name: 'pod-garbage-collector-controller',
  watches: [
    watchOf({
      resource: NODES,
      keys: ({ type, object }, io) => {
        const key = `node/${object.metadata.name}`;
        if (type === 'deleted') io.enqueue(key, QUARANTINE_MS);
        return type !== 'deleted' && isOutOfService(object) ? [key] : [];
      },
    }),
    watchOf({
      resource: PODS,
      indexes: {
        node: (pod) => (pod.spec.nodeName ? [pod.spec.nodeName] : []),
        terminated: (pod) => (isTerminated(pod) ? ['yes'] : []),
      },
      keys: keysOfPod,
    }),
  ],
  *reconcile(key, io) {
    const [kind, ...rest] = key.split('/');
    if (kind === TERMINATED) {
      const pods = surplus(io.cache(PODS).by('terminated', 'yes'), options.terminatedMax ?? TERMINATED_MAX);
      return yield* removeAll(io, pods, undefined);
    }
    if (kind === 'pod') {
      const pod = io.cache(PODS).get(rest.join('/'));
      const node = io.cache(NODES).get(pod?.spec.nodeName ?? '');
      const reason = pod && reasonToGo(pod, node, false);
      return pod && reason ? yield* removeAll(io, [pod], reason) : undefined;
    }
    return yield* nodeChecked(rest.join('/'), io);
  },
});

function keysOfPod({ type, object }: CacheChange<Pod>, io: ControllerIo): readonly string[] {
  if (type === 'deleted') return [];
  if (isTerminated(object)) io.enqueue(TERMINATED, SWEEP_MS);
  const { nodeName = '' } = object.spec;
  if (nodeName === '') return isDeleting(object) ? [`pod/${keyOf(object)}`] : [];
  const node = io.cache(NODES).get(nodeName);
  if (node === undefined) io.enqueue(`node/${nodeName}`, QUARANTINE_MS);
  return node !== undefined && isDeleting(object) && isOutOfService(node) ? [`pod/${keyOf(object)}`] : [];
}

function* nodeChecked(name: string, io: ControllerIo): Task<Outcome> {
  const pods = io.cache(PODS).by('node', name);
  if (pods.length === 0) return undefined;
  const node = io.cache(NODES).get(name);
  if (node !== undefined)
    return yield* removeAll(
      io,
      pods.filter((pod) => reasonToGo(pod, node, false) !== undefined),
      'out-of-service',
    );
  const live = yield* io.client.get(NODES, '', name);
  if (live.ok) return undefined; // the cache is behind
  return live.fault.reason === 'NotFound' ? yield* removeAll(io, pods, 'orphaned') : live.fault;
}

function* removeAll(io: ControllerIo, pods: readonly Pod[], reason: Reason | undefined): Task<Outcome> {
  for (let from = 0; from < pods.length; from += AT_ONCE) {
    const outcomes = yield* all(pods.slice(from, from + AT_ONCE).map((pod) => remove(io, pod, reason)));
    const failed = outcomes.find((outcome) => outcome !== undefined);
    if (failed !== undefined) return failed;
  }
  return undefined;
}

const MESSAGES: Readonly<Partial<Record<Reason, string>>> = {
  orphaned: 'PodGC: node no longer exists',
  'out-of-service': 'PodGC: node is out of service',
};
function* remove(io: ControllerIo, pod: Pod, reason: Reason | undefined): Task<Outcome> {
  const { name, namespace = '', uid } = pod.metadata;
  const message = reason && MESSAGES[reason];
  if (message !== undefined && !isTerminated(pod)) {
    const lastTransitionTime = timestamp(io.clock.now());
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByPodGC',
      message,
      lastTransitionTime,
    };
    const marked = yield* io.client.patch(
      PODS,
      namespace,
      name,
      { metadata: { uid }, status: { phase: 'Failed', conditions: [condition] } },
      { type: 'strategic', subresource: 'status' },
    );
    if (!marked.ok && marked.fault.reason === 'NotFound') return undefined;
    if (!marked.ok) return marked.fault;
  }
  const options = { gracePeriodSeconds: 0, preconditions: { uid } };
  const gone = yield* io.client.delete(PODS, namespace, name, options);
  return gone.ok || gone.fault.reason === 'NotFound' || gone.fault.reason === 'Conflict' ? undefined : gone.fault;
}
