import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { Damaged, type Pages } from '../bolt/reader.ts';
import { bumped, type Contents, compactedAt, type Kept, type LeaseState, placesOf } from './contents.ts';
import { crc32c } from './crc32c.ts';
import { decodeContents, digestOf, statusOf } from './decode.ts';
import { encodeSnapshotFile } from './encode.ts';
import { humanBytes } from './show.ts';

const bytesOf = (contents: Contents): Buffer => {
  const file = encodeSnapshotFile(contents);
  const bytes = Buffer.concat([...file.pieces()]);
  assert.equal(bytes.length, file.size);
  return bytes;
};
const inMemory = (bytes: Buffer): Pages => ({
  size: bytes.length,
  read: (offset, length) => bytes.subarray(offset, offset + length),
});
const put = (key: string, mod: number, more: Partial<Kept> = {}): Kept => ({
  key,
  value: Buffer.from(`${key}@${mod}`),
  create: mod,
  mod,
  version: 1,
  lease: '',
  ...more,
});
const gone = (key: string, mod: number): Kept => put(key, mod, { value: Buffer.alloc(0), create: 0, version: 0 });
const holding = (revision: number, versions: readonly Kept[], more: Partial<Contents> = {}): Contents => ({
  revision,
  compacted: 0,
  versions,
  places: placesOf(versions),
  leases: [],
  ...more,
});

const INT64 = fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String);
const history = fc
  .uniqueArray(
    fc.record({
      key: fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      value: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
      mod: fc.oneof(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 2, max: Number.MAX_SAFE_INTEGER })),
      place: fc.nat(300),
      version: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 1_000_000 })),
      lease: fc.oneof(fc.constant(''), INT64),
    }),
    { selector: ({ mod, place }) => `${mod}/${place}`, maxLength: 200 },
  )
  .map((all) => {
    const sorted = all.sort((a, b) => a.mod - b.mod || a.place - b.place);
    const versions = sorted.map(({ place, ...one }) =>
      one.version === 0 ? gone(one.key, one.mod) : { ...one, create: Math.ceil(one.mod / 2) },
    );
    return { versions, places: Uint32Array.from(sorted.map(({ place }) => place)) };
  });
const leases = fc.uniqueArray(
  fc
    .tuple(INT64, fc.integer({ min: 1, max: 9_000_000_000 }), fc.nat(500))
    .map(([id, ttl, remaining]): LeaseState => [id, ttl, remaining]),
  { selector: ([id]) => id, maxLength: 20 },
);

test('snapshot file: any contents: read back as written', () => {
  fc.assert(
    fc.property(history, leases, ({ versions, places }, leases) => {
      const contents = holding(versions.at(-1)?.mod ?? 1, versions, { places, leases });
      const bytes = bytesOf(contents);
      assert.equal(digestOf(inMemory(bytes)), 'right');
      const back = decodeContents(inMemory(bytes));
      assert.deepEqual(back.left, []);
      const byId = ([a]: LeaseState, [b]: LeaseState): number => (BigInt(a) < BigInt(b) ? -1 : 1);
      assert.deepEqual(back.contents, { ...contents, leases: [...leases].sort(byId) });
    }),
    { numRuns: 100 },
  );
});

test('snapshot file: pieces: at most 64 KiB each, the digest of all others alone at the end', () => {
  const long = Array.from({ length: 20 }, (_, i) => put('k', 21 + i, { value: Buffer.alloc(100_000, i) }));
  const contents = holding(40, long);
  const pieces = [...encodeSnapshotFile(contents).pieces()];
  const digest = pieces.pop()!;
  assert.ok(pieces.every((piece) => piece.length <= 65_536));
  assert.deepEqual(digest, createHash('sha256').update(Buffer.concat(pieces)).digest());
});

test('snapshot file: compacted store whose last writes were deletions: keeps its revision', () => {
  const { contents } = decodeContents(inMemory(bytesOf(holding(9, [put('a', 3)], { compacted: 9 }))));
  assert.deepEqual([contents.revision, contents.compacted], [9, 9]);
  assert.deepEqual(contents.versions, [put('a', 3)]);
});

