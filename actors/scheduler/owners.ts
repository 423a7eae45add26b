//! Whom the Services of a pod and its controller select: the pods from which it is spread when it names no constraint.
import { matches, type Requirement, type Selector, selectorOf, selectorOfMap } from '../api/selector.ts';
import type { KubeObject, LabelSelector } from '../api/types/meta.ts';
import type { Pod } from '../api/types/pod.ts';
import { controllerOf } from '../client/owners.ts';

export type Selecting = KubeObject & { readonly spec?: { readonly selector?: object } };
const KEPT_MAX = 2_000;

export class Owners {
  readonly #services = new Map<string, Map<string, Selecting>>();
  /** ReplicationControllers, ReplicaSets and StatefulSets by `kind/namespace/name`. */
  readonly #owners = new Map<string, Selecting>();
  readonly #kept = new Map<string, Selector>();

  changed(object: Selecting, gone: boolean): void {
    const { kind, metadata } = object;
    const { namespace = '', name } = metadata;
    this.#kept.clear();
    if (kind !== 'Service') {
      const key = `${kind}/${namespace}/${name}`;
      if (gone) this.#owners.delete(key);
      else this.#owners.set(key, object);
      return;
    }
    const services = this.#services.get(namespace) ?? new Map<string, Selecting>();
    if (gone) services.delete(name);
    else services.set(name, object);
    if (services.size === 0) this.#services.delete(namespace);
    else this.#services.set(namespace, services);
  }
  /** Undefined: nobody selects it. */
  selectorOf(pod: Pod): Selector | undefined {
    const { namespace = '', labels } = pod.metadata;
    const owner = controllerOf(pod);
    const services = this.#services.get(namespace);
    if (owner === undefined && services === undefined) return undefined;
    const id = JSON.stringify([namespace, labels, owner?.kind, owner?.name]);
    let selector = this.#kept.get(id);
    if (selector === undefined) {
      selector = this.#select(namespace, labels ?? {}, owner);
      if (this.#kept.size >= KEPT_MAX) this.#kept.clear();
      this.#kept.set(id, selector);
    }
    return selector.requirements.length === 0 ? undefined : selector;
  }
  #select(
    namespace: string,
    labels: Readonly<Record<string, string>>,
    owner: { readonly kind: string; readonly name: string } | undefined,
  ): Selector {
    const merged: Record<string, string> = {};
    const requirements: Requirement[] = [];
    for (const { spec } of this.#services.get(namespace)?.values() ?? []) {
      const wanted = spec?.selector as Readonly<Record<string, string>> | undefined;
      if (wanted !== undefined && matches(selectorOfMap(wanted), labels)) Object.assign(merged, wanted);
    }
    const set = owner && this.#owners.get(`${owner.kind}/${namespace}/${owner.name}`);
    if (set?.kind === 'ReplicationController') Object.assign(merged, set.spec?.selector);
    else if (set !== undefined) {
      const selected = selectorOf(set.spec?.selector as LabelSelector | undefined);
      if (!selected.nothing) requirements.push(...selected.requirements);
    }
    return { requirements: [...selectorOfMap(merged).requirements, ...requirements] };
  }
}
