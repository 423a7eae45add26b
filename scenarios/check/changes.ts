//! What really happened to a store, revision by revision: read from its log or from a watch of everything.
import type { Seen } from './history.ts';

/** One key at one revision. `seen` null: deleted. */
export interface Change {
  readonly revision: number;
  readonly key: string;
  readonly seen: Seen | null;
}

/** By revision, then in the order of their txn. Answers what any key was at any revision. */
export class Changes {
  readonly all: readonly Change[];
  readonly #byKey = new Map<string, Change[]>();
  readonly #byRevision = new Map<number, Change[]>();

  constructor(all: readonly Change[]) {
    this.all = [...all].sort((a, b) => a.revision - b.revision);
    for (const change of this.all) {
      push(this.#byKey, change.key, change);
      push(this.#byRevision, change.revision, change);
    }
  }
  get last(): number {
    return this.all.at(-1)?.revision ?? 0;
  }
  at(revision: number): readonly Change[] {
    return this.#byRevision.get(revision) ?? [];
  }
  of(key: string): readonly Change[] {
    return this.#byKey.get(key) ?? [];
  }
  /** Both included. */
  between(from: number, to: number): readonly Change[] {
    return this.all.slice(upTo(this.all, from - 1), upTo(this.all, to));
  }
  /** The key as of that revision. */
  state(key: string, revision: number): Seen | null {
    const list = this.of(key);
    return list[upTo(list, revision) - 1]?.seen ?? null;
  }
}

/** How many of a list in order are at or before that revision. */
export function upTo(list: readonly { readonly revision: number }[], revision: number): number {
  let [from, to] = [0, list.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (list[middle]!.revision <= revision) from = middle + 1;
    else to = middle;
  }
  return from;
}

function push<K>(map: Map<K, Change[]>, key: K, change: Change): void {
  const list = map.get(key);
  if (list) list.push(change);
  else map.set(key, [change]);
}

/**
 * Whether they can be a store's life from its beginning: versions count from 1, create revisions are those of the
 * first version, a key changes once a revision, nothing absent is deleted. The first thing wrong, in words.
 */
export function impossible(changes: Changes): string | undefined {
  const now = new Map<string, Change>();
  for (const change of changes.all) {
    const { key, revision, seen } = change;
    const before = now.get(key);
    const what = `${key} at revision ${revision}`;
    if (before?.revision === revision) return `${what}: changed twice`;
    const was = before?.seen ?? null;
    if (seen === null) {
      if (was === null) return `${what}: deleted, but it was not there`;
    } else {
      if (seen.modRevision !== revision) return `${what}: says mod revision ${seen.modRevision}`;
      const version = (was?.version ?? 0) + 1;
      if (seen.version !== undefined && seen.version !== version)
        return `${what}: version ${seen.version}, but it is write number ${version} of the key`;
      const create = was === null ? revision : was.createRevision;
      if (seen.createRevision !== undefined && create !== undefined && seen.createRevision !== create)
        return `${what}: create revision ${seen.createRevision}, but the key was created at ${create}`;
    }
    now.set(key, change);
  }
  return undefined;
}
