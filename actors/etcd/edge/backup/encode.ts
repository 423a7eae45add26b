//! Contents as the file that `etcdctl snapshot save` would have written: etcd's database, then its SHA-256.
import { createHash } from 'node:crypto';
import { bucket, bytesSource, type Database, database } from '../bolt/writer.ts';
import type { Contents, LeaseState } from './contents.ts';
import { keySource, revisionBytes } from './key-bucket.ts';
import { bigField, numberFieldSize, writeNumberField } from './wire.ts';

export const DIGEST_SIZE = 32;
/** What is sent or written at once. */
const PIECE_BYTES = 64 * 1024;

export interface SnapshotFile {
  /** Of the database, then the digest's. */
  readonly size: number;
  /** The database in pieces, then its digest as a piece alone. */
  pieces(): Iterable<Buffer>;
}

export function encodeSnapshotFile(contents: Contents): SnapshotFile {
  const { size, pieces } = etcdDatabase(contents);
  return {
    size: size + DIGEST_SIZE,
    *pieces() {
      const hash = createHash('sha256');
      for (const piece of gathered(pieces())) {
        hash.update(piece);
        yield piece;
      }
      yield hash.digest();
    },
  };
}

/** The buckets that etcd 3.4 makes. A restored member writes its own name, cluster and version into them. */
function etcdDatabase(contents: Contents): Database {
  const { revision, compacted, leases } = contents;
  const nothing = bytesSource([]);
  const index = Buffer.alloc(8);
  index.writeBigUInt64BE(BigInt(revision));
  const revisions = [...(compacted > 0 ? [FINISHED] : []), ...(compacted > 0 ? [SCHEDULED] : [])];
  const meta = bytesSource([
    [Buffer.from('consistent_index'), index],
    ...revisions.map((name) => [Buffer.from(name), revisionBytes(compacted)] as const),
  ]);
  return database([
    bucket('alarm', nothing),
    bucket('auth', nothing),
    bucket('authRoles', nothing),
    bucket('authUsers', nothing),
    bucket('cluster', nothing),
    bucket('key', keySource(contents)),
    bucket('lease', bytesSource(leases.map((lease) => [leaseKey(lease), leaseValue(lease)] as const).sort(byKey))),
    bucket('members', nothing),
    bucket('members_removed', nothing),
    bucket('meta', meta),
  ]);
}
/** Keys of the bucket `meta`: up to where history is gone, and up to where it was to go. */
export const FINISHED = 'finishedCompactRev';
export const SCHEDULED = 'scheduledCompactRev';

function leaseKey([id]: LeaseState): Buffer {
  const key = Buffer.alloc(8);
  key.writeBigInt64BE(BigInt(id));
  return key;
}
/** leasepb.Lease: ID, TTL, RemainingTTL. */
function leaseValue([id, ttl, remaining]: LeaseState): Buffer {
  const numbers = Buffer.alloc(numberFieldSize(ttl) + numberFieldSize(remaining));
  writeNumberField(numbers, writeNumberField(numbers, 0, 2, ttl), 3, remaining);
  return Buffer.concat([bigField(1, id), numbers]);
}
const byKey = (a: readonly [Buffer, Buffer], b: readonly [Buffer, Buffer]): number => a[0].compare(b[0]);

function* gathered(pieces: Iterable<Buffer>): Generator<Buffer> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < PIECE_BYTES) continue;
    yield* cut(Buffer.concat(waiting, bytes));
    waiting = [];
    bytes = 0;
  }
  if (bytes > 0) yield* cut(Buffer.concat(waiting, bytes));
}
function* cut(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}
