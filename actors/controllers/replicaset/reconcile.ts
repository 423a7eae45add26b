//! One look at one ReplicaSet: claim pods, make or delete some, say how it stands.
import type { Task } from '../../../runtime/task.ts';
import { PODS } from '../../api/resource.ts';
import { selectorOf } from '../../api/selector.ts';
import type { KubeObject } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import { controllerOf } from '../../client/owners.ts';
import type { Cache, ControllerIo, Outcome } from '../../client/protocol.ts';
import { type Claiming, CONTROLLER, claim, claimedNow } from '../../client/workload/claim.ts';
import { createPods, deletePods, podOf } from '../../client/workload/pod-control.ts';
import { isActive, isTerminal, isTerminating } from '../../client/workload/pod-state.ts';
import type { Family } from './family.ts';
import { plan } from './logic.ts';
import type { Replicated } from './protocol.ts';
import { type Failure, nextAvailableMs, sameStatus, statusOf } from './status.ts';

export function* reconcile<T extends KubeObject>(family: Family<T>, key: string, io: ControllerIo): Task<Outcome> {
  const object = io.cache(family.resource).get(key);
  if (object === undefined) return undefined;
  const owner = family.see(object);
  const pods = io.cache(PODS);
  const claiming: Claiming<T, Pod> = {
    owner,
    ownerResource: family.resource,
    resource: PODS,
    selector: selectorOf(owner.spec.selector),
    moves: isActive,
  };
  const claimed = yield* claim(claiming, io);
  if (!claimed.ok) return claimed.fault;

  const active = claimed.value.filter(isActive);
  const { create, remove } = plan(owner, active, related(family, owner, pods, io), io.clock.now());
  const drafts = Array.from({ length: create }, () => podOf(owner, owner.spec.template));
  const made = yield* createPods(owner, drafts, io);
  const lost = yield* deletePods(owner, remove, io);
  const fault = made ?? lost;

  // What was written is in the cache already: the status tells of the pods as they are now.
  const after = claimedNow(claiming, io);
  const now = io.clock.now();
  const failure: Failure | undefined = fault && {
    reason: fault === made ? 'FailedCreate' : 'FailedDelete',
    message: fault.message,
  };
  const activeNow = after.filter(isActive);
  const terminating = after.filter((pod) => isTerminating(pod) && !isTerminal(pod)).length;
  const status = statusOf(owner, { active: activeNow, terminating, failure }, now);
  if (!sameStatus(owner.status, status)) {
    const current = io.cache(family.resource).get(key);
    if (current === undefined) return undefined;
    const result = yield* io.client.update(family.resource, family.withStatus(current, status), 'status');
    if (!result.ok && result.fault.reason !== 'NotFound') return result.fault;
  }
  if (fault !== undefined) return fault;
  const next = nextAvailableMs(owner, activeNow, now);
  if (next !== undefined) return { afterMs: next };
  // A burst was not enough.
  return create + remove.length > 0 && activeNow.length !== owner.spec.replicas ? { afterMs: 0 } : undefined;
}

/** Pods of the whole rollout: of every set with the same controller. */
function related<T extends KubeObject>(
  family: Family<T>,
  owner: Replicated,
  pods: Cache<Pod>,
  io: ControllerIo,
): readonly Pod[] {
  const rollout = controllerOf(owner)?.uid;
  const sets = rollout === undefined ? [owner] : io.cache(family.resource).by(CONTROLLER, rollout);
  return sets.flatMap((set) => pods.by(CONTROLLER, set.metadata.uid).filter(isActive));
}
