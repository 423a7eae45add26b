//! Watches nodes die: writes for a silent kubelet that its node is Unknown, taints nodes by their conditions.
import { all, type Task } from '../../../runtime/task.ts';
import { LEASES, NODES, PODS } from '../../api/resource.ts';
import { timestamp } from '../../api/time.ts';
import type { Node } from '../../api/types/cluster.ts';
import type { Pod } from '../../api/types/pod.ts';
import { type Controller, type ControllerIo, type Outcome, watchOf } from '../../client/protocol.ts';
import { claimsReady, readyOf, silentConditions, taintPlan } from './logic.ts';
import { Nodes } from './nodes.ts';

const LEASE_NAMESPACE = 'kube-node-lease';
const PODS_AT_ONCE = 50;

/** Its keys are names of nodes. The machines hear of changes in passing, while the keys of a change are asked for. */
export const nodeLifecycleController = (): Controller => {
  let nodes: Nodes | undefined;
  return {
    name: 'node-lifecycle-controller',
    workers: 8,
    watches: [
      watchOf({
        resource: NODES,
        keys: ({ type, object }, io) => {
          const { name } = object.metadata;
          if (type !== 'deleted') {
            nodes?.saw(object);
            return [name];
          }
          nodes?.gone(name);
          io.events.event(
            object,
            'Normal',
            'RemovingNode',
            `Node ${name} event: Removing Node ${name} from Controller`,
          );
          return [];
        },
      }),
      watchOf({
        resource: LEASES,
        namespace: LEASE_NAMESPACE,
        keys: ({ type, object }) => {
          if (type !== 'deleted') nodes?.renewed(object);
          return [];
        },
      }),
      watchOf({
        resource: PODS,
        indexes: { node: (pod) => (pod.spec.nodeName ? [pod.spec.nodeName] : []) },
        keys: ({ type, object }) => {
          const { nodeName = '' } = object.spec;
          return type !== 'deleted' && nodes?.isSilent(nodeName) === true && claimsReady(object) ? [nodeName] : [];
        },
      }),
    ],
    start: (io, actors) => {
      nodes = new Nodes(io, actors);
    },
    *reconcile(name, io) {
      let node = io.cache(NODES).get(name);
      if (node === undefined || nodes === undefined) return undefined;
      if (nodes.isSilent(name)) {
        const marked = yield* markSilent(io, node);
        if ('reason' in marked) return marked;
        node = marked;
        const failed = yield* markPods(io, name);
        if (failed !== undefined) return failed;
      }
      return yield* taint(io, nodes, node);
    },
  };
};

function* markSilent(io: ControllerIo, node: Node): Task<Node | NonNullable<Extract<Outcome, { reason: unknown }>>> {
  const conditions = silentConditions(node, io.clock.now());
  if (conditions === undefined) return node;
  const { name, resourceVersion } = node.metadata;
  // With the revision: should the kubelet have spoken meanwhile, its word counts.
  const patch = { metadata: { resourceVersion }, status: { conditions } };
  const written = yield* io.client.patch(NODES, '', name, patch, { type: 'strategic', subresource: 'status' });
  if (!written.ok) return written.fault;
  if (readyOf(node) === 'True')
    io.events.event(node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
  return written.value;
}

function* markPods(io: ControllerIo, nodeName: string): Task<Outcome> {
  const pods = io.cache(PODS).by('node', nodeName).filter(claimsReady);
  for (let from = 0; from < pods.length; from += PODS_AT_ONCE) {
    const outcomes = yield* all(pods.slice(from, from + PODS_AT_ONCE).map((pod) => markPod(io, pod)));
    const failed = outcomes.find((outcome) => outcome !== undefined);
    if (failed !== undefined) return failed;
  }
  return undefined;
}
function* markPod(io: ControllerIo, pod: Pod): Task<Outcome> {
  const { name, namespace = '', uid } = pod.metadata;
  const ready = { type: 'Ready', status: 'False', lastTransitionTime: timestamp(io.clock.now()) };
  const patch = { metadata: { uid }, status: { conditions: [ready] } };
  const options = { type: 'strategic', subresource: 'status' } as const;
  const written = yield* io.client.patch(PODS, namespace, name, patch, options);
  if (written.ok) io.events.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
  return written.ok || written.fault.reason === 'NotFound' || written.fault.reason === 'Conflict'
    ? undefined
    : written.fault;
}

function* taint(io: ControllerIo, nodes: Nodes, node: Node): Task<Outcome> {
  const { name, resourceVersion } = node.metadata;
  const now = io.clock.now();
  let { taints, evictionDue } = taintPlan(node, false, nodes.zones.disrupted, now);
  let wait: number | undefined;
  if (evictionDue) {
    wait = nodes.turn(name);
    if (wait === 0) ({ taints, evictionDue } = taintPlan(node, true, false, now));
  }
  if (taints !== undefined) {
    const patch = { metadata: { resourceVersion }, spec: { taints } };
    const written = yield* io.client.patch(NODES, '', name, patch);
    if (!written.ok) return written.fault.reason === 'NotFound' ? undefined : written.fault;
  }
  if (!evictionDue) nodes.settled(name);
  return evictionDue && wait !== undefined ? { afterMs: wait } : undefined;
}
