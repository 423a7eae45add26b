//! One look at one Deployment: claim ReplicaSets, take a step of the rollout, say how it stands.
import type { Fault } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '../../api/resource.ts';
import { selectorOf } from '../../api/selector.ts';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../api/types/workload.ts';
import { isControlledBy } from '../../client/owners.ts';
import type { ControllerIo, Outcome } from '../../client/protocol.ts';
import { CONTROLLER, claim } from '../../client/workload/claim.ts';
import { namespaceTerminating } from '../../client/workload/namespace-terminating.ts';
import { isTerminal } from '../../client/workload/pod-state.ts';
import { REVISION } from './annotations.ts';
import { failedCreate, withCondition } from './conditions.ts';
import { plan } from './logic.ts';
import type { Decision } from './protocol.ts';
import { findNew, sameTemplate } from './sets.ts';
import { sameStatus } from './status.ts';

export function* reconcile(key: string, io: ControllerIo): Task<Outcome> {
  const deployment = io.cache(DEPLOYMENTS).get(key);
  if (deployment === undefined) return undefined;
  const claiming = {
    owner: deployment,
    ownerResource: DEPLOYMENTS,
    resource: REPLICA_SETS,
    selector: selectorOf(deployment.spec.selector),
  };
  const claimed = yield* claim(claiming, io);
  if (!claimed.ok) return claimed.fault;
  const sets = claimed.value;

  const { decisions, revision, status, afterMs } = plan(
    deployment,
    sets,
    oldPodsRun(deployment, sets, io),
    io.clock.now(),
  );
  for (const decision of decisions) {
    const fault = yield* perform(deployment, decision, io);
    if (fault !== undefined) return fault;
  }
  const fault = yield* say(deployment, status, io, revision);
  if (fault !== undefined) return fault.reason === 'NotFound' ? undefined : fault;
  return afterMs === undefined ? undefined : { afterMs };
}

/** The revision goes along: an update of the status keeps annotations, and does not count as a new generation. */
function* say(
  deployment: Deployment,
  status: DeploymentStatus,
  io: ControllerIo,
  revision?: string,
): Task<Fault | undefined> {
  if (revision === undefined && sameStatus(deployment.status, status)) return undefined;
  const { metadata } = deployment;
  const annotations = revision === undefined ? metadata.annotations : { ...metadata.annotations, [REVISION]: revision };
  const said = {
    ...deployment,
    metadata: { ...metadata, ...(annotations === undefined ? {} : { annotations }) },
    status,
  };
  const result = yield* io.client.update(DEPLOYMENTS, said, 'status');
  return result.ok ? undefined : result.fault;
}

function* perform(deployment: Deployment, decision: Decision, io: ControllerIo): Task<Fault | undefined> {
  const namespace = deployment.metadata.namespace ?? '';
  switch (decision.type) {
    case 'set.create': {
      const result = yield* io.client.create(REPLICA_SETS, namespace, decision.set);
      if (!result.ok) return yield* notCreated(deployment, decision.name, result.fault, io);
      if (decision.replicas > 0) tellScaled(deployment, decision.name, 0, decision.replicas, io);
      return undefined;
    }
    case 'set.update': {
      const result = yield* io.client.update(REPLICA_SETS, decision.set);
      if (!result.ok) return result.fault;
      const { replicas } = decision.set.spec;
      if (replicas !== decision.from) tellScaled(deployment, decision.set.metadata.name, decision.from, replicas, io);
      return undefined;
    }
    case 'set.delete': {
      const { name, uid } = decision.set.metadata;
      const result = yield* io.client.delete(REPLICA_SETS, namespace, name, { preconditions: { uid } });
      return result.ok || result.fault.reason === 'NotFound' ? undefined : result.fault;
    }
  }
}
const tellScaled = (deployment: Deployment, set: string, from: number, to: number, io: ControllerIo): void =>
  io.events.event(
    deployment,
    'Normal',
    'ScalingReplicaSet',
    `Scaled ${to > from ? 'up' : 'down'} replica set ${set} from ${from} to ${to}`,
  );

/** The name is taken: by our own set that the cache has not seen, or by another template with the same hash. */
function* notCreated(deployment: Deployment, name: string, fault: Fault, io: ControllerIo): Task<Fault | undefined> {
  const { status } = deployment;
  if (fault.reason === 'AlreadyExists') {
    const taken = yield* io.client.get(REPLICA_SETS, deployment.metadata.namespace ?? '', name);
    if (!taken.ok) return taken.fault;
    const ours =
      isControlledBy(taken.value, deployment) && sameTemplate(taken.value.spec.template, deployment.spec.template);
    if (ours) return fault; // the watch is about to tell
    const collided = { ...status, collisionCount: (status?.collisionCount ?? 0) + 1 };
    return (yield* say(deployment, collided, io)) ?? fault;
  }
  if (namespaceTerminating(fault)) return fault;
  const word = failedCreate(name, fault.message);
  io.events.event(deployment, 'Warning', 'FailedCreate', word.message);
  const conditions = withCondition(status?.conditions ?? [], word, io.clock.now());
  return (yield* say(deployment, { ...status, conditions }, io)) ?? fault;
}

/** Recreate starts the new pods only when the old ones have ended. */
function oldPodsRun(deployment: Deployment, sets: readonly ReplicaSet[], io: ControllerIo): boolean {
  if (deployment.spec.strategy.type !== 'Recreate') return false;
  const current = findNew(deployment, sets);
  const pods = io.cache(PODS);
  return sets.some((set) => set !== current && pods.by(CONTROLLER, set.metadata.uid).some((pod) => !isTerminal(pod)));
}
