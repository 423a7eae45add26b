import type { KubeObject, OwnerReference } from '../../api/types/meta.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

export const isDeleting = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;
export const has = (object: KubeObject, finalizer: string): boolean =>
  object.metadata.finalizers?.includes(finalizer) === true;
/** Stays until its dependents are gone. */
export const isWaiting = (object: KubeObject): boolean => isDeleting(object) && has(object, FOREGROUND);
export const isOrphaning = (object: KubeObject): boolean => isDeleting(object) && has(object, ORPHAN);

/** Which object of the cluster: `<group>/<resource>/<namespace>/<name>`. */
export interface Item {
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}
export const itemKey = ({ group, resource }: Pick<Item, 'group' | 'resource'>, { metadata }: KubeObject): string =>
  `${group}/${resource}/${metadata.namespace ?? ''}/${metadata.name}`;
export function parseItem(key: string): Item {
  const [group = '', resource = '', namespace = '', name = ''] = key.split('/');
  return { group, resource, namespace, name };
}

export type Owner =
  /** There, and not on its way out in the foreground; or not to be judged: then nothing is deleted for its sake. */
  | 'solid'
  /** Deleted in the foreground: waits for this object to go. */
  | 'waiting'
  | 'absent';

export type Verdict =
  | { readonly do: 'nothing' }
  /** Somebody still owns it: the other references go. */
  | { readonly do: 'disown'; readonly keep: readonly OwnerReference[] }
  | { readonly do: 'delete'; readonly policy: 'Background' | 'Foreground' | 'Orphan' };

export function verdict(
  object: KubeObject,
  owners: readonly (readonly [OwnerReference, Owner])[],
  hasDependents: boolean,
): Verdict {
  if (owners.length === 0 || isDeleting(object)) return { do: 'nothing' };
  const keep = owners.filter(([, state]) => state === 'solid').map(([reference]) => reference);
  if (keep.length === owners.length) return { do: 'nothing' };
  if (keep.length > 0) return { do: 'disown', keep };
  if (owners.some(([, state]) => state === 'waiting') && hasDependents) return { do: 'delete', policy: 'Foreground' };
  // What its finalizers say was asked for already.
  if (has(object, ORPHAN)) return { do: 'delete', policy: 'Orphan' };
  return { do: 'delete', policy: has(object, FOREGROUND) ? 'Foreground' : 'Background' };
}

/** Whether its owner waits for this dependent. */
export const blocks = (dependent: KubeObject, ownerUid: string): boolean =>
  dependent.metadata.ownerReferences?.some(
    (reference) => reference.uid === ownerUid && reference.blockOwnerDeletion === true,
  ) === true;

export type Deletion =
  | { readonly do: 'nothing' }
  /** The dependents lose this owner, then the finalizer goes. */
  | { readonly do: 'orphan' }
  /** The dependents are to be looked at; the owner stays. */
  | { readonly do: 'wait' }
  | { readonly do: 'finish' };
export function deletion(object: KubeObject, dependents: readonly KubeObject[]): Deletion {
  if (!isDeleting(object)) return { do: 'nothing' };
  if (has(object, ORPHAN)) return { do: 'orphan' };
  if (!has(object, FOREGROUND)) return { do: 'nothing' };
  return dependents.some((dependent) => blocks(dependent, object.metadata.uid)) ? { do: 'wait' } : { do: 'finish' };
}
