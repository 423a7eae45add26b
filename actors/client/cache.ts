//! What informers fill and controllers read: objects by key, found by index. A plain class: no event costs O(cluster).
import { keyOf, type Resource, splitKey } from '../api/resource.ts';
import type { KubeObject } from '../api/types/meta.ts';
import type { Cache, CacheChange, Indexes } from './protocol.ts';

export interface Listener<T> {
  /** Runs while the cache changes: keep it short, do not throw. */
  changed?(change: CacheChange<T>): void;
  /** After the first list; at once when that is in already. */
  synced?(): void;
}
/** A cache as one user sees it: with its own indexes. */
export interface UsedCache<T extends KubeObject> extends Cache<T> {
  release(): void;
}

type IndexFunction<T> = (object: T) => readonly string[];
interface Index<T> {
  users: number;
  readonly found: Map<string, Map<string, T>>;
}

/** Deleted by ourselves: what the watch still says of them is old. Uids never come again, so that forgetting is all. */
const TOMBSTONES_MAX = 10_000;

export const revisionOf = (object: KubeObject): number => Number(object.metadata.resourceVersion);

export class ObjectStore<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  readonly #objects = new Map<string, T>();
  readonly #namespaces: Index<T> = { users: 1, found: new Map() };
  /** By function: two users may mean different things by one name. */
  readonly #indexes = new Map<IndexFunction<T>, Index<T>>();
  readonly #listeners = new Set<Listener<T>>();
  readonly #tombstones = new Set<string>();
  #synced = false;
  /** The watch has told of everything up to here. */
  #position = 0;
  constructor(resource: Resource<T>) {
    this.resource = resource;
    if (resource.namespaced) this.#indexes.set(namespaceOf, this.#namespaces);
  }

  get synced(): boolean {
    return this.#synced;
  }
  get size(): number {
    return this.#objects.size;
  }
  get users(): number {
    return this.#listeners.size;
  }
  get(key: string): T | undefined {
    return this.#objects.get(key);
  }
  list(namespace?: string): readonly T[] {
    if (namespace === undefined || namespace === '') return [...this.#objects.values()];
    return [...(this.#namespaces.found.get(namespace)?.values() ?? [])];
  }

  /** What is there already comes first, at once, as `added`. */
  use(indexes: Indexes<T>, listener: Listener<T>, released: () => void): UsedCache<T> {
    const functions = new Map(Object.entries(indexes));
    for (const of of functions.values()) this.#index(of);
    const own = { ...listener };
    this.#listeners.add(own);
    for (const object of this.#objects.values()) own.changed?.({ type: 'added', object });
    if (this.#synced) own.synced?.();
    const release = (): void => {
      if (!this.#listeners.delete(own)) return;
      for (const of of functions.values()) this.#unindex(of);
      released();
    };
    return new View(this, functions, release);
  }
  found(of: IndexFunction<T>, value: string): readonly T[] {
    return [...(this.#indexes.get(of)?.found.get(value)?.values() ?? [])];
  }

  /** Ignored when the cache knows something as new. */
  put(object: T): void {
    const key = keyOf(object);
    const old = this.#objects.get(key);
    if (old !== undefined && revisionOf(old) >= revisionOf(object)) return;
    if (this.#tombstones.has(object.metadata.uid)) return;
    if (old !== undefined && old.metadata.uid !== object.metadata.uid) this.#delete(key, old);
    const before = this.#objects.get(key);
    this.#objects.set(key, object);
    for (const [of, index] of this.#indexes) reindex(index, key, before && of(before), of(object), object);
    this.#tell(before === undefined ? { type: 'added', object } : { type: 'modified', object, old: before });
  }
  /** As this process wrote it. What the watch has passed already is in, or was deleted since: never put that back. */
  write(object: T): void {
    if (this.#synced && revisionOf(object) > this.#position) this.put(object);
  }
  passed(revision: number): void {
    this.#position = Math.max(this.#position, revision);
  }
  /** Gone since `revision`. Ignored when what is there is newer. */
  remove(key: string, revision: number): void {
    const old = this.#objects.get(key);
    if (old !== undefined && revisionOf(old) <= revision) this.#delete(key, old);
  }
  /** Deleted by this process: at a revision that the answer does not tell, but for good. */
  bury(key: string, uid: string): void {
    if (this.#tombstones.size >= TOMBSTONES_MAX) this.#tombstones.delete(this.#tombstones.values().next().value!);
    this.#tombstones.add(uid);
    const old = this.#objects.get(key);
    if (old?.metadata.uid === uid) this.#delete(key, old);
  }
  /** A list as of `revision`. What was written here after it stays. */
  replace(objects: readonly T[], revision: number): void {
    const listed = new Set<string>();
    for (const object of objects) {
      listed.add(keyOf(object));
      this.put(object);
    }
    for (const [key, old] of this.#objects) if (!listed.has(key) && revisionOf(old) <= revision) this.#delete(key, old);
    this.passed(revision);
    if (this.#synced) return;
    this.#synced = true;
    for (const listener of [...this.#listeners]) listener.synced?.();
  }

  #delete(key: string, old: T): void {
    this.#objects.delete(key);
    for (const [of, index] of this.#indexes) reindex(index, key, of(old), [], old);
    this.#tell({ type: 'deleted', object: old });
  }
  #tell(change: CacheChange<T>): void {
    for (const listener of [...this.#listeners]) listener.changed?.(change);
  }
  #index(of: IndexFunction<T>): void {
    const known = this.#indexes.get(of);
    if (known !== undefined) {
      known.users++;
      return;
    }
    const index: Index<T> = { users: 1, found: new Map() };
    this.#indexes.set(of, index);
    for (const [key, object] of this.#objects) reindex(index, key, undefined, of(object), object);
  }
  #unindex(of: IndexFunction<T>): void {
    const index = this.#indexes.get(of);
    if (index !== undefined && --index.users === 0) this.#indexes.delete(of);
  }
}

class View<T extends KubeObject> implements UsedCache<T> {
  readonly #store: ObjectStore<T>;
  readonly #indexes: ReadonlyMap<string, IndexFunction<T>>;
  readonly release: () => void;
  constructor(store: ObjectStore<T>, indexes: ReadonlyMap<string, IndexFunction<T>>, release: () => void) {
    this.#store = store;
    this.#indexes = indexes;
    this.release = release;
  }
  get resource(): Resource<T> {
    return this.#store.resource;
  }
  get synced(): boolean {
    return this.#store.synced;
  }
  get size(): number {
    return this.#store.size;
  }
  get(key: string): T | undefined {
    return this.#store.get(key);
  }
  list(namespace?: string): readonly T[] {
    return this.#store.list(namespace);
  }
  by(index: string, value: string): readonly T[] {
    const of = this.#indexes.get(index);
    if (of === undefined) throw new Error(`${this.resource.resource}: no index ${index} was declared`);
    return this.#store.found(of, value);
  }
}

const namespaceOf = (object: KubeObject): readonly string[] => [splitKey(keyOf(object))[0]];

function reindex<T>(
  { found }: Index<T>,
  key: string,
  before: readonly string[] | undefined,
  after: readonly string[],
  object: T,
): void {
  for (const value of before ?? []) {
    if (after.includes(value)) continue;
    const keys = found.get(value);
    keys?.delete(key);
    if (keys?.size === 0) found.delete(value);
  }
  for (const value of after) {
    let keys = found.get(value);
    if (keys === undefined) {
      keys = new Map();
      found.set(value, keys);
    }
    keys.set(key, object);
  }
}
