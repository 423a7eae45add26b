//! Which kinds can own and be owned: those built in, and those of CustomResourceDefinitions while they are served.
import { resourcesOf } from '../../api/custom/compile.ts';
import { get, listOf } from '../../api/json.ts';
import { apiVersion, findResource, RESOURCES, type ResourceInfo } from '../../api/resources.ts';
import type { KubeObject, OwnerReference } from '../../api/types/meta.ts';
import type { Item } from './logic.ts';

/** Events are nobody's. */
export const COLLECTED: readonly ResourceInfo[] = RESOURCES.filter(
  (info) =>
    info.stored &&
    info.enabled &&
    info.preferred &&
    info.resource !== 'events' &&
    ['list', 'watch', 'delete', 'get', 'patch'].every((verb) => info.verbs.includes(verb)),
);
export const DEFINITIONS = findResource('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')!;
const keyOf = ({ group, resource }: Pick<Item, 'group' | 'resource'>): string => `${group}/${resource}`;
const builtIn: ReadonlyMap<string, ResourceInfo> = new Map(COLLECTED.map((info) => [keyOf(info), info]));

/** Those that are followed now. */
export class Kinds {
  readonly #custom = new Map<string, ResourceInfo>();

  all(): readonly ResourceInfo[] {
    return this.#custom.size === 0 ? COLLECTED : [...COLLECTED, ...this.#custom.values()];
  }
  of(item: Pick<Item, 'group' | 'resource'>): ResourceInfo | undefined {
    return builtIn.get(keyOf(item)) ?? this.#custom.get(keyOf(item));
  }
  isFollowed(info: ResourceInfo): boolean {
    return info.custom === undefined || this.#custom.has(keyOf(info));
  }
  clear(): void {
    this.#custom.clear();
  }
  /** What must be left and what begun, so that what is served is followed. */
  plan(definitions: readonly KubeObject[]): {
    readonly leave: readonly ResourceInfo[];
    readonly begin: readonly ResourceInfo[];
  } {
    const wanted = new Map(definitions.flatMap(followable).map((info) => [keyOf(info), info]));
    const same = (a: ResourceInfo, b: ResourceInfo | undefined): boolean =>
      b !== undefined && apiVersion(a) === apiVersion(b) && a.namespaced === b.namespaced;
    const leave = [...this.#custom].filter(([key, info]) => !same(info, wanted.get(key))).map(([, info]) => info);
    for (const info of leave) this.#custom.delete(keyOf(info));
    const begin = [...wanted.values()].filter((info) => !this.#custom.has(keyOf(info)));
    for (const info of begin) this.#custom.set(keyOf(info), info);
    return { leave, begin };
  }
}
const compiled = new WeakMap<KubeObject, readonly ResourceInfo[]>();
function versionsOf(definition: KubeObject): readonly ResourceInfo[] {
  let resources = compiled.get(definition);
  if (resources === undefined) {
    resources = resourcesOf(definition);
    compiled.set(definition, resources);
  }
  return resources;
}
/** In the version in which it is stored, so that nothing has to be converted, or another that is served. */
function followable(definition: KubeObject): readonly ResourceInfo[] {
  const isEstablished = listOf(get(definition, 'status', 'conditions')).some(
    (condition) => get(condition, 'type') === 'Established' && get(condition, 'status') === 'True',
  );
  const versions = isEstablished ? versionsOf(definition) : [];
  const chosen = versions.find(({ version, storage }) => version === storage.version) ?? versions[0];
  return chosen === undefined ? [] : [chosen];
}
export function customOf(
  { apiVersion: version, kind }: OwnerReference,
  definitions: readonly KubeObject[],
): ResourceInfo | undefined {
  for (const definition of definitions) {
    if (get(definition, 'spec', 'names', 'kind') !== kind) continue;
    const found = versionsOf(definition).find((info) => apiVersion(info) === version);
    if (found !== undefined) return found;
  }
  return undefined;
}
