//! What a ReplicaSet should do about the pods that it has.
import { matches, selectorOf } from '../../api/selector.ts';
import type { Pod } from '../../api/types/pod.ts';
import { controllerOf } from '../../client/owners.ts';
import { isActive } from '../../client/workload/pod-state.ts';
import { deletionOrder } from './deletion-order.ts';
import { BURST_MAX, type Plan, type Replicated } from './protocol.ts';

export interface Claims {
  readonly own: readonly Pod[];
  readonly adopt: readonly Pod[];
  readonly release: readonly Pod[];
}
/** Whose pods are whose: `pods` are those it controls, and those of its namespace that nobody does. */
export function claims(owner: Replicated, pods: readonly Pod[]): Claims {
  const selector = selectorOf(owner.spec.selector);
  const deleting = owner.metadata.deletionTimestamp !== undefined;
  const own: Pod[] = [];
  const adopt: Pod[] = [];
  const release: Pod[] = [];
  for (const pod of pods) {
    const controller = controllerOf(pod);
    const matching = matches(selector, pod.metadata.labels);
    if (controller === undefined) {
      if (matching && !deleting && isActive(pod)) adopt.push(pod);
    } else if (controller.uid === owner.metadata.uid) {
      if (matching) own.push(pod);
      else if (!deleting && isActive(pod)) release.push(pod);
    }
  }
  return { own, adopt, release };
}

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

/** 1, 2, 4 ...: if the first fails the others would too. */
export function slowStart(count: number): readonly number[] {
  const batches: number[] = [];
  for (let left = count, size = 1; left > 0; left -= size, size = Math.min(2 * size, left)) batches.push(size);
  return batches;
}
