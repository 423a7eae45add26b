//! What members compare: a checksum of every revision that is kept, whatever is kept beyond the newest compaction.
import { crc32 } from '../../runtime/log/crc.ts';
import type { Mvcc } from './mvcc.ts';
import type { Version } from './version.ts';

/** Of a version: u32 lengths of key, value and lease, and as doubles create, mod, version. */
const FIXED = 36;
/** Checksummed in pieces of this size: a call for each version would cost more than the sum. */
const PIECE_BYTES = 256 * 1024;

export function hashOf(mvcc: Mvcc, revision: number): number {
  const { compacted } = mvcc;
  let hash = 0;
  let piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
  let used = 0;
  const add = (): void => {
    hash = crc32(piece.subarray(0, used), hash);
    used = 0;
  };
  for (const version of mvcc.all()) {
    // A deletion that is compacted is remembered or not: nobody can see it.
    if (version.mod > revision || (version.version === 0 && version.mod <= compacted)) continue;
    const size = FIXED + version.key.length + version.lease.length + version.size;
    if (used + size > piece.length) {
      add();
      if (size > piece.length) piece = Buffer.allocUnsafeSlow(size);
    }
    write(piece, used, version);
    used += size;
  }
  add();
  return hash;
}
function write(into: Buffer, at: number, version: Version): void {
  const { key, create, mod, lease, size } = version;
  into.writeUInt32LE(key.length, at);
  into.writeUInt32LE(size, at + 4);
  into.writeUInt32LE(lease.length, at + 8);
  into.writeDoubleLE(create, at + 12);
  into.writeDoubleLE(mod, at + 20);
  into.writeDoubleLE(version.version, at + 28);
  let next = at + FIXED;
  next += into.write(key, next, 'latin1');
  if (lease !== '') next += into.write(lease, next, 'latin1');
  if (size > 0) into.set(version.value, next);
}
