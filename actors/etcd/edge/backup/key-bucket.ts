//! etcd's bucket `key` (server/mvcc/revision.go, kv.proto): a revision is the key, a version of a key the value.
import { Damaged, type Entry } from '../bolt/reader.ts';
import type { Source } from '../bolt/tree.ts';
import type { Version } from './contents.ts';
import { bigField, bytesFieldSize, fields, numberFieldSize, whole, writeBytesHead, writeNumberField } from './wire.ts';

/** u64 revision, `_`, u64 place in it, big-endian; `t` after it marks a deletion. */
const REVISION_SIZE = 17;
const DELETED = 0x74;
const UNDERSCORE = 0x5f;
// Fields of mvccpb.KeyValue.
const [KEY, CREATE, MOD, VERSION, VALUE, LEASE] = [1, 2, 3, 4, 5, 6];

export function writeRevision(into: Buffer, at: number, main: number, sub: number): void {
  into.writeBigUInt64BE(BigInt(main), at);
  into[at + 8] = UNDERSCORE;
  into.writeBigUInt64BE(BigInt(sub), at + 9);
}
export function revisionBytes(main: number): Buffer {
  const bytes = Buffer.alloc(REVISION_SIZE);
  writeRevision(bytes, 0, main, 0);
  return bytes;
}
export function readRevision(bytes: Buffer, what: string): { main: number; sub: number; deleted: boolean } {
  const deleted = bytes.length === REVISION_SIZE + 1 && bytes[REVISION_SIZE] === DELETED;
  if ((bytes.length !== REVISION_SIZE && !deleted) || bytes[8] !== UNDERSCORE)
    throw new Damaged(`${what} is no revision: ${bytes.toString('hex')}`);
  return { main: whole(bytes.readBigInt64BE(0), what), sub: whole(bytes.readBigInt64BE(9), what), deleted };
}

/** `versions` in order of revision and place. */
export const keySource = (versions: readonly Version[]): Source<Version> => ({
  items: versions,
  flags: 0,
  keySize: ({ version }) => REVISION_SIZE + (version === 0 ? 1 : 0),
  valueSize,
  writeKey: ({ modRevision, sub, version }, into, at) => {
    writeRevision(into, at, modRevision, sub);
    if (version === 0) into[at + REVISION_SIZE] = DELETED;
  },
  writeValue,
});

function valueSize(one: Version): number {
  if (one.version === 0) return bytesFieldSize(one.key.length);
  return (
    bytesFieldSize(one.key.length) +
    numberFieldSize(one.createRevision) +
    numberFieldSize(one.modRevision) +
    numberFieldSize(one.version) +
    bytesFieldSize(one.value.length) +
    leaseField(one).length
  );
}

function writeValue(one: Version, into: Buffer, from: number): void {
  let at = from;
  if (one.key.length > 0) {
    at = writeBytesHead(into, at, KEY, one.key.length);
    at += into.write(one.key, at, 'latin1');
  }
  if (one.version === 0) return;
  at = writeNumberField(into, at, CREATE, one.createRevision);
  at = writeNumberField(into, at, MOD, one.modRevision);
  at = writeNumberField(into, at, VERSION, one.version);
  if (one.value.length > 0) {
    at = writeBytesHead(into, at, VALUE, one.value.length);
    into.set(one.value, at);
    at += one.value.length;
  }
  into.set(leaseField(one), at);
}
const NOTHING = Buffer.alloc(0);
const leaseField = ({ lease }: Version): Buffer => (lease === undefined ? NOTHING : bigField(LEASE, lease));

/** Throws `Damaged`. */
export function decodeVersion(entry: Entry): Version {
  const { main, sub, deleted } = readRevision(entry.key, 'a key of the bucket "key"');
  const where = `revision ${main}, write ${sub}`;
  let key = '';
  let value: Buffer = NOTHING;
  let lease: string | undefined;
  const numbers: Record<number, number> = {};
  for (const [field, content] of fields(entry.value, where)) {
    if (field === LEASE) lease = typeof content === 'object' || Number(content) === 0 ? undefined : String(content);
    else if (field === KEY || field === VALUE) {
      if (typeof content !== 'object') throw new Damaged(`${where}: its value is no message of protobuf`);
      if (field === KEY) key = content.toString('latin1');
      else value = content;
    } else if (field === CREATE || field === MOD || field === VERSION) numbers[field] = whole(content, where);
  }
  if (deleted) return { key, value: NOTHING, createRevision: 0, modRevision: main, version: 0, sub };
  const { [CREATE]: createRevision = 0, [MOD]: modRevision = 0, [VERSION]: version = 0 } = numbers;
  if (modRevision !== main || version < 1 || createRevision < 1 || createRevision > main)
    throw new Damaged(`${where}: it says create ${createRevision}, mod ${modRevision}, version ${version}`);
  return { key, value, createRevision, modRevision, version, sub, ...(lease === undefined ? {} : { lease }) };
}
