//! What a snapshot holds, whoever made it.
import type { KeyValue } from '../../protocol.ts';

/** One version of one key. A deletion has version 0, no value and no create revision. */
export interface Version extends KeyValue {
  /** Its place among the writes of its revision, from 0. */
  readonly sub: number;
}
export interface LeaseState {
  /** An int64 in decimal. */
  readonly id: string;
  /** Seconds, as granted. */
  readonly ttl: number;
  /** Seconds left at the last checkpoint; absent or 0: as granted. */
  readonly remaining?: number;
}
export interface Contents {
  readonly revision: number;
  /** Older revisions cannot be read. 0: all can. */
  readonly compacted: number;
  /** Every version kept, in order of revision and place. */
  readonly versions: readonly Version[];
  readonly leases: readonly LeaseState[];
}

export const byRevision = (a: Version, b: Version): number => a.modRevision - b.modRevision || a.sub - b.sub;

/**
 * The same as if it had been compacted at `revision` (at most its own): of each key the version that was there then,
 * if any, and all later ones.
 */
export function compactedAt(contents: Contents, revision: number): Contents {
  if (revision <= 0) return contents;
  const newest = new Map<string, Version>();
  for (const version of contents.versions) if (version.modRevision <= revision) newest.set(version.key, version);
  const versions = contents.versions.filter(
    (one) => one.modRevision > revision || (one.version > 0 && newest.get(one.key) === one),
  );
  return { ...contents, compacted: Math.max(contents.compacted, revision), versions };
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
