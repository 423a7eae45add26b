//! What the scheduler writes: a binding, why there is none, and who goes for whom.
import { ok, type Result } from '../../runtime/fault.ts';
import { all, type Task } from '../../runtime/task.ts';
import { PODS } from '../api/resource.ts';
import { timestamp } from '../api/time.ts';
import type { Condition, KubeObject } from '../api/types/meta.ts';
import type { Pod } from '../api/types/pod.ts';
import { findCondition } from '../client/conditions.ts';
import type { Client } from '../client/protocol.ts';
import { isTerminating } from '../client/workload/pod-state.ts';

export function bind(client: Client, { metadata }: Pod, node: string): Task<Result<KubeObject>> {
  const { namespace = '', name, uid } = metadata;
  const binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    // The uid: a pod of the same name that has taken its place is another pod.
    metadata: { namespace, name, uid },
    target: { kind: 'Node', name: node },
  };
  return client.createSub(PODS, namespace, name, 'binding', binding);
}

type Status = { readonly conditions?: readonly Condition[]; readonly nominatedNodeName?: string | null };
/** What the status is to say; undefined when it says so already. `nominated` undefined: as it is. */
export function unscheduled(
  { metadata, status }: Pod,
  reason: 'Unschedulable' | 'SchedulingGated' | 'SchedulerError',
  message: string,
  now: number,
  nominated?: string,
): Status | undefined {
  const known = findCondition(status?.conditions, 'PodScheduled');
  const told = known?.status === 'False' && known.reason === reason && known.message === message;
  const moved = nominated !== undefined && nominated !== (status?.nominatedNodeName ?? '');
  if (told && !moved) return undefined;
  const since = known?.status === 'False' ? known.lastTransitionTime : undefined;
  const condition: Condition = {
    type: 'PodScheduled',
    status: 'False',
    reason,
    message,
    lastTransitionTime: since ?? timestamp(now),
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
  };
  return {
    ...(told ? {} : { conditions: [condition] }),
    ...(moved ? { nominatedNodeName: nominated === '' ? null : nominated } : {}),
  };
}
export function report(client: Client, { metadata }: Pod, status: Status): Task<Result<Pod>> {
  const { namespace = '', name, uid } = metadata;
  return client.patch(
    PODS,
    namespace,
    name,
    { metadata: { uid }, status },
    { type: 'strategic', subresource: 'status' },
  );
}

/** Says to a victim why it goes, and deletes it with its own grace. One that is gone is no fault. */
export function* preempt(client: Client, victim: Pod, by: string, now: number): Task<Result<boolean>> {
  if (isTerminating(victim)) return ok(false);
  const { namespace = '', name, uid, generation } = victim.metadata;
  const condition: Condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'PreemptionByScheduler',
    message: `${by}: preempting to accommodate a higher priority pod`,
    lastTransitionTime: timestamp(now),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  const told = yield* report(client, victim, { conditions: [condition] });
  if (!told.ok) return told.fault.reason === 'NotFound' || told.fault.reason === 'Conflict' ? ok(false) : told;
  const deleted = yield* client.delete(PODS, namespace, name, { preconditions: { uid } });
  if (!deleted.ok) return deleted.fault.reason === 'NotFound' ? ok(false) : deleted;
  return ok(true);
}
/** The first fault, if there is one. `gone`: told of each that was sent away. */
export function* preemptAll(
  client: Client,
  victims: readonly Pod[],
  by: string,
  now: number,
  gone: (victim: Pod) => void,
): Task<Result<void>> {
  const one = function* (victim: Pod): Task<Result<boolean>> {
    const result = yield* preempt(client, victim, by, now);
    if (result.ok && result.value) gone(victim);
    return result;
  };
  const results = yield* all(victims.map(one));
  return (results.find((result) => !result.ok) as Result<void>) ?? ok(undefined);
}
