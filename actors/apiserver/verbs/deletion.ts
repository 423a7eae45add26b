//! When a deletion is over, and how it begins: the rules of registry/rest BeforeDelete, as data.
import { withCondition } from '../../api/custom/names.ts';
import { get, isEmpty, listOf, numberOf, objectOf, textOf } from '../../api/json.ts';
import type { ResourceInfo } from '../../api/resources.ts';
import { parseTime, timestamp } from '../../api/time.ts';
import type { KubeObject, ObjectMeta } from '../../api/types/meta.ts';
import type { ApiOptions } from '../protocol.ts';

const DEFAULT_GRACE_SECONDS = 30;
export const ORPHAN = 'orphan';
export const FOREGROUND = 'foregroundDeletion';

type Named = Pick<ResourceInfo, 'group' | 'kind'>;
const isPod = (info: Named): boolean => info.group === '' && info.kind === 'Pod';
const isNamespace = (info: Named): boolean => info.group === '' && info.kind === 'Namespace';

const isDefinition = (info: Named): boolean =>
  info.group === 'apiextensions.k8s.io' && info.kind === 'CustomResourceDefinition';
/** Held by a definition as long as it has objects (registry/customresourcedefinition Delete). */
export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';
function pending(object: KubeObject, nowMs: number): KubeObject {
  const status = objectOf(get(object, 'status'));
  const condition = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  const conditions = withCondition(listOf(status['conditions']), condition, timestamp(nowMs));
  return { ...object, status: { ...status, conditions } } as unknown as KubeObject;
}

/** Nobody holds it any more: the write that says so removes it. */
export function isOver(info: Named, object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  if (deletionTimestamp === undefined || finalizers.length > 0 || deletionGracePeriodSeconds > 0) return false;
  return !isNamespace(info) || isEmpty(get(object, 'spec', 'finalizers'));
}

/** What a delete makes of an object: gone, on its way (a new state), or on its way already. */
export type Deletion =
  | { readonly what: 'remove'; readonly object: KubeObject }
  | { readonly what: 'put'; readonly object: KubeObject }
  | { readonly what: 'keep' };

export function deletionOf(info: Named, object: KubeObject, options: ApiOptions, nowMs: number): Deletion {
  const { metadata } = object;
  const own = isDefinition(info) && metadata.deletionTimestamp === undefined ? [CLEANUP] : [];
  const finalizers = [...finalizersOf(metadata, options).filter((name) => !own.includes(name)), ...own];
  const grace = isPod(info) ? graceOf(object, options) : 0;
  const held = finalizers.length > 0 || (isNamespace(info) && !isEmpty(get(object, 'spec', 'finalizers')));
  if (metadata.deletionTimestamp !== undefined) {
    const before = metadata.deletionGracePeriodSeconds ?? 0;
    // A second delete shortens the first one, never lengthens it.
    const seconds = options.gracePeriodSeconds === undefined ? before : Math.min(before, grace);
    if (seconds === 0 && !held) return { what: 'remove', object: marked(object, finalizers, 0, nowMs) };
    if (seconds === before && same(finalizers, metadata.finalizers ?? [])) return { what: 'keep' };
    const began = (parseTime(metadata.deletionTimestamp) ?? nowMs) - before * 1_000;
    return { what: 'put', object: marked(object, finalizers, seconds, began) };
  }
  if (grace === 0 && !held) return { what: 'remove', object: marked(object, finalizers, 0, nowMs) };
  const next = marked(object, finalizers, grace, nowMs);
  if (isDefinition(info)) return { what: 'put', object: pending(next, nowMs) };
  return { what: 'put', object: isNamespace(info) ? terminating(next) : next };
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one, i) => one === b[i]);
const terminating = (object: KubeObject): KubeObject =>
  ({ ...object, status: { ...(object as { status?: object }).status, phase: 'Terminating' } }) as KubeObject;

function marked(object: KubeObject, finalizers: readonly string[], seconds: number, fromMs: number): KubeObject {
  const { finalizers: _, ...metadata } = object.metadata;
  const begun = metadata.deletionTimestamp !== undefined;
  const counted = !begun && metadata.generation !== undefined && metadata.generation > 0;
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(counted ? { generation: (metadata.generation ?? 0) + 1 } : {}),
      deletionTimestamp: timestamp(fromMs + seconds * 1_000),
      deletionGracePeriodSeconds: seconds,
      ...(finalizers.length === 0 ? {} : { finalizers }),
    },
  };
}

/** A pod that no kubelet has seen, or whose containers have ended, needs no grace. */
function graceOf(pod: KubeObject, options: ApiOptions): number {
  const asked =
    options.gracePeriodSeconds ?? numberOf(get(pod, 'spec', 'terminationGracePeriodSeconds'), DEFAULT_GRACE_SECONDS);
  if (textOf(get(pod, 'spec', 'nodeName')) === '') return 0;
  const phase = textOf(get(pod, 'status', 'phase'));
  if (phase === 'Succeeded' || phase === 'Failed') return 0;
  return asked < 0 ? 1 : asked;
}

function finalizersOf(metadata: ObjectMeta, { propagationPolicy }: ApiOptions): readonly string[] {
  const before = metadata.finalizers ?? [];
  if (propagationPolicy === undefined) return before;
  const others = before.filter((name) => name !== ORPHAN && name !== FOREGROUND);
  if (propagationPolicy === 'Orphan') return [...others, ORPHAN];
  return propagationPolicy === 'Foreground' ? [...others, FOREGROUND] : others;
}
