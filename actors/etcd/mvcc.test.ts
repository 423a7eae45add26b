import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Mvcc } from './mvcc.ts';
import { END_OF_KEYS, prefixEnd } from './protocol.ts';
import { type RangeQuery, rangeOf } from './range.ts';

const value = (text: string): Uint8Array => Buffer.from(text);
const filled = (keys: readonly string[]): Mvcc => {
  const mvcc = new Mvcc();
  keys.forEach((key, i) => {
    mvcc.put(key, value(key.repeat(10)), i + 2);
  });
  return mvcc;
};
const names = (mvcc: Mvcc, query: RangeQuery): string[] => rangeOf(mvcc, query).kvs.map((kv) => kv.key);

test('mvcc: ranges: by end, prefix, limit, size and count', () => {
  const mvcc = filled(['b', 'a/2', 'a/1', 'a0', 'a/3']);
  assert.deepEqual(names(mvcc, { key: 'a/', end: prefixEnd('a/') }), ['a/1', 'a/2', 'a/3']);
  assert.deepEqual(names(mvcc, { key: '\0', end: END_OF_KEYS }), ['a/1', 'a/2', 'a/3', 'a0', 'b']);
  assert.deepEqual(names(mvcc, { key: 'a/2', end: END_OF_KEYS }), ['a/2', 'a/3', 'a0', 'b']);
  const ways = { key: 'a/', end: 'a0' };
  assert.deepEqual(rangeOf(mvcc, { ...ways, limit: 2 }), {
    kvs: [mvcc.get('a/1'), mvcc.get('a/2')],
    more: true,
    count: 3,
  });
  assert.deepEqual(names(mvcc, { ...ways, limit: 2, sortOrder: 'descend' }), ['a/3', 'a/2']);
  assert.deepEqual(names(mvcc, { ...ways, maxBytes: 61 }), ['a/1', 'a/2']);
  assert.deepEqual(names(mvcc, { ...ways, maxBytes: 1 }), ['a/1']);
  assert.deepEqual(rangeOf(mvcc, { ...ways, countOnly: true }), { kvs: [], more: false, count: 3 });
});

test('mvcc: a deleted key that comes again: a new life, from version 1', () => {
  const mvcc = filled(['a']);
  assert.equal(mvcc.delete('a', 3)?.before?.mod, 2);
  assert.equal(mvcc.delete('a', 4), undefined);
  assert.equal(mvcc.revision, 3);
  const again = mvcc.put('a', value('x'), 4);
  assert.deepEqual([again.create, again.version, mvcc.size], [4, 1, 1]);
  assert.equal(mvcc.get('a', 3), null);
  assert.equal(mvcc.get('a', 2)?.version, 1);
});

test('mvcc: compacted: what is left answers as before, and everything else is forgotten', () => {
  const action = fc.record({ key: fc.constantFrom('a', 'b', 'c'), remove: fc.boolean() });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), fc.nat(40), (actions, at) => {
      const [plain, compacted] = [new Mvcc(), new Mvcc()];
      for (const mvcc of [plain, compacted])
        for (const { key, remove } of actions)
          if (remove) mvcc.delete(key, mvcc.revision + 1);
          else mvcc.put(key, value(String(mvcc.revision)), mvcc.revision + 1);
      const to = Math.min(at, plain.revision);
      compacted.compact(to);
      const all = { key: '\0', end: END_OF_KEYS };
      for (let revision = Math.max(to, 1); revision <= plain.revision; revision++)
        assert.deepEqual(
          rangeOf(compacted, { ...all, revision }),
          rangeOf(plain, { ...all, revision }),
          `revision ${revision} after compaction at ${to}`,
        );
      compacted.compact(plain.revision);
      const { kvs } = rangeOf(compacted, all);
      const bytes = kvs.reduce((sum, kv) => sum + kv.value.length + kv.key.length, 0);
      // The deletion at the compacted revision itself, which a watch may still begin with.
      const last = compacted.history.at(0);
      assert.equal(compacted.bytes, bytes + (last?.version === 0 ? last.key.length : 0));
      assert.equal(compacted.usedBytes, bytes);
      assert.ok(compacted.history.length <= 1);
    }),
  );
});

