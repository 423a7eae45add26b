//! What the scheduler writes: a binding, or why there is none.
import type { Result } from '../../runtime/fault.ts';
import type { Task } from '../../runtime/task.ts';
import { PODS } from '../api/resource.ts';
import { timestamp } from '../api/time.ts';
import type { Condition, KubeObject } from '../api/types/meta.ts';
import type { Pod } from '../api/types/pod.ts';
import { findCondition } from '../client/conditions.ts';
import type { Client } from '../client/protocol.ts';

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

/** The condition that is to be written; undefined when it stands there already. */
export function unscheduled(
  { metadata, status }: Pod,
  reason: 'Unschedulable' | 'SchedulingGated' | 'SchedulerError',
  message: string,
  now: number,
): Condition | undefined {
  const known = findCondition(status?.conditions, 'PodScheduled');
  if (known?.status === 'False' && known.reason === reason && known.message === message) return undefined;
  const since = known?.status === 'False' ? known.lastTransitionTime : undefined;
  return {
    type: 'PodScheduled',
    status: 'False',
    reason,
    message,
    lastTransitionTime: since ?? timestamp(now),
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
  };
}
export function report(client: Client, { metadata }: Pod, condition: Condition): Task<Result<Pod>> {
  const { namespace = '', name, uid } = metadata;
  const patch = { metadata: { uid }, status: { conditions: [condition] } };
  return client.patch(PODS, namespace, name, patch, { type: 'strategic', subresource: 'status' });
}
