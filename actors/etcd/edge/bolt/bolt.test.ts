import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PAGE_HEADER, PAGE_SIZE } from './page.ts';
import { BoltReader, Damaged, NoDatabase, type Pages } from './reader.ts';
import { bucket, bytesSource, database } from './writer.ts';

type Items = readonly (readonly [key: Buffer, value: Buffer])[];
type Buckets = Readonly<Record<string, Items>>;

const written = (buckets: Buckets): Buffer => {
  const names = Object.keys(buckets).sort();
  const { size, pieces } = database(names.map((name) => bucket(name, bytesSource(buckets[name]!))));
  const bytes = Buffer.concat([...pieces()]);
  assert.equal(bytes.length, size);
  return bytes;
};
const inMemory = (bytes: Buffer): Pages => ({
  size: bytes.length,
  read: (offset, length) => bytes.subarray(offset, offset + length),
});
const readBack = (bytes: Buffer): Buckets => {
  const reader = new BoltReader(inMemory(bytes));
  return Object.fromEntries(
    reader.buckets.map((name) => [name, [...reader.entries(name)].map(({ key, value }) => [key, value] as const)]),
  );
};
const numbered = (count: number, valueSize: number): Items =>
  Array.from({ length: count }, (_, i) => {
    const key = Buffer.alloc(17);
    key.writeUInt32BE(i, 4);
    return [key, Buffer.alloc(valueSize, i)] as const;
  });

const arbitraryItems = fc
  .uniqueArray(
    fc.tuple(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.oneof(
        fc.uint8Array({ maxLength: 60 }),
        fc.integer({ min: 0, max: 9_000 }).map((n) => new Uint8Array(n)),
      ),
    ),
    { selector: ([key]) => Buffer.from(key).toString('latin1'), maxLength: 400, size: 'max' },
  )
  .map((items) =>
    items.map(([key, value]) => [Buffer.from(key), Buffer.from(value)] as const).sort((a, b) => a[0].compare(b[0])),
  );

test('bolt: any contents: read back as written', () => {
  const buckets = fc.dictionary(fc.stringMatching(/^[a-z_]{1,12}$/), arbitraryItems, {
    maxKeys: 6,
    noNullPrototype: true,
  });
  fc.assert(
    fc.property(buckets, (contents) => {
      assert.deepEqual(readBack(written(contents)), contents);
    }),
    { numRuns: 60 },
  );
});

test('bolt: three levels of pages, pages that run over, inline and empty buckets: read back as written', () => {
  const contents: Buckets = {
    deep: numbered(40_000, 30),
    empty: [],
    inline: numbered(3, 10),
    long: numbered(9, 20_000),
    'one more than a branch holds': numbered(121, 3_000),
  };
  const bytes = written(contents);
  assert.deepEqual(readBack(bytes), contents);
  const flags = (id: number): number => bytes.readUInt16LE(id * PAGE_SIZE + 8);
  const branches = Array.from({ length: bytes.length / PAGE_SIZE }, (_, id) => id).filter((id) => flags(id) === 1);
  assert.ok(branches.length > 4, 'branches of branches');
  for (const id of branches)
    assert.ok(bytes.readUInt16LE(id * PAGE_SIZE + 10) > 1, `branch ${id} has more than one child`);
});

test('bolt: one meta page damaged: the other is used; both: refused by name', () => {
  const whole = written({ key: numbered(10, 10) });
  for (const id of [0, 1]) {
    const torn = Buffer.from(whole);
    torn.fill(0xff, id * PAGE_SIZE + PAGE_HEADER + 16, id * PAGE_SIZE + PAGE_HEADER + 40);
    assert.deepEqual(readBack(torn), readBack(whole));
  }
  const torn = Buffer.from(whole);
  for (const id of [0, 1]) torn[id * PAGE_SIZE + PAGE_HEADER + 40]! ^= 1;
  assert.throws(() => readBack(torn), new Damaged('pages 0 and 1: the checksums of both are wrong'));
});

test('bolt: no database, or an end cut off: refused in a sentence', () => {
  const whole = written({ key: numbered(1_000, 100) });
  assert.throws(() => readBack(Buffer.from('kind: List')), new NoDatabase('it is no database of etcd'));
  assert.throws(() => readBack(Buffer.alloc(0)), new NoDatabase('it is no database of etcd'));
  assert.throws(() => readBack(Buffer.alloc(100_000)), new NoDatabase('it is no database of etcd'));
  const pages = whole.length / PAGE_SIZE;
  assert.throws(
    () => readBack(whole.subarray(0, 3 * PAGE_SIZE + 7)),
    new Damaged(`it is cut off: it has ${pages} pages of 4096 bytes and ends in page 3`),
  );
});

test('bolt: a page that cannot be: refused with its number', () => {
  const whole = written({ key: numbered(1_000, 100) });
  const leaf = 5;
  const keyOf = (page: Buffer, i: number): number => 16 + 16 * i + page.readUInt32LE(16 + 16 * i + 4);
  const cases: readonly (readonly [string, (page: Buffer) => void, RegExp])[] = [
    ['another id', (page) => page.writeUInt8(9, 0), /^page 5: it says that it is page 9$/],
    [
      'other flags',
      (page) => page.writeUInt16LE(0x20, 8),
      /^page 5: it is neither a leaf nor a branch \(flags 0x20\)$/,
    ],
    ['too many elements', (page) => page.writeUInt16LE(4_000, 10), /^page 5: it is too short for its elements$/],
    ['runs over the end', (page) => page.writeUInt32LE(9_999, 12), /^page 5: it runs over 9999 pages/],
    ['runs over a neighbour', (page) => page.writeUInt32LE(1, 12), /^page 6: it is in two places/],
    ['an element outside', (page) => page.writeUInt32LE(70_000, 20), /^page 5: element 0 ends outside of it$/],
    [
      'keys not in order',
      (page) => page.fill(0xff, keyOf(page, 3), keyOf(page, 3) + 17),
      /^page 5: key 3 belongs into a later page$/,
    ],
    [
      'a key again',
      (page) => page.copy(page, keyOf(page, 3), keyOf(page, 2), keyOf(page, 2) + 17),
      /^page 5: key 3 is not/,
    ],
  ];
  for (const [what, damage, sentence] of cases) {
    const torn = Buffer.from(whole);
    damage(torn.subarray(leaf * PAGE_SIZE, (leaf + 1) * PAGE_SIZE));
    assert.throws(
      () => readBack(torn),
      (error: Error) => error instanceof Damaged && sentence.test(error.message),
      what,
    );
  }
});

test('bolt: any bytes flipped: read or refused, never a crash or a hang', () => {
  const whole = written({ key: numbered(400, 60), lease: numbered(2, 8), long: numbered(2, 9_000) });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 20 }),
      (flips) => {
        const torn = Buffer.from(whole);
        for (const [at, by] of flips) torn[at]! ^= by;
        try {
          readBack(torn);
        } catch (error) {
          assert.ok(error instanceof Damaged, `${error}`);
        }
      },
    ),
    { numRuns: 300 },
  );
});
