//! Deletes pods that do not, or no longer, tolerate the NoExecute taints of their node.
import { keyOf, NODES, PODS } from '../../api/resource.ts';
import { timestamp } from '../../api/time.ts';
import type { Node } from '../../api/types/cluster.ts';
import type { Pod } from '../../api/types/pod.ts';
import { type CacheChange, type Controller, type ControllerIo, watchOf } from '../../client/protocol.ts';
import { noExecute, plan, sameTaints } from './logic.ts';

/** Remembers, for pods that wait, since when their node's taints count: no more entries than such pods. */
export const taintEvictionController = (): Controller => {
  const since = new Map<string, number>();
  return {
    name: 'taint-eviction-controller',
    workers: 8,
    watches: [
      watchOf({ resource: NODES, keys: podsOf }),
      watchOf({
        resource: PODS,
        indexes: { node: (pod) => (pod.spec.nodeName ? [pod.spec.nodeName] : []) },
        keys: ({ type, object }, io) =>
          type === 'deleted'
            ? since.has(keyOf(object))
              ? [keyOf(object)]
              : []
            : noExecute(io.cache(NODES).get(object.spec.nodeName ?? '')?.spec.taints).length > 0
              ? [keyOf(object)]
              : [],
      }),
    ],
    start: () => since.clear(),
    *reconcile(key, io) {
      const pod = io.cache(PODS).get(key);
      const taints = noExecute(io.cache(NODES).get(pod?.spec.nodeName ?? '')?.spec.taints);
      const decided = plan(pod, taints, since.get(key), io.clock.now());
      if (decided.do === 'wait') {
        since.set(key, decided.since);
        return { afterMs: decided.afterMs };
      }
      const waited = since.delete(key);
      if (pod === undefined) return undefined;
      if (decided.do === 'forget') {
        if (waited && pod.metadata.deletionTimestamp === undefined)
          io.events.event(pod, 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${key}`);
        return undefined;
      }
      io.events.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${key}`);
      return yield* evict(pod, io);
    },
  };
};

/** Only when the taints that matter have changed: a node says that it lives every few seconds. */
function podsOf(change: CacheChange<Node>, io: ControllerIo): readonly string[] {
  const now = change.type === 'deleted' ? [] : noExecute(change.object.spec.taints);
  const before = change.type === 'modified' ? noExecute(change.old.spec.taints) : [];
  if (sameTaints(before, now)) return [];
  return io.cache(PODS).by('node', change.object.metadata.name).map(keyOf);
}

function* evict(pod: Pod, io: ControllerIo): ReturnType<Controller['reconcile']> {
  const { name, namespace = '', uid } = pod.metadata;
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastTransitionTime: timestamp(io.clock.now()),
  };
  const marked = yield* io.client.patch(
    PODS,
    namespace,
    name,
    { metadata: { uid }, status: { conditions: [condition] } },
    { type: 'strategic', subresource: 'status' },
  );
  if (!marked.ok && marked.fault.reason === 'NotFound') return undefined;
  if (!marked.ok) return marked.fault;
  const gone = yield* io.client.delete(PODS, namespace, name, { preconditions: { uid } });
  return gone.ok || gone.fault.reason === 'NotFound' || gone.fault.reason === 'Conflict' ? undefined : gone.fault;
}