test('snapshot file: empty store: revision 1', () => {
  const empty = holding(1, []);
  assert.deepEqual(decodeContents(inMemory(bytesOf(empty))).contents, empty);
});

test('snapshot file: one bit flipped anywhere, or the end missing: the digest says so', () => {
  const bytes = bytesOf(holding(3, [put('a', 2), put('b', 3)]));
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
      const torn = Buffer.from(bytes);
      torn[at]! ^= 1 << bit;
      assert.equal(digestOf(inMemory(torn)), 'wrong');
    }),
  );
  assert.equal(digestOf(inMemory(bytes.subarray(0, -1))), 'missing');
  assert.equal(digestOf(inMemory(bytes.subarray(0, -32))), 'missing');
});

test('snapshot file: status: newest revision, keys of all buckets, pages in use', () => {
  const versions = [put('a', 2), put('b', 3), gone('b', 7)];
  const bytes = bytesOf(holding(7, versions, { compacted: 2, leases: [['5', 60, 0]] }));
  const { hash, ...status } = statusOf(inMemory(bytes));
  // Three versions, one lease, and of the bucket `meta` the index and both compactions.
  assert.deepEqual(status, { revision: 7, totalKey: 7, totalSize: bytes.length - 32 });
  assert.notEqual(hash, 0);
});

test('snapshot file: a value that is no message, a revision beyond 2^53: refused with its revision', () => {
  const beyond = bytesOf(holding(2, [put('a', 2)]));
  const at = beyond.indexOf(Buffer.from('00000000000000025f', 'hex'));
  const large = Buffer.from(beyond);
  large[at] = 0x7f;
  assert.throws(
    () => decodeContents(inMemory(large)),
    /a key of the bucket "key": 915\d+ is outside of 0 to 2\^53 - 1$/,
  );
  const torn = Buffer.from(beyond);
  torn[at + 17] = 0xff;
  assert.throws(
    () => decodeContents(inMemory(torn)),
    (error: Error) => {
      assert.ok(error instanceof Damaged);
      return /^revision 2, write 0: /.test(error.message);
    },
  );
});

test('contents: compacted: of each key the newest before and everything after', () => {
  const all = [put('a', 2), put('b', 3), put('a', 4, { version: 2 }), gone('b', 5), put('a', 7), put('c', 9)];
  const contents = holding(9, all);
  const shown = ({ versions }: Contents): readonly string[] => versions.map((one) => `${one.key}${one.mod}`);
  assert.deepEqual(shown(compactedAt(contents, 4)), ['b3', 'a4', 'b5', 'a7', 'c9']);
  assert.deepEqual(shown(compactedAt(contents, 5)), ['a4', 'a7', 'c9']);
  assert.deepEqual(shown(compactedAt(contents, 0)), shown(contents));
  const later = bumped(contents, 1_000);
  assert.deepEqual([shown(later), later.revision, later.compacted], [['a7', 'c9'], 1_009, 1_009]);
  assert.equal(bumped(contents, 0), contents);
});

test('CRC-32C: known values', () => {
  // RFC 3720, B.4.
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a91_36aa);
  assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8_ab43);
  assert.equal(crc32c(Buffer.from(Array.from({ length: 32 }, (_, i) => i))), 0x46dd_794e);
  const text = Buffer.from('in pieces of odd length');
  assert.equal(crc32c(text.subarray(7), crc32c(text.subarray(0, 7))), crc32c(text));
});

test('sizes for people: as etcdctl prints them', () => {
  const table = [
    [0, '0 B'],
    [9, '9 B'],
    [999, '999 B'],
    [1_000, '1.0 kB'],
    [9_949, '9.9 kB'],
    [20_480, '20 kB'],
    [21_500, '22 kB'],
    [82_854_982, '83 MB'],
    [1_500_000_000, '1.5 GB'],
  ] as const;
  for (const [bytes, text] of table) assert.equal(humanBytes(bytes), text);
});
