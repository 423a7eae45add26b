//! Every resource that this server serves: those built in, and those of CustomResourceDefinitions.
import { resourcesOf } from '../../api/custom/compile.ts';
import { published } from '../../api/custom/publish.ts';
import type { JsonObject } from '../../api/json.ts';
import { apiVersion, ENABLED, findKind, findResource, type ResourceInfo } from '../../api/resources.ts';
import { Remotes } from '../aggregation/remotes.ts';
import type { Entry } from '../cache/entry.ts';

export class Catalog {
  /** Rises whenever it would answer something else. */
  revision = 0;
  /** What other API servers answer. */
  readonly remotes = new Remotes();
  #customs: readonly ResourceInfo[] = [];
  #enabled: readonly ResourceInfo[] = ENABLED;
  /** As long as a definition stays as it is, so do its compiled resources. */
  #compiled = new Map<string, { readonly entry: Entry; readonly resources: readonly ResourceInfo[] }>();
  readonly #listeners = new Set<() => void>();

  enabled(): readonly ResourceInfo[] {
    return this.#enabled;
  }
  customs(): readonly ResourceInfo[] {
    return this.#customs;
  }
  find(group: string, version: string, plural: string): ResourceInfo | undefined {
    const builtIn = findResource(group, version, plural);
    if (builtIn?.enabled) return builtIn;
    return this.#customs.find((info) => info.group === group && info.version === version && info.resource === plural);
  }
  findKind(version: string, kind: string): ResourceInfo | undefined {
    const builtIn = findKind(version, kind);
    if (builtIn?.enabled) return builtIn;
    return this.#customs.find((info) => info.kind === kind && apiVersion(info) === version);
  }
  /** OpenAPI of a kind that is not built in. */
  custom(info: ResourceInfo, dialect: 'v2' | 'v3'): JsonObject {
    return published(info, dialect);
  }
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Every CustomResourceDefinition that there is now. */
  replace(definitions: Iterable<Entry>): void {
    const compiled = new Map<string, { readonly entry: Entry; readonly resources: readonly ResourceInfo[] }>();
    let changed = false;
    for (const entry of definitions) {
      const known = this.#compiled.get(entry.name);
      const same = known !== undefined && known.entry.revision === entry.revision;
      compiled.set(entry.name, same ? known : { entry, resources: resourcesOf(entry.object) });
      changed ||= !same;
    }
    if (!changed && compiled.size === this.#compiled.size) return;
    this.#compiled = compiled;
    this.#customs = [...compiled.values()].flatMap(({ resources }) => resources);
    this.#enabled = this.#customs.length === 0 ? ENABLED : [...ENABLED, ...this.#customs];
    this.touch();
  }
  /** Every APIService that there is now. */
  replaceRemotes(services: Iterable<Entry>): void {
    if (this.remotes.replace(services)) this.revision++;
  }
  /** It answers something else now. */
  touch(): void {
    this.revision++;
    for (const listener of this.#listeners) listener();
  }
}
