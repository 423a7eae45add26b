import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Mvcc } from './mvcc.ts';
import { END_OF_KEYS, prefixEnd } from './protocol.ts';

const value = (text: string): Uint8Array => Buffer.from(text);
const filled = (keys: readonly string[]): Mvcc => {
  const mvcc = new Mvcc();
  keys.forEach((key, i) => {
    mvcc.put(key, value(key.repeat(10)), i + 2);
  });
  return mvcc;
};
const names = (mvcc: Mvcc, ...[key, end, options]: Parameters<Mvcc['range']>): string[] => {
  const found = mvcc.range(key, end, options);
  assert.ok(found.ok, JSON.stringify(found));
  return found.value.kvs.map((kv) => kv.key);
};

test('mvcc: ranges: by end, prefix, limit, size and count', () => {
  const mvcc = filled(['b', 'a/2', 'a/1', 'a0', 'a/3']);
  assert.deepEqual(names(mvcc, 'a/', prefixEnd('a/')), ['a/1', 'a/2', 'a/3']);
  assert.deepEqual(names(mvcc, '', END_OF_KEYS), ['a/1', 'a/2', 'a/3', 'a0', 'b']);
  assert.deepEqual(names(mvcc, 'a/2', END_OF_KEYS), ['a/2', 'a/3', 'a0', 'b']);
  assert.deepEqual(mvcc.range('a/', 'a0', { limit: 2 }), {
    ok: true,
    value: { kvs: [mvcc.get('a/1'), mvcc.get('a/2')], more: true, count: 3 },
  });
  assert.deepEqual(names(mvcc, 'a/', 'a0', { maxBytes: 61 }), ['a/1', 'a/2']);
  assert.deepEqual(names(mvcc, 'a/', 'a0', { maxBytes: 1 }), ['a/1']);
  assert.deepEqual(mvcc.range('a/', 'a0', { countOnly: true }), {
    ok: true,
    value: { kvs: [], more: false, count: 3 },
  });
});

test('mvcc: a deleted key that comes again: a new life, from version 1', () => {
  const mvcc = filled(['a']);
  assert.equal(mvcc.delete('a', 3)?.modRevision, 2);
  assert.equal(mvcc.delete('a', 4), null);
  assert.equal(mvcc.revision, 3);
  const again = mvcc.put('a', value('x'), 4);
  assert.deepEqual([again.createRevision, again.version, mvcc.size], [4, 1, 1]);
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
      for (let revision = Math.max(to, 1); revision <= plain.revision; revision++)
        assert.deepEqual(
          compacted.range('', END_OF_KEYS, { revision }),
          plain.range('', END_OF_KEYS, { revision }),
          `revision ${revision} after compaction at ${to}`,
        );
      compacted.compact(plain.revision);
      let bytes = 0;
      for (const kv of compacted.now()) bytes += kv.value.length + kv.key.length;
      assert.equal(compacted.bytes, bytes);
    }),
  );
});

test('mvcc: restored: the keys as they were, and no history', () => {
  const mvcc = filled(['a', 'b']);
  mvcc.delete('a', 4);
  const copy = new Mvcc();
  copy.restore(mvcc.revision, mvcc.now());
  assert.deepEqual(copy.range('', END_OF_KEYS), mvcc.range('', END_OF_KEYS));
  assert.deepEqual([copy.revision, copy.size], [4, 1]);
  const old = copy.range('b', undefined, { revision: 3 });
  assert.equal(!old.ok && old.fault.reason, 'Expired');
});
