import { parseTime, timestamp } from '../../api/time.ts';
import type { Namespace } from '../../api/types/cluster.ts';
import type { Condition, KubeObject } from '../../api/types/meta.ts';
import { setCondition } from '../../client/conditions.ts';

export const FINALIZER = 'kubernetes';
/** Pods may need their grace period; everything else is looked at again soon. */
export const RETRY_MS = 2_000;
export const RETRY_MOST_MS = 30_000;

/** What is left of one resource after everything was told to go. */
export interface Left {
  /** `pods.`, `deployments.apps`. */
  readonly resource: string;
  readonly count: number;
  readonly finalizers: Readonly<Record<string, number>>;
  /** Of pods: the longest time that one still has. */
  readonly graceMs: number;
}
export interface Swept {
  readonly left: readonly Left[];
  readonly failures: readonly string[];
}

export function leftOf(resource: string, objects: readonly KubeObject[], now: number): Left {
  const finalizers: Record<string, number> = {};
  let graceMs = 0;
  for (const { metadata } of objects) {
    for (const name of metadata.finalizers ?? []) finalizers[name] = (finalizers[name] ?? 0) + 1;
    const until = parseTime(metadata.deletionTimestamp);
    if (until !== undefined) graceMs = Math.max(graceMs, until - now);
  }
  return { resource, count: objects.length, finalizers, graceMs };
}

export type Plan =
  /** Not on its way out, or nothing of ours. */
  { readonly do: 'nothing' } | { readonly do: 'sweep' };
export const plan = (namespace: Namespace | undefined): Plan =>
  namespace?.metadata.deletionTimestamp !== undefined && (namespace.spec.finalizers ?? []).includes(FINALIZER)
    ? { do: 'sweep' }
    : { do: 'nothing' };

/** Half of the longest grace period, as kube's estimate; at least RETRY_MS. */
export const retryMs = ({ left }: Swept): number =>
  Math.min(RETRY_MOST_MS, Math.max(RETRY_MS, ...left.map(({ graceMs }) => graceMs / 2)));

/** The conditions of pkg/controller/namespace/deletion/status_condition_utils.go. */
export function conditions(
  before: readonly Condition[] | undefined,
  { left, failures }: Swept,
  now: number,
): readonly Condition[] {
  const remaining = left.filter(({ count }) => count > 0);
  const held = new Map<string, number>();
  for (const { finalizers } of remaining)
    for (const [name, count] of Object.entries(finalizers)) held.set(name, (held.get(name) ?? 0) + count);
  const resources = remaining.map(({ resource, count }) => `${resource} has ${count} resource instances`).sort();
  const finalizers = [...held].map(([name, count]) => `${name} in ${count} resource instances`).sort();
  const all: readonly Condition[] = [
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      status: 'False',
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      status: 'False',
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
    },
    failures.length > 0
      ? {
          type: 'NamespaceDeletionContentFailure',
          status: 'True',
          reason: 'ContentDeletionFailed',
          message: failed(failures),
        }
      : {
          type: 'NamespaceDeletionContentFailure',
          status: 'False',
          reason: 'ContentDeleted',
          message: 'All content successfully deleted, may be waiting on finalization',
        },
    resources.length > 0
      ? {
          type: 'NamespaceContentRemaining',
          status: 'True',
          reason: 'SomeResourcesRemain',
          message: `Some resources are remaining: ${resources.join(', ')}`,
        }
      : {
          type: 'NamespaceContentRemaining',
          status: 'False',
          reason: 'ContentRemoved',
          message: 'All content successfully removed',
        },
    finalizers.length > 0
      ? {
          type: 'NamespaceFinalizersRemaining',
          status: 'True',
          reason: 'SomeFinalizersRemain',
          message: `Some content in the namespace has finalizers remaining: ${finalizers.join(', ')}`,
        }
      : {
          type: 'NamespaceFinalizersRemaining',
          status: 'False',
          reason: 'ContentHasNoFinalizers',
          message: 'All content-preserving finalizers finished',
        },
  ];
  let list = before ?? [];
  for (const condition of all) list = setCondition(list, { ...condition, lastTransitionTime: timestamp(now) }, now);
  return list;
}
const failed = (failures: readonly string[]): string =>
  `Failed to delete all resource types, ${failures.length} remaining: ${[...failures].sort().join(', ')}`;
