//! What a ReplicaSet should do about the pods that it has.
import type { Pod } from '../../api/types/pod.ts';
import { deletionOrder } from './deletion-order.ts';
import { BURST_MAX, type Plan, type Replicated } from './protocol.ts';

/** `active`: its pods that are neither finished nor terminating. `related`: active pods of the whole rollout. */
export function plan(owner: Replicated, active: readonly Pod[], related: readonly Pod[], now: number): Plan {
  if (owner.metadata.deletionTimestamp !== undefined) return NOTHING;
  const missing = owner.spec.replicas - active.length;
  if (missing === 0) return NOTHING;
  if (missing > 0) return { create: Math.min(missing, BURST_MAX), remove: [] };
  const surplus = Math.min(-missing, BURST_MAX);
  if (owner.spec.replicas === 0) return { create: 0, remove: active.slice(0, surplus) };
  const onNode = new Map<string, number>();
  for (const { spec } of related) onNode.set(spec.nodeName ?? '', (onNode.get(spec.nodeName ?? '') ?? 0) + 1);
  const neighbours = (pod: Pod): number => onNode.get(pod.spec.nodeName ?? '') ?? 0;
  return { create: 0, remove: deletionOrder(active, neighbours, now).slice(0, surplus) };
}
const NOTHING: Plan = { create: 0, remove: [] };
