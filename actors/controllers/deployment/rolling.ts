//! RollingUpdate: the new set grows as far as the surge allows, the old ones shrink as far as availability allows.
import type { Deployment } from '../../api/types/workload.ts';
import type { Limits } from './limits.ts';
import { isRolling } from './limits.ts';
import { available, availableOf, byAge, type PlannedSet, scale, total } from './sets.ts';

/** How large the new set may be now. */
export function newSize(deployment: Deployment, sets: readonly PlannedSet[], current: number, limits: Limits): number {
  const { replicas } = deployment.spec;
  if (!isRolling(deployment)) return replicas;
  const room = replicas + limits.maxSurge - total(sets);
  return room <= 0 ? current : current + Math.min(room, replicas - current);
}

/** One step: either the new set moves or the old ones do, so that each step sees the last one's effect. */
export function roll(deployment: Deployment, newSet: PlannedSet, old: readonly PlannedSet[], limits: Limits): void {
  const { replicas } = deployment.spec;
  const sets = [newSet, ...old];
  if (newSet.replicas > replicas) {
    scale(newSet, replicas, deployment, limits);
    return;
  }
  if (
    newSet.replicas < replicas &&
    scale(newSet, newSize(deployment, sets, newSet.replicas, limits), deployment, limits)
  )
    return;
  if (total(old) > 0) shrinkOld(deployment, newSet, old, limits);
}

function shrinkOld(deployment: Deployment, newSet: PlannedSet, old: readonly PlannedSet[], limits: Limits): void {
  const sets = [newSet, ...old];
  const least = deployment.spec.replicas - limits.maxUnavailable;
  const newUnavailable = newSet.replicas - availableOf(newSet);
  let unhealthy = total(sets) - least - newUnavailable;
  if (unhealthy <= 0) return;
  const oldest = [...old].sort((a, b) => byAge(a.set, b.set));
  // Pods that serve nobody go first: that costs nothing.
  for (const set of oldest) {
    const useless = Math.min(unhealthy, set.replicas - availableOf(set));
    if (useless <= 0) continue;
    unhealthy -= useless;
    scale(set, set.replicas - useless, deployment, limits);
  }
  let surplus = available(sets) - least;
  for (const set of oldest) {
    if (surplus <= 0) return;
    const loss = Math.min(set.replicas, surplus);
    surplus -= loss;
    scale(set, set.replicas - loss, deployment, limits);
  }
}
