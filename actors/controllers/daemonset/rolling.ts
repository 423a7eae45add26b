//! One step of a rolling update of a DaemonSet: which old pods to delete, which nodes get a second, new one.
import { resolve } from '../../api/intstr.ts';
import type { Node } from '../../api/types/cluster.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { DaemonSet } from '../../api/types/workload.ts';
import { availableAt, isTerminating } from '../../client/workload/pod-state.ts';
import { eligible } from './eligible.ts';
import { isUpdated } from './pods.ts';

export interface Step {
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
}
/** A node's pods that are not on their way out; undefined: more than one of a kind, which is set right first. */
interface Pair {
  readonly fresh: Pod | undefined;
  readonly old: Pod | undefined;
}
function pairOf(set: DaemonSet, pods: readonly Pod[], hash: string): Pair | undefined {
  const living = pods.filter((pod) => !isTerminating(pod));
  const fresh = living.filter((pod) => isUpdated(set, pod, hash));
  const old = living.filter((pod) => !isUpdated(set, pod, hash));
  return fresh.length > 1 || old.length > 1 ? undefined : { fresh: fresh[0], old: old[0] };
}

/** `placed`: pods by node. */
export function rollingStep(
  set: DaemonSet,
  nodes: readonly Node[],
  placed: ReadonlyMap<string, readonly Pod[]>,
  hash: string,
  now: number,
): Step {
  const wanted = nodes.filter((node) => eligible(set, node).shouldRun).map(({ metadata }) => metadata.name);
  const { maxSurge, maxUnavailable } = limitsOf(set, wanted.length);
  const names = new Set([...placed.keys(), ...wanted]);
  const available = (pod: Pod): boolean =>
    (availableAt(pod, set.spec.minReadySeconds ?? 0) ?? Number.POSITIVE_INFINITY) <= now;
  const pairs = [...names].map((name) => [name, pairOf(set, placed.get(name) ?? [], hash)] as const);
  if (maxSurge === 0)
    return deletions(
      pairs.map(([, pair]) => pair),
      maxUnavailable,
      available,
    );
  const runs = new Set(wanted);
  return surges(pairs, maxSurge, runs, available);
}
interface Limits {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}
/** Both round up; with neither nothing could move. */
export function limitsOf({ spec }: DaemonSet, wanted: number): Limits {
  const rolling = spec.updateStrategy.rollingUpdate;
  const maxSurge = resolve(rolling?.maxSurge ?? 0, wanted, 'up') ?? 0;
  const maxUnavailable = resolve(rolling?.maxUnavailable ?? 0, wanted, 'up') ?? 0;
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 && wanted > 0 ? 1 : maxUnavailable };
}

/** Old pods that are not available go at once, others as far as enough stay. */
function deletions(
  pairs: readonly (Pair | undefined)[],
  maxUnavailable: number,
  available: (pod: Pod) => boolean,
): Step {
  let unavailable = 0;
  const allowed: Pod[] = [];
  const candidates: Pod[] = [];
  for (const pair of pairs) {
    const { fresh, old } = pair ?? { fresh: undefined, old: undefined };
    if ((fresh === undefined) === (old === undefined)) unavailable++;
    else if (fresh !== undefined) unavailable += available(fresh) ? 0 : 1;
    else if (old !== undefined && !available(old)) {
      allowed.push(old);
      unavailable++;
    } else if (old !== undefined && unavailable < maxUnavailable) candidates.push(old);
  }
  return { create: [], remove: [...allowed, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))] };
}

/** A new pod beside the old one, which goes when the new one is available. */
function surges(
  pairs: readonly (readonly [string, Pair | undefined])[],
  maxSurge: number,
  runs: ReadonlySet<string>,
  available: (pod: Pod) => boolean,
): Step {
  let surging = 0;
  let running = 0;
  const remove: Pod[] = [];
  const unwanted: Pod[] = [];
  const allowed: string[] = [];
  const candidates: string[] = [];
  for (const [name, pair] of pairs) {
    if (pair === undefined) {
      surging++;
      continue;
    }
    const { fresh, old } = pair;
    const first = old ?? fresh;
    if (first !== undefined && available(first)) running++;
    if (old === undefined) continue;
    if (fresh !== undefined) {
      if (available(fresh)) remove.push(old);
      else surging++;
    } else if (!runs.has(name)) {
      if (available(old)) unwanted.push(old);
      else remove.push(old);
    } else if (!available(old)) allowed.push(name);
    else if (surging < maxSurge) candidates.push(name);
  }
  // Where it is no longer wanted it stays until as many are available elsewhere.
  remove.push(...unwanted.slice(0, Math.max(0, running - runs.size)));
  return { create: [...allowed, ...candidates.slice(0, Math.max(0, maxSurge - surging))], remove };
}
