import { parseTime } from '../../api/time.ts';
import { toleratesTaint } from '../../api/toleration.ts';
import type { Taint } from '../../api/types/cluster.ts';
import type { Pod } from '../../api/types/pod.ts';

export const noExecute = (taints: readonly Taint[] | undefined): readonly Taint[] =>
  taints?.filter(({ effect }) => effect === 'NoExecute') ?? [];
export const sameTaints = (a: readonly Taint[], b: readonly Taint[]): boolean =>
  a.length === b.length && a.every(({ key, value }, i) => key === b[i]?.key && value === b[i]?.value);

/** How long the pod stays on a node with these taints: 0 not at all, undefined for ever. */
export function staysMs(pod: Pod, taints: readonly Taint[]): number | undefined {
  let least: number | undefined;
  for (const taint of taints) {
    const toleration = pod.spec.tolerations?.filter((one) => toleratesTaint(one, taint)) ?? [];
    if (toleration.length === 0) return 0;
    for (const { tolerationSeconds } of toleration)
      if (tolerationSeconds !== undefined)
        least = Math.min(least ?? Number.POSITIVE_INFINITY, Math.max(0, tolerationSeconds) * 1_000);
  }
  return least;
}

/** Since when the taints count against the pod: the first was added, and the pod was there. */
export function countsSince(pod: Pod, taints: readonly Taint[], now: number): number {
  const added = taints.map(({ timeAdded }) => parseTime(timeAdded) ?? now);
  const scheduled = pod.status.conditions?.find(({ type }) => type === 'PodScheduled');
  const arrived = parseTime(scheduled?.lastTransitionTime) ?? parseTime(pod.metadata.creationTimestamp) ?? now;
  return Math.min(now, Math.max(arrived, Math.min(...added)));
}

export type Plan =
  /** Nothing counts against it. */
  | { readonly do: 'forget' }
  | { readonly do: 'wait'; readonly since: number; readonly afterMs: number }
  | { readonly do: 'evict' };

/** `since`: as remembered from the last time, so that a change of taints does not start the count anew. */
export function plan(pod: Pod | undefined, taints: readonly Taint[], since: number | undefined, now: number): Plan {
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || taints.length === 0) return { do: 'forget' };
  const stays = staysMs(pod, taints);
  if (stays === undefined) return { do: 'forget' };
  if (stays === 0) return { do: 'evict' };
  const from = since ?? countsSince(pod, taints, now);
  return from + stays <= now ? { do: 'evict' } : { do: 'wait', since: from, afterMs: from + stays - now };
}