test('mvcc: many keys, in any order: ranges and counts as sorting and counting finds them', () => {
  const mvcc = new Mvcc();
  let seed = 7;
  const draw = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed;
  };
  const there = new Set<string>();
  const at = new Map<number, number>();
  for (let i = 0; i < 6_000; i++) {
    const key = `k${draw() % 3_000}`;
    if (i > 3_000 && draw() % 3 === 0) {
      mvcc.delete(key, mvcc.revision + 1);
      there.delete(key);
    } else {
      mvcc.put(key, value(key), mvcc.revision + 1);
      there.add(key);
    }
    if (i === 3_500) mvcc.compact(mvcc.revision - 100);
    at.set(mvcc.revision, [...there].filter((one) => one >= 'k2' && one < 'k7').length);
  }
  const sorted = [...there].sort();
  assert.deepEqual(names(mvcc, { key: '\0', end: END_OF_KEYS }), sorted);
  assert.deepEqual(
    names(mvcc, { key: 'k5', end: 'k6', limit: 700 }),
    sorted.filter((key) => key[1] === '5').slice(0, 700),
  );
  const backwards = sorted.filter((key) => key >= 'k3').reverse();
  assert.deepEqual(names(mvcc, { key: 'k3', end: END_OF_KEYS, sortOrder: 'descend' }), backwards);
  for (let revision = mvcc.compacted; revision <= mvcc.revision; revision += 17)
    assert.equal(rangeOf(mvcc, { key: 'k2', end: 'k7', countOnly: true, revision }).count, at.get(revision));
});

test('mvcc: values written over and over: dead bytes do not pile up', () => {
  const mvcc = new Mvcc();
  const held = new Set<ArrayBufferLike>();
  const bytes = Buffer.alloc(5_000, 'x');
  for (let i = 0; i < 1_000; i++) mvcc.put(`cold${i}`, bytes.subarray(0, 500), mvcc.revision + 1);
  for (let i = 0; i < 20_000; i++) {
    mvcc.put(`hot${i % 10}`, bytes, mvcc.revision + 1);
    // A key that stays, among what goes.
    if (i % 100 === 0) mvcc.put(`kept${i}`, Buffer.from(`value ${i}`), mvcc.revision + 1);
    mvcc.compact(mvcc.revision);
  }
  let buffers = 0;
  for (const version of mvcc.all()) {
    if (version.size > 0 && !held.has(version.chunk.bytes.buffer)) {
      held.add(version.chunk.bytes.buffer);
      buffers += version.chunk.bytes.length;
    }
    if (version.key.startsWith('kept'))
      assert.equal(Buffer.from(version.value).toString(), `value ${version.key.slice(4)}`);
  }
  assert.ok(buffers <= 2 * mvcc.usedBytes + 3 * 1024 * 1024, `${buffers} for ${mvcc.usedBytes}`);
});

test('mvcc: small values written over and over: versions that are gone are not held', () => {
  const mvcc = new Mvcc();
  for (let i = 0; i < 100_000; i++) {
    mvcc.put(`hot${i % 10}`, value('x'), mvcc.revision + 1);
    if (i % 1_000 === 0) mvcc.put(`kept${i}`, value('x'.repeat(1_000)), mvcc.revision + 1);
    mvcc.compact(mvcc.revision);
  }
  const chunks = new Set([...mvcc.all()].map(({ chunk }) => chunk));
  const held = [...chunks].reduce((sum, { versions }) => sum + versions.length, 0);
  assert.ok(held <= 4_096 + 2 * mvcc.size, `${held} versions for ${mvcc.size} keys`);
});
