//! Who watches, and what each of them is told about a change.
import type { Status } from '../../api/types/meta.ts';
import type { Entry } from './entry.ts';
import type { Event } from './history.ts';
import type { Selection } from './selection.ts';

export type WatchType = 'ADDED' | 'MODIFIED' | 'DELETED';
export interface Watcher {
  readonly selection: Selection;
  /** It has seen everything up to this revision. */
  readonly after: number;
  event(type: WatchType, entry: Entry): void;
  /** Everything up to this revision has been told; `initialEnd`: the objects that were there at the beginning. */
  bookmark?(revision: number, initialEnd: boolean): void;
  /** No more: with an ERROR event when there is a status. */
  end(status?: Status): void;
}

export class Watchers {
  /** '' watches all namespaces. */
  readonly #byNamespace = new Map<string, Set<Watcher>>();
  size = 0;

  add(watcher: Watcher): void {
    const { namespace } = watcher.selection;
    const set = this.#byNamespace.get(namespace) ?? new Set();
    this.#byNamespace.set(namespace, set.add(watcher));
    this.size++;
  }
  remove(watcher: Watcher): void {
    const { namespace } = watcher.selection;
    const set = this.#byNamespace.get(namespace);
    if (!set?.delete(watcher)) return;
    this.size--;
    if (set.size === 0) this.#byNamespace.delete(namespace);
  }
  tell(event: Event): void {
    if (this.size === 0) return;
    this.#tell('', event);
    if (event.entry.namespace !== '') this.#tell(event.entry.namespace, event);
  }
  #tell(namespace: string, event: Event): void {
    for (const watcher of this.#byNamespace.get(namespace) ?? []) told(watcher, event);
  }
  /** Who hears of a change in a namespace. */
  countOf(namespace: string): number {
    const everywhere = this.#byNamespace.get('')?.size ?? 0;
    return everywhere + (namespace === '' ? 0 : (this.#byNamespace.get(namespace)?.size ?? 0));
  }
  *[Symbol.iterator](): Iterator<Watcher> {
    for (const set of [...this.#byNamespace.values()]) yield* [...set];
  }
}

/** An object that begins to match is new to this watcher, one that ceases to is gone. */
export function told(watcher: Watcher, event: Event): void {
  const { entry, deleted, before } = event;
  const { selection } = watcher;
  if (entry.revision <= watcher.after) return;
  if (selection.name !== '' && selection.name !== entry.name) return;
  if (selection.namespace !== '' && selection.namespace !== entry.namespace) return;
  const was = before !== undefined && (selection.all || selection.matches(before));
  const is = !deleted && (selection.all || selection.matches(entry));
  if (is) watcher.event(was ? 'MODIFIED' : 'ADDED', entry);
  else if (was) watcher.event('DELETED', deleted ? entry : ceased(event, before));
}
/** As it was when it matched, at the revision at which it ceased to. */
function ceased(event: Event, before: Entry): Entry {
  event.ceased ??= before.at(event.entry.revision);
  return event.ceased;
}
