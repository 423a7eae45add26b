//! A Deployment that was resized, or is paused: sets keep their proportions instead of rolling on.
import type { Deployment } from '../../api/types/workload.ts';
import { desiredOf, maxOf } from './annotations.ts';
import { isRolling, type Limits } from './limits.ts';
import { availableOf, byAge, note, type PlannedSet, scale, total } from './sets.ts';

/** The sets that have pods were sized for another number. */
export const wasResized = (deployment: Deployment, sets: readonly PlannedSet[]): boolean =>
  sets.some((set) => {
    const desired = desiredOf(set.annotations);
    return set.replicas > 0 && desired !== undefined && desired !== deployment.spec.replicas;
  });

export function resize(
  deployment: Deployment,
  newSet: PlannedSet | undefined,
  old: readonly PlannedSet[],
  limits: Limits,
): void {
  const { replicas } = deployment.spec;
  const only = activeOrLatest(newSet, old);
  if (only !== undefined) {
    scale(only, replicas, deployment, limits);
    return;
  }
  if (newSet !== undefined && isSaturated(deployment, newSet)) {
    for (const set of old) if (set.replicas > 0) scale(set, 0, deployment, limits);
    return;
  }
  if (!isRolling(deployment)) return;
  const sets = [...old, ...(newSet === undefined ? [] : [newSet])].filter((set) => set.replicas > 0);
  const allowed = replicas > 0 ? replicas + limits.maxSurge : 0;
  share(sets, allowed - total(sets), deployment, limits);
}

/** The one with pods, or of none the newest; undefined when several have. */
function activeOrLatest(newSet: PlannedSet | undefined, old: readonly PlannedSet[]): PlannedSet | undefined {
  const all = newSet === undefined ? old : [newSet, ...old];
  const active = all.filter((set) => set.replicas > 0);
  if (active.length > 1) return undefined;
  return active[0] ?? newSet ?? [...old].sort((a, b) => byAge(b.set, a.set))[0];
}
const isSaturated = ({ spec }: Deployment, set: PlannedSet): boolean =>
  desiredOf(set.annotations) === spec.replicas && set.replicas === spec.replicas && availableOf(set) === spec.replicas;

/** Each gets (or loses) its share of the difference; what rounding leaves goes to the largest. */
function share(sets: readonly PlannedSet[], difference: number, deployment: Deployment, limits: Limits): void {
  const age = difference > 0 ? -1 : 1; // growing: the newer first; shrinking: the older first
  const largest = [...sets].sort((a, b) => b.replicas - a.replicas || age * byAge(a.set, b.set));
  const sizes = largest.map((set) => set.replicas);
  let given = 0;
  for (const [i, set] of largest.entries()) {
    const left = difference - given;
    if (left === 0) break;
    const wish = fraction(set, deployment, limits);
    const part = difference > 0 ? Math.min(wish, left) : Math.max(wish, left);
    sizes[i] = set.replicas + part;
    given += part;
  }
  for (const [i, set] of largest.entries()) {
    const size = Math.max(0, sizes[i]! + (i === 0 ? difference - given : 0));
    scale(set, size, deployment, limits);
    note(set, deployment, limits);
  }
}
function fraction(set: PlannedSet, { spec, status }: Deployment, limits: Limits): number {
  if (spec.replicas === 0) return -set.replicas;
  const before = maxOf(set.annotations) || status?.replicas || 0;
  if (before === 0) return 0;
  return Math.round((set.replicas * (spec.replicas + limits.maxSurge)) / before) - set.replicas;
}
