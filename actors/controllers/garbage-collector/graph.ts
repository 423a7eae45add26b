//! Who owns whom, as the informers know it: no graph of its own, an index by owner in each cache.

import { resourcesOf } from '../../api/custom/compile.ts';
import { get } from '../../api/json.ts';
import { type Resource, splitKey } from '../../api/resource.ts';
import { apiVersion, findKind, findResource, RESOURCES, type ResourceInfo } from '../../api/resources.ts';
import type { KubeObject, OwnerReference } from '../../api/types/meta.ts';
import type { ControllerIo } from '../../client/protocol.ts';
import type { Item } from './logic.ts';

/** What can own and be owned. Events are nobody's. */
export const COLLECTED: readonly ResourceInfo[] = RESOURCES.filter(
  (info) =>
    info.stored &&
    info.enabled &&
    info.preferred &&
    info.resource !== 'events' &&
    ['list', 'watch', 'delete', 'get', 'patch'].every((verb) => info.verbs.includes(verb)),
);
const byName: ReadonlyMap<string, ResourceInfo> = new Map(
  COLLECTED.map((info) => [`${info.group}/${info.resource}`, info]),
);
export const resourceOf = ({ group, resource }: Pick<Item, 'group' | 'resource'>): ResourceInfo | undefined =>
  byName.get(`${group}/${resource}`);

export interface Dependent {
  readonly resource: Resource;
  readonly object: KubeObject;
}
export function dependentsOf(io: ControllerIo, uid: string): readonly Dependent[] {
  const found: Dependent[] = [];
  for (const resource of COLLECTED)
    for (const object of io.cache(resource).by('owner', uid)) found.push({ resource, object });
  return found;
}
export const hasDependents = (io: ControllerIo, uid: string): boolean =>
  COLLECTED.some((resource) => io.cache(resource).by('owner', uid).length > 0);

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
  const resource = info === undefined ? customOf(reference, definitions) : resourceOf(info);
  if (resource === undefined) return { at: 'unknown' };
  if (!resource.namespaced) return { at: 'known', resource, key: reference.name };
  if (dependentNamespace === '') return { at: 'misplaced' };
  return { at: 'known', resource, key: `${dependentNamespace}/${reference.name}` };
}
const DEFINITIONS = findResource('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')!;
export const definitionsOf = (io: ControllerIo): readonly KubeObject[] => io.cache(DEFINITIONS).list();
const compiled = new WeakMap<KubeObject, readonly ResourceInfo[]>();
function customOf({ apiVersion: version, kind }: OwnerReference, definitions: readonly KubeObject[]) {
  for (const definition of definitions) {
    if (get(definition, 'spec', 'names', 'kind') !== kind) continue;
    let resources = compiled.get(definition);
    if (resources === undefined) {
      resources = resourcesOf(definition);
      compiled.set(definition, resources);
    }
    const found = resources.find((info) => apiVersion(info) === version);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The owner as cached; undefined: not known, which only the server can confirm. */
export function cachedOwner(io: ControllerIo, place: Place, uid: string): KubeObject | undefined {
  // No informer follows custom resources: of these only the server knows.
  if (place.at !== 'known' || place.resource.custom !== undefined) return undefined;
  const owner = io.cache(place.resource).get(place.key);
  return owner?.metadata.uid === uid ? owner : undefined;
}
export const locate = (place: { readonly key: string }): readonly [namespace: string, name: string] =>
  splitKey(place.key);
