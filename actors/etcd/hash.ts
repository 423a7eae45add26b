//! What members compare: a checksum of every revision that is kept, whatever is kept beyond the newest compaction.
import { crc32 } from '../../runtime/log/crc.ts';
import type { Mvcc } from './mvcc.ts';
import type { Version } from './version.ts';

/** Revisions as doubles: create, mod, version. Then the key's length, so that key and value cannot be confused. */
const FIXED = 28;
const NAMES_MAX = 4_096;

export function hashOf(mvcc: Mvcc, revision: number): number {
  const { compacted } = mvcc;
  let hash = 0;
  let scratch = Buffer.alloc(FIXED + NAMES_MAX);
  for (const version of mvcc.all()) {
    // A deletion that is compacted is remembered or not: nobody can see it.
    if (version.mod > revision || (version.version === 0 && version.mod <= compacted)) continue;
    const size = FIXED + version.key.length + version.lease.length;
    if (size > scratch.length) scratch = Buffer.alloc(size);
    hash = crc32(front(scratch, version).subarray(0, size), hash);
    if (version.size > 0) hash = crc32(version.value, hash);
  }
  return hash;
}
function front(into: Buffer, { key, create, mod, version, lease }: Version): Buffer {
  into.writeDoubleLE(create, 0);
  into.writeDoubleLE(mod, 8);
  into.writeDoubleLE(version, 16);
  into.writeUInt32LE(key.length, 24);
  into.write(key, FIXED, 'latin1');
  if (lease !== '') into.write(lease, FIXED + key.length, 'latin1');
  return into;
}
