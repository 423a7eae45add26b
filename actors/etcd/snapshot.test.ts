import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Packr } from 'msgpackr';
import { decodeState, encodeState, type Kept, STATE_BYTES_MAX } from './snapshot.ts';
import { Store } from './store.ts';

const kept = (key: string, mod: number, over: Partial<Kept> = {}): Kept => ({
  key,
  value: new Uint8Array(Buffer.from(`${key}@${mod}`)),
  create: mod,
  mod,
  version: 1,
  lease: '',
  ...over,
});
const HEAD = { revision: 9, compacted: 5, leases: [['-3', 10, 0]] as const, streams: [], answers: [] };
const plain = ({ key, value, create, mod, version, lease }: Kept): Kept => ({
  key,
  value: new Uint8Array(value),
  create,
  mod,
  version,
  lease,
});

test('etcd snapshot: encoded and decoded: the same, also what is larger than a chunk of values', () => {
  const large = new Uint8Array(3_000_000).fill(7);
  const base = [kept('a', 2), kept('b', 3, { value: large, lease: '-3' }), kept('c', 4, { value: new Uint8Array(0) })];
  const history = [
    kept('\xff', 5, { lease: '9223372036854775807' }),
    kept('a', 6, { create: 0, version: 0, value: new Uint8Array(0) }),
    ...Array.from({ length: 1_000 }, (_, i) => kept(`d${i}`, 7, { value: new Uint8Array(5_000).fill(i) })),
  ];
  const state = encodeState({ ...HEAD, beside: { any: 'thing' } }, base, history);
  assert.ok(state.ok);
  const decoded = decodeState(state.value);
  assert.deepEqual(decoded.head, { ...HEAD, beside: { any: 'thing' } });
  assert.deepEqual([...decoded.base].map(plain), base);
  assert.deepEqual([...decoded.history].map(plain), history);
});

test('etcd snapshot: larger than one buffer can be: refused, with its size', () => {
  const huge = { length: STATE_BYTES_MAX } as Uint8Array;
  const state = encodeState(HEAD, [kept('a', 2, { value: huge })], []);
  assert.match(!state.ok ? state.fault.message : '', /^a store of 21474\d+ bytes is too large for a snapshot/);
});

test('etcd snapshot: version 1, of older data directories: its keys and answers, and no history', () => {
  const head = new Packr({ useRecords: false }).pack([
    1,
    8,
    [{ stream: 's', subject: 'k.s', revision: 8 }],
    [
      {
        id: 'made',
        at: 5,
        reply: {
          type: 'etcd.txned',
          revision: 8,
          succeeded: true,
          results: [{ key: 'b', value: Buffer.from('2'), createRevision: 8, modRevision: 8, version: 1 }, null],
        },
      },
    ],
  ]);
  const keys = [
    ['/ü', '1', 3, 7, 2],
    ['b', '2', 8, 8, 1],
  ] as const;
  const parts: Buffer[] = [Buffer.alloc(4), head];
  parts[0]!.writeUInt32LE(head.length);
  for (const [key, value, ...numbers] of keys) {
    const fixed = Buffer.alloc(32);
    fixed.writeUInt32LE(Buffer.byteLength(key), 0);
    fixed.writeUInt32LE(value.length, 4);
    numbers.forEach((number, i) => {
      fixed.writeDoubleLE(number, 8 + 8 * i);
    });
    parts.push(fixed, Buffer.from(key), Buffer.from(value));
  }
  const store = new Store({ answers: 10, answersBytes: 1e6, answersMs: 1e6, streams: 10 });
  assert.equal(store.restore(Buffer.concat(parts), 10), undefined);
  const { mvcc } = store;
  assert.deepEqual([mvcc.revision, mvcc.compacted, mvcc.size, store.streams.revision('s')], [8, 8, 2, 8]);
  assert.deepEqual(mvcc.get('/\xc3\xbc'), {
    key: '/\xc3\xbc',
    value: new Uint8Array(Buffer.from('1')),
    createRevision: 3,
    modRevision: 7,
    version: 2,
  });
  assert.deepEqual(store.answered('made'), {
    type: 'etcd.txned',
    revision: 8,
    succeeded: true,
    results: [
      { op: 'put', modRevision: 8, version: 1, createRevision: 8 },
      { op: 'delete', deleted: 0, prevKvs: [] },
    ],
    repeated: true,
  });
  const unknown = new Packr({ useRecords: false }).pack([9]);
  assert.throws(() => decodeState(Buffer.concat([Buffer.from([unknown.length, 0, 0, 0]), unknown])), /version 9/);
});
