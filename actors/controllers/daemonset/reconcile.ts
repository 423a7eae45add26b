//! One look at one DaemonSet: its history, its pods, its status.
import type { Fault } from '../../../runtime/fault.ts';
import type { Task } from '../../../runtime/task.ts';
import { equal } from '../../api/json.ts';
import { DAEMON_SETS, NODES, PODS } from '../../api/resource.ts';
import { selectorOf } from '../../api/selector.ts';
import type { DaemonSet } from '../../api/types/workload.ts';
import type { ControllerIo, Outcome } from '../../client/protocol.ts';
import { claim, claimedNow } from '../../client/workload/claim.ts';
import { createPods, deletePods } from '../../client/workload/pod-control.ts';
import { ensureHistory, forget, REVISION_HASH, surplusRevisions } from '../../client/workload/revisions.ts';
import { longer, nextAvailableMs, plan, statusOf } from './logic.ts';
import { podFor } from './pods.ts';
import type { Backoff } from './protocol.ts';

/** By key of the DaemonSet, of one generation, then by node. */
export type Memory = Map<string, { readonly of: string; readonly nodes: Map<string, Backoff> }>;

export function* reconcile(key: string, io: ControllerIo, memory: Memory): Task<Outcome> {
  const set = io.cache(DAEMON_SETS).get(key);
  if (set === undefined || set.metadata.deletionTimestamp !== undefined) {
    memory.delete(key);
    return undefined;
  }
  if (equal(set.spec.selector, {})) {
    const message = 'This daemon set is selecting all pods. A non-empty selector is required.';
    io.events.event(set, 'Warning', 'SelectingAll', message);
    return undefined;
  }
  const history = yield* ensureHistory(set, DAEMON_SETS, REVISION_HASH, io);
  if (!history.ok) return history.fault;
  const hash = history.value.current.metadata.labels?.[REVISION_HASH] ?? '';
  const claiming = {
    owner: set,
    ownerResource: DAEMON_SETS,
    resource: PODS,
    selector: selectorOf(set.spec.selector),
  };
  const claimed = yield* claim(claiming, io);
  if (!claimed.ok) return claimed.fault;

  const nodes = io.cache(NODES).list();
  const backoffs = backoffsOf(key, set, memory);
  const decided = plan(set, nodes, claimed.value, hash, backoffs, io.clock.now());
  for (const { type, reason, message } of decided.told) io.events.event(set, type, reason, message);
  for (const node of decided.failed) backoffs.set(node, longer(backoffs.get(node), io.clock.now()));
  const made = yield* createPods(
    set,
    decided.create.map((node) => podFor(set, node, hash)),
    io,
  );
  const lost = yield* deletePods(set, decided.remove, io);

  const pods = claimedNow(claiming, io);
  const live = new Set(pods.map(({ metadata }) => metadata.labels?.[REVISION_HASH]));
  const forgotten = surplusRevisions(set, history.value.old, ({ metadata }) =>
    live.has(metadata.labels?.[REVISION_HASH]),
  );
  const kept = yield* forget(forgotten, io);

  const now = io.clock.now();
  const said = yield* say(key, statusOf(set, nodes, pods, hash, history.value.collisions, now), io);
  const fault = made ?? lost ?? kept ?? said;
  if (fault !== undefined) return fault;
  const times = [decided.afterMs, nextAvailableMs(set, pods, now)].filter((ms) => ms !== undefined);
  return times.length === 0 ? undefined : { afterMs: Math.min(...times) };
}
function* say(key: string, status: DaemonSet['status'], io: ControllerIo): Task<Fault | undefined> {
  const set = io.cache(DAEMON_SETS).get(key);
  if (set === undefined || equal(set.status, status)) return undefined;
  const result = yield* io.client.update(DAEMON_SETS, { ...set, status }, 'status');
  return result.ok || result.fault.reason === 'NotFound' ? undefined : result.fault;
}
/** A new generation begins without. */
function backoffsOf(key: string, { metadata, status }: DaemonSet, memory: Memory): Map<string, Backoff> {
  const of = `${metadata.uid}/${status?.observedGeneration ?? 0}`;
  let known = memory.get(key);
  if (known?.of !== of) {
    known = { of, nodes: new Map() };
    memory.set(key, known);
  }
  return known.nodes;
}
