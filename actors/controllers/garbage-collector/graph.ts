//! Who owns whom, as the informers know it: no graph of its own, an index by owner in each cache.

import { type Resource, splitKey } from '../../api/resource.ts';
import { findKind, type ResourceInfo } from '../../api/resources.ts';
import type { KubeObject, OwnerReference } from '../../api/types/meta.ts';
import type { ControllerIo } from '../../client/protocol.ts';
import { customOf, DEFINITIONS, Kinds } from './kinds.ts';

/** What the controller works with. */
export interface Scene {
  readonly io: ControllerIo;
  readonly kinds: Kinds;
}
export interface Dependent {
  readonly resource: Resource;
  readonly object: KubeObject;
}
export function dependentsOf({ io, kinds }: Scene, uid: string): readonly Dependent[] {
  const found: Dependent[] = [];
  for (const resource of kinds.all())
    for (const object of io.cache(resource).by('owner', uid)) found.push({ resource, object });
  return found;
}
export const hasDependents = ({ io, kinds }: Scene, uid: string): boolean =>
  kinds.all().some((resource) => io.cache(resource).by('owner', uid).length > 0);

/** Where an owner would be. `unknown`: no such kind; `misplaced`: in a namespace, though its dependent is in none. */
export type Place =
  | { readonly at: 'known'; readonly resource: ResourceInfo; readonly key: string }
  | { readonly at: 'unknown' }
  | { readonly at: 'misplaced' };
export function placeOf(
  reference: OwnerReference,
  dependentNamespace: string,
  definitions: readonly KubeObject[] = [],
): Place {
  const info = findKind(reference.apiVersion, reference.kind);
  const resource = info === undefined ? customOf(reference, definitions) : BUILT_IN.of(info);
  if (resource === undefined) return { at: 'unknown' };
  if (!resource.namespaced) return { at: 'known', resource, key: reference.name };
  if (dependentNamespace === '') return { at: 'misplaced' };
  return { at: 'known', resource, key: `${dependentNamespace}/${reference.name}` };
}
const BUILT_IN = new Kinds();
export const definitionsOf = ({ io }: Scene): readonly KubeObject[] => io.cache(DEFINITIONS).list();

/** The owner as cached; undefined: not known, which only the server can confirm. */
export function cachedOwner({ io, kinds }: Scene, place: Place, uid: string): KubeObject | undefined {
  // Of a kind that has just come only the server knows.
  if (place.at !== 'known' || !kinds.isFollowed(place.resource)) return undefined;
  const owner = io.cache(place.resource).get(place.key);
  return owner?.metadata.uid === uid ? owner : undefined;
}
export const locate = (place: { readonly key: string }): readonly [namespace: string, name: string] =>
  splitKey(place.key);
