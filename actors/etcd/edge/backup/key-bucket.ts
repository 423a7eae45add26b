//! etcd's bucket `key` (server/mvcc/revision.go, kv.proto): a revision is the key, a version of a key the value.
import { Damaged, type Entry } from '../bolt/reader.ts';
import type { Source } from '../bolt/tree.ts';
import type { Contents, Kept } from './contents.ts';
import {
  bigField,
  bytesFieldSize,
  bytesIn,
  Fields,
  int64,
  numberFieldSize,
  whole,
  writeBytesHead,
  writeNumberField,
} from './wire.ts';

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
  return { main: whole(bytes.readBigInt64BE(0), () => what), sub: whole(bytes.readBigInt64BE(9), () => what), deleted };
}

export const keySource = ({ versions, places }: Contents): Source => ({
  count: versions.length,
  flags: 0,
  keySize: (i) => REVISION_SIZE + (versions[i]!.version === 0 ? 1 : 0),
  valueSize: (i) => valueSize(versions[i]!),
  writeKey: (i, into, at) => {
    const { mod, version } = versions[i]!;
    writeRevision(into, at, mod, places[i]!);
    if (version === 0) into[at + REVISION_SIZE] = DELETED;
  },
  writeValue: (i, into, at) => writeValue(versions[i]!, into, at),
});

function valueSize({ key, value, create, mod, version, lease }: Kept): number {
  if (version === 0) return bytesFieldSize(key.length);
  return (
    bytesFieldSize(key.length) +
    numberFieldSize(create) +
    numberFieldSize(mod) +
    numberFieldSize(version) +
    bytesFieldSize(value.length) +
    leaseField(lease).length
  );
}

function writeValue({ key, value, create, mod, version, lease }: Kept, into: Buffer, from: number): void {
  let at = from;
  if (key.length > 0) {
    at = writeBytesHead(into, at, KEY, key.length);
    at += into.write(key, at, 'latin1');
  }
  if (version === 0) return;
  at = writeNumberField(into, at, CREATE, create);
  at = writeNumberField(into, at, MOD, mod);
  at = writeNumberField(into, at, VERSION, version);
  if (value.length > 0) {
    at = writeBytesHead(into, at, VALUE, value.length);
    into.set(value, at);
    at += value.length;
  }
  into.set(leaseField(lease), at);
}
const NOTHING = Buffer.alloc(0);
const leaseField = (lease: string): Buffer => (lease === '' ? NOTHING : bigField(LEASE, lease));

/** One version and its place in its revision. Throws `Damaged`. */
export function decodeVersion(entry: Entry): readonly [Kept, number] {
  const { main, sub, deleted } = readRevision(entry.key, 'a key of the bucket "key"');
  const where = (): string => `revision ${main}, write ${sub}`;
  let [key, lease] = ['', ''];
  let value: Uint8Array = NOTHING;
  let [create, mod, version] = [0, 0, 0];
  const fields = new Fields(entry.value, where);
  while (fields.next())
    switch (fields.field) {
      case KEY:
        key = bytesIn(fields.value, where).toString('latin1');
        break;
      case CREATE:
        create = whole(fields.value, where);
        break;
      case MOD:
        mod = whole(fields.value, where);
        break;
      case VERSION:
        version = whole(fields.value, where);
        break;
      case VALUE:
        value = bytesIn(fields.value, where);
        break;
      case LEASE:
        lease = int64(fields.value, where);
        break;
    }
  if (deleted) return [{ key, value: NOTHING, create: 0, mod: main, version: 0, lease: '' }, sub];
  if (mod !== main || version < 1 || create < 1 || create > main)
    throw new Damaged(`${where()}: it says create ${create}, mod ${mod}, version ${version}`);
  return [{ key, value, create, mod, version, lease: lease === '0' ? '' : lease }, sub];
}
