//! One look at one StatefulSet: its history, the next step, its status.
import { type Fault, fail, unreachable } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { equal } from '../../api/json.ts';
import { PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../../api/resource.ts';
import { selectorOf } from '../../api/selector.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { StatefulSet } from '../../api/types/workload.ts';
import type { ControllerIo, Outcome } from '../../client/protocol.ts';
import { claim, claimedNow } from '../../client/workload/claim.ts';
import { namespaceTerminating } from '../../client/workload/namespace-terminating.ts';
import { ensureHistory, forget, type History, surplusRevisions, templateOf } from '../../client/workload/revisions.ts';
import { type ClaimsOf, plan } from './logic.ts';
import { claimsAt, isForeign, ordinalOf, ownersOf, revisionOf } from './pods.ts';
import { type Decision, HASH_LABEL, type Revisions } from './protocol.ts';
import { nextAvailableMs, statusOf } from './status.ts';

export function* reconcile(key: string, io: ControllerIo): Task<Outcome> {
  const set = io.cache(STATEFUL_SETS).get(key);
  if (set === undefined) return undefined;
  const history = yield* ensureHistory(set, STATEFUL_SETS, HASH_LABEL, io);
  if (!history.ok) return namespaceTerminating(history.fault) ? undefined : history.fault;
  const revisions = revisionsOf(set, history.value);
  const claiming = {
    owner: set,
    ownerResource: STATEFUL_SETS,
    resource: PODS,
    selector: selectorOf(set.spec.selector),
    moves: (pod: Pod) => ordinalOf(set, pod) !== undefined,
  };
  const claimed = yield* claim(claiming, io);
  if (!claimed.ok) return claimed.fault;

  let fault: Fault | undefined;
  for (const decision of plan(set, revisions, claimed.value, claimsOf(set, io), io.clock.now())) {
    fault = yield* perform(set, decision, io);
    if (fault !== undefined) break;
  }
  const pods = claimedNow(claiming, io);
  const now = io.clock.now();
  const said = yield* say(key, statusOf(set, revisions, pods, history.value.collisions, now), io);
  const live = new Set([revisions.current.name, ...pods.map(revisionOf)]);
  const kept = yield* forget(
    surplusRevisions(set, history.value.old, ({ metadata }) => live.has(metadata.name)),
    io,
  );
  fault = fault ?? said ?? kept;
  if (fault !== undefined) return namespaceTerminating(fault) ? undefined : fault;
  const afterMs = nextAvailableMs(set, pods, now);
  return afterMs === undefined ? undefined : { afterMs };
}
function revisionsOf(set: StatefulSet, { current, old }: History): Revisions {
  const update = { name: current.metadata.name, template: set.spec.template };
  const before = old.find(({ metadata }) => metadata.name === set.status?.currentRevision);
  const template = before && templateOf(before);
  return { update, current: template === undefined ? update : { name: before!.metadata.name, template } };
}
const claimsOf =
  (set: StatefulSet, io: ControllerIo): ClaimsOf =>
  (ordinal) => {
    const wanted = claimsAt(set, ordinal);
    const there = wanted
      .map(({ metadata }) => io.cache(PERSISTENT_VOLUME_CLAIMS).get(`${set.metadata.namespace}/${metadata.name}`))
      .filter((one) => one !== undefined);
    return { there, missing: there.length < wanted.length };
  };

function* perform(set: StatefulSet, decision: Decision, io: ControllerIo): Task<Fault | undefined> {
  const { namespace = '' } = set.metadata;
  switch (decision.type) {
    case 'pod.create': {
      const name = decision.pod.metadata.name ?? '';
      const lacks = yield* makeClaims(set, decision.ordinal, name, io);
      if (lacks !== undefined) {
        tell(set, 'create', name, lacks, io);
        return lacks;
      }
      const made = yield* io.client.create(PODS, namespace, decision.pod);
      if (!made.ok) {
        if (made.fault.reason !== 'AlreadyExists') tell(set, 'create', name, made.fault, io);
        return made.fault;
      }
      tell(set, 'create', name, undefined, io);
      return yield* ownClaims(set, decision.ordinal, made.value, io);
    }
    case 'pod.delete': {
      const { name, uid } = decision.pod.metadata;
      const gone = yield* io.client.delete(PODS, namespace, name, { preconditions: { uid } });
      const fault = gone.ok || gone.fault.reason === 'NotFound' ? undefined : gone.fault;
      tell(set, 'delete', name, fault, io);
      return fault;
    }
    case 'pod.mark': {
      const { name, uid } = decision.pod.metadata;
      const patch = { metadata: { uid, labels: decision.labels } };
      const marked = yield* io.client.patch(PODS, namespace, name, patch, { type: 'strategic' });
      tell(set, 'update', name, marked.ok ? undefined : marked.fault, io);
      return marked.ok ? undefined : marked.fault;
    }
    case 'claims.create':
      return yield* makeClaims(set, decision.ordinal, decision.pod, io);
    case 'claim.own': {
      const owned = yield* io.client.update(PERSISTENT_VOLUME_CLAIMS, decision.claim);
      return owned.ok || owned.fault.reason === 'NotFound' ? undefined : owned.fault;
    }
    case 'claim.foreign': {
      const { name } = decision.claim.metadata;
      const message = `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a managing controller, the retention policy is ignored for this claim`;
      io.events.event(decision.claim, 'Warning', 'ConflictingController', message);
      return undefined;
    }
    default:
      return unreachable(decision);
  }
}
/** `create Pod web-0 in StatefulSet web successful` */
function tell(set: StatefulSet, verb: string, pod: string, fault: Fault | undefined, io: ControllerIo): void {
  const word = `${verb.slice(0, 1).toUpperCase()}${verb.slice(1)}`;
  const what = `${verb} Pod ${pod} in StatefulSet ${set.metadata.name}`;
  if (fault === undefined) io.events.event(set, 'Normal', `Successful${word}`, `${what} successful`);
  else if (!namespaceTerminating(fault))
    io.events.event(set, 'Warning', `Failed${word}`, `${what} failed error: ${fault.message}`);
}

function* makeClaims(set: StatefulSet, ordinal: number, pod: string, io: ControllerIo): Task<Fault | undefined> {
  const { namespace = '', name: owner } = set.metadata;
  let fault: Fault | undefined;
  for (const draft of claimsAt(set, ordinal)) {
    const name = draft.metadata.name ?? '';
    const there = io.cache(PERSISTENT_VOLUME_CLAIMS).get(`${namespace}/${name}`);
    if (there?.metadata.deletionTimestamp !== undefined)
      fault ??= fail('InternalError', `pvc ${name} is being deleted`).fault;
    if (there !== undefined) continue;
    const made = yield* io.client.create(PERSISTENT_VOLUME_CLAIMS, namespace, draft);
    const what = `create Claim ${name}`;
    if (made.ok) {
      const message = `${what} Pod ${pod} in StatefulSet ${owner} success`;
      io.events.event(set, 'Normal', 'SuccessfulCreate', message);
    } else if (made.fault.reason !== 'AlreadyExists') {
      const message = `${what} for Pod ${pod} in StatefulSet ${owner} failed error: ${made.fault.message}`;
      if (!namespaceTerminating(made.fault)) io.events.event(set, 'Warning', 'FailedCreate', message);
      fault ??= made.fault;
    }
  }
  return fault;
}
/** Of a pod that was just made: it may be long until it is looked at again. */
function* ownClaims(set: StatefulSet, ordinal: number, pod: Pod, io: ControllerIo): Task<Fault | undefined> {
  for (const claim of claimsOf(set, io)(ordinal).there) {
    const ownerReferences = ownersOf(set, claim, pod, false);
    if (isForeign(set, claim, pod) || equal(claim.metadata.ownerReferences ?? [], ownerReferences)) continue;
    const owned = { ...claim, metadata: { ...claim.metadata, ownerReferences } };
    const fault = yield* perform(set, { type: 'claim.own', claim: owned, pod: pod.metadata.name }, io);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
function* say(key: string, status: StatefulSet['status'], io: ControllerIo): Task<Fault | undefined> {
  const set = io.cache(STATEFUL_SETS).get(key);
  if (set === undefined || equal(set.status, status)) return undefined;
  const result = yield* io.client.update(STATEFUL_SETS, { ...set, status }, 'status');
  return result.ok || result.fault.reason === 'NotFound' ? undefined : result.fault;
}
