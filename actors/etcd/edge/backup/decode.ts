//! Reads a snapshot file, whoever wrote it: `etcdctl snapshot save`, a copy of a member's database, or Orrery.
import { createHash } from 'node:crypto';
import { BoltReader, NoDatabase, type Pages } from '../bolt/reader.ts';
import { type Contents, compactedAt, type Kept, type LeaseState } from './contents.ts';
import { crc32c } from './crc32c.ts';
import { DIGEST_SIZE, FINISHED, SCHEDULED } from './encode.ts';
import { decodeVersion, readRevision } from './key-bucket.ts';
import { Fields, int64, whole } from './wire.ts';

/** As `etcdctl snapshot status` counts: of the newest write in it, keys of all buckets, bytes of pages in use. */
export interface Status {
  /** CRC-32C of all buckets, their names, keys and values. */
  readonly hash: number;
  readonly revision: number;
  readonly totalKey: number;
  readonly totalSize: number;
}

export type Digest = 'right' | 'wrong' | 'missing';
const READ_BYTES = 1024 * 1024;
/** Pages are multiples of this, so what is over is the digest (etcd's own rule). */
const BLOCK = 512;

/** etcd's database is all but the digest. */
export function digestOf(file: Pages): Digest {
  if (file.size % BLOCK !== DIGEST_SIZE) return 'missing';
  const end = file.size - DIGEST_SIZE;
  const hash = createHash('sha256');
  for (let at = 0; at < end; at += READ_BYTES) hash.update(file.read(at, Math.min(READ_BYTES, end - at)));
  return hash.digest().equals(file.read(end, DIGEST_SIZE)) ? 'right' : 'wrong';
}

/** Throws `Damaged`. */
export function statusOf(file: Pages): Status {
  const reader = new BoltReader(file);
  let hash = 0;
  let revision = 0;
  let totalKey = 0;
  for (const name of reader.buckets) {
    hash = crc32c(Buffer.from(name, 'latin1'), hash);
    for (const { key, value } of reader.entries(name)) {
      hash = crc32c(value, crc32c(key, hash));
      totalKey++;
      if (name === 'key') revision = readRevision(key, 'a key of the bucket "key"').main;
    }
  }
  return { hash, revision, totalKey, totalSize: reader.size };
}

/** What it holds of the store. `left`: what is in it that Orrery has no place for. Throws `Damaged`. */
export function decodeContents(file: Pages): { readonly contents: Contents; readonly left: readonly string[] } {
  const reader = new BoltReader(file);
  if (!reader.buckets.includes('key')) throw new NoDatabase('it has no bucket "key"');
  const versions: Kept[] = [];
  const places: number[] = [];
  for (const entry of reader.entries('key')) {
    const [version, place] = decodeVersion(entry);
    versions.push(version);
    places.push(place);
  }
  const leases: LeaseState[] = [];
  for (const { value } of reader.entries('lease')) leases.push(decodeLease(value));
  let [finished, scheduled] = [0, 0];
  for (const { key, value } of reader.entries('meta')) {
    if (key.equals(Buffer.from(FINISHED))) finished = readRevision(value, FINISHED).main;
    if (key.equals(Buffer.from(SCHEDULED))) scheduled = readRevision(value, SCHEDULED).main;
  }
  // An empty store is at 1; one whose newest writes were deletions is where it was compacted.
  const revision = Math.max(1, versions.at(-1)?.mod ?? 0, finished, scheduled);
  const contents: Contents = { revision, compacted: finished, versions, places: Uint32Array.from(places), leases };
  return {
    // A compaction that the server had begun is ended.
    contents: scheduled > finished ? compactedAt(contents, scheduled) : contents,
    left: leftOut(reader),
  };
}

function decodeLease(value: Buffer): LeaseState {
  let id = '0';
  let [ttl, remaining] = [0, 0];
  const where = (): string => `lease ${id}`;
  const fields = new Fields(value, where);
  while (fields.next()) {
    if (fields.field === 1) id = int64(fields.value, where);
    if (fields.field === 2) ttl = whole(fields.value, where);
    if (fields.field === 3) remaining = whole(fields.value, where);
  }
  return [id, ttl, remaining];
}

function leftOut(reader: BoltReader): readonly string[] {
  const count = (bucket: string): number => [...reader.entries(bucket)].length;
  return [
    [count('authUsers'), 'users'] as const,
    [count('authRoles'), 'roles'] as const,
    [count('alarm'), 'alarms'] as const,
  ]
    .filter(([n]) => n > 0)
    .map(([n, what]) => `${n} ${what}`);
}
