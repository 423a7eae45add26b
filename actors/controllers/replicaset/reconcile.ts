//! One look at one ReplicaSet: claim pods, make or delete some, say how it stands.
import { type Fault, ok, type Result } from '../../../runtime/fault.ts';
import { all, type Task } from '../../../runtime/task.ts';
import { PODS } from '../../api/resource.ts';
import type { Draft, KubeObject } from '../../api/types/meta.ts';
import type { Pod } from '../../api/types/pod.ts';
import { controllerOf, controllerRef } from '../../client/owners.ts';
import type { Cache, ControllerIo, Outcome } from '../../client/protocol.ts';
import { adoptPatch, CONTROLLER, ORPHANAGE, releasePatch } from '../../client/workload/claim.ts';
import { namespaceTerminating } from '../../client/workload/namespace-terminating.ts';
import { isActive, isTerminal, isTerminating } from '../../client/workload/pod-state.ts';
import type { Family } from './family.ts';
import { claims, plan, slowStart } from './logic.ts';
import type { Replicated } from './protocol.ts';
import { type Failure, nextAvailableMs, sameStatus, statusOf } from './status.ts';

export function* reconcile<T extends KubeObject>(family: Family<T>, key: string, io: ControllerIo): Task<Outcome> {
  const object = io.cache(family.resource).get(key);
  if (object === undefined) return undefined;
  const owner = family.see(object);
  const pods = io.cache(PODS);
  const claimed = yield* claim(family, owner, pods, io);
  if (!claimed.ok) return claimed.fault;

  const active = claimed.value.filter(isActive);
  const { create, remove } = plan(owner, active, related(family, owner, pods, io), io.clock.now());
  const made = yield* createPods(owner, create, io);
  const lost = yield* deletePods(owner, remove, io);
  const fault = made ?? lost;

  // What was written is in the cache already: the status tells of the pods as they are now.
  const after = claimedNow(owner, pods);
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

function* claim<T extends KubeObject>(
  family: Family<T>,
  owner: Replicated,
  pods: Cache<Pod>,
  io: ControllerIo,
): Task<Result<readonly Pod[]>> {
  const { own, adopt, release } = claims(owner, candidates(owner, pods));
  const { namespace = '', name } = owner.metadata;
  for (const pod of release) {
    const patch = releasePatch(pod, owner.metadata.uid);
    const result = yield* io.client.patch(PODS, namespace, pod.metadata.name, patch, { type: 'strategic' });
    if (!result.ok && result.fault.reason !== 'NotFound' && result.fault.reason !== 'Invalid') return result;
  }
  if (adopt.length === 0) return ok(own);
  // The cache may be behind: only one that lives, and is the one we mean, adopts.
  const fresh = yield* io.client.get(family.resource, namespace, name);
  if (!fresh.ok) return fresh.fault.reason === 'NotFound' ? ok(own) : fresh;
  const { uid, deletionTimestamp } = fresh.value.metadata;
  if (uid !== owner.metadata.uid || deletionTimestamp !== undefined) return ok(own);
  const all = [...own];
  for (const pod of adopt) {
    const patch = adoptPatch(pod, controllerRef(owner));
    const result = yield* io.client.patch(PODS, namespace, pod.metadata.name, patch, { type: 'strategic' });
    if (result.ok) all.push(result.value);
    else if (result.fault.reason !== 'NotFound') return result;
  }
  return ok(all);
}
const candidates = (owner: Replicated, pods: Cache<Pod>): readonly Pod[] => [
  ...pods.by(CONTROLLER, owner.metadata.uid),
  ...pods.by(ORPHANAGE, owner.metadata.namespace ?? ''),
];
const claimedNow = (owner: Replicated, pods: Cache<Pod>): readonly Pod[] =>
  claims(owner, pods.by(CONTROLLER, owner.metadata.uid)).own;

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

/** The first fault, or undefined when all went well. */
function* createPods(owner: Replicated, count: number, io: ControllerIo): Task<Fault | undefined> {
  const { namespace = '' } = owner.metadata;
  const draft = podOf(owner);
  for (const size of slowStart(count)) {
    const results = yield* all(Array.from({ length: size }, () => io.client.create(PODS, namespace, draft)));
    let fault: Fault | undefined;
    for (const result of results) {
      if (result.ok) io.events.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${result.value.metadata.name}`);
      else if (!namespaceTerminating(result.fault)) {
        io.events.event(owner, 'Warning', 'FailedCreate', `Error creating: ${result.fault.message}`);
        fault ??= result.fault;
      } else return undefined;
    }
    if (fault !== undefined) return fault;
  }
  return undefined;
}
function podOf(owner: Replicated): Draft<Pod> {
  const { metadata = {}, spec } = owner.spec.template;
  return {
    metadata: {
      generateName: `${owner.metadata.name}-`,
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ...(metadata.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
      ownerReferences: [controllerRef(owner)],
    },
    spec,
  };
}

function* deletePods(owner: Replicated, remove: readonly Pod[], io: ControllerIo): Task<Fault | undefined> {
  const { namespace = '' } = owner.metadata;
  const results = yield* all(
    remove.map(({ metadata }) =>
      io.client.delete(PODS, namespace, metadata.name, { preconditions: { uid: metadata.uid } }),
    ),
  );
  let fault: Fault | undefined;
  for (const [i, result] of results.entries()) {
    const { name } = remove[i]!.metadata;
    if (result.ok) io.events.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
    else if (result.fault.reason !== 'NotFound') {
      io.events.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${result.fault.message}`);
      fault ??= result.fault;
    }
  }
  return fault;
}
