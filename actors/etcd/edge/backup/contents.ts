//! What a snapshot holds, whoever made it.

import type { LeaseState } from '../../leases.ts';
import type { Kept } from '../../snapshot.ts';

export type { Kept, LeaseState };

export interface Contents {
  readonly revision: number;
  /** Older revisions cannot be read. 0: all can. */
  readonly compacted: number;
  /** Every version kept, in the order of writing. */
  readonly versions: readonly Kept[];
  /** Of each version its place among the writes of its revision, from 0. Beside them: there are millions. */
  readonly places: Uint32Array;
  readonly leases: readonly LeaseState[];
}

/** Places of versions that are all there: 0, 1, 2 within each revision. */
export function placesOf(versions: readonly Kept[]): Uint32Array {
  const places = new Uint32Array(versions.length);
  for (let i = 1; i < versions.length; i++)
    if (versions[i]!.mod === versions[i - 1]!.mod) places[i] = places[i - 1]! + 1;
  return places;
}

/**
 * The same as if it had been compacted at `revision` (at most its own): of each key the version that was there then,
 * if any, and all later ones.
 */
export function compactedAt(contents: Contents, revision: number): Contents {
  if (revision <= 0) return contents;
  const newest = new Map<string, Kept>();
  for (const version of contents.versions) if (version.mod <= revision) newest.set(version.key, version);
  const places: number[] = [];
  const versions = contents.versions.filter((one, i) => {
    const kept = one.mod > revision || (one.version > 0 && newest.get(one.key) === one);
    if (kept) places.push(contents.places[i]!);
    return kept;
  });
  const compacted = Math.max(contents.compacted, revision);
  return { ...contents, compacted, versions, places: Uint32Array.from(places) };
}

/**
 * The store that clients who saw up to `by` revisions more than the snapshot cannot mistake for their own: it is at a
 * later revision than any that they know, and older ones are compacted, so that they list again (etcd's
 * --bump-revision with --mark-compacted).
 */
export function bumped(contents: Contents, by: number): Contents {
  if (by === 0) return contents;
  const revision = contents.revision + by;
  return { ...compactedAt(contents, contents.revision), revision, compacted: revision };
}
