import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Packr } from 'msgpackr';
import { Answers } from './answers.ts';
import { compactTo, compares, refused, snapshotDue } from './logic.ts';
import type { Compare, KeyValue, Operation } from './protocol.ts';
import { decodeRecord, encodeRecord, type LogRecord } from './record.ts';
import { Streams } from './streams.ts';
import type { Step } from './txn.ts';

test('etcd logic: compare: a key that is not there is 0, and no value compares with it', () => {
  const value = Buffer.from('b');
  const kv: KeyValue = { key: 'a', value, createRevision: 2, modRevision: 5, version: 3, lease: '9' };
  const table: [Omit<Compare, 'key'>, KeyValue | undefined, boolean][] = [
    [{ target: 'mod', op: '=', value: 5 }, kv, true],
    [{ target: 'mod', op: '=', value: 0 }, undefined, true],
    [{ target: 'create', op: '<', value: 3 }, kv, true],
    [{ target: 'version', op: '>', value: 3 }, kv, false],
    [{ target: 'version', op: '!=', value: 0 }, undefined, false],
    [{ target: 'value', op: '=', value }, kv, true],
    [{ target: 'value', op: '<', value: Buffer.from('ba') }, kv, true],
    [{ target: 'value', op: '>', value: Buffer.from('a') }, kv, true],
    [{ target: 'value', op: '!=', value }, undefined, false],
    [{ target: 'lease', op: '=', value: '9' }, kv, true],
    [{ target: 'lease', op: '<', value: '10' }, kv, true],
    [{ target: 'lease', op: '=', value: '0' }, undefined, true],
  ];
  for (const [compare, now, want] of table)
    assert.equal(compares({ key: 'a', ...compare }, now), want, JSON.stringify(compare));
});

test('etcd logic: what etcd refuses: refused in its words, in nested txns too', () => {
  const value = Buffer.from('v');
  const put = (key: string, over: object = {}): Operation => ({ op: 'put', key, value, ...over });
  const del = (key: string, end?: string): Operation => ({ op: 'delete', key, ...(end ? { end } : {}) });
  const nested = (then: readonly Operation[], otherwise: readonly Operation[] = []): Operation => ({
    op: 'txn',
    compare: [],
    then,
    else: otherwise,
  });
  const many = (count: number): Operation[] => Array.from({ length: count }, (_, i) => put(`${i}`));
  const duplicate = 'etcdserver: duplicate key given in txn request';
  const table: [readonly Operation[], string | undefined][] = [
    [[put('a'), put('b'), del('c', 'd'), { op: 'range', key: 'a' }], undefined],
    [[put('')], 'etcdserver: key is not provided'],
    [[nested([{ op: 'range', key: '' }])], 'etcdserver: key is not provided'],
    [[put('a', { ignoreValue: true })], 'etcdserver: value is provided'],
    [[put('a', { ignoreLease: true, lease: '1' })], 'etcdserver: lease is provided'],
    [[put('a', { ignoreLease: true, lease: '0' })], undefined],
    [[{ op: 'range', key: 'a', sortTarget: 'size' as 'key' }], 'etcdserver: invalid sort option'],
    [many(128), undefined],
    [many(129), 'etcdserver: too many operations in txn request'],
    [[...many(126), nested([put('a')])], undefined],
    [[...many(127), nested([put('a')])], 'etcdserver: too many operations in txn request'],
    [[put('a'), put('a')], duplicate],
    [[put('b'), del('a', 'c')], duplicate],
    [[del('a'), put('a')], duplicate],
    [[del('a', '\0'), put('b')], undefined],
    [[del('a', '\0'), put('b', { ignoreLease: true })], duplicate],
    [[del('a', 'c'), del('b')], undefined],
    [[put('a'), nested([put('a')])], duplicate],
    [[nested([put('a')], [put('a')])], undefined],
    [[nested([put('a')], [del('a')])], undefined],
    [[nested([put('a')]), nested([], [put('a')])], duplicate],
    [[del('a', 'b'), nested([], [put('a')])], duplicate],
    [[nested([del('a')]), put('a')], duplicate],
    [[put('a', { lease: '01' })], "a lease's id is an int64: 01"],
    [[put('a', { lease: '9223372036854775808' })], "a lease's id is an int64: 9223372036854775808"],
    [[put('日')], 'a key is a string of bytes, one a character'],
    [[put('a', { value: new Uint8Array(1.5 * 1024 * 1024) })], 'etcdserver: request is too large'],
  ];
  const asked = (compare: readonly Compare[], then: readonly Operation[], otherwise: readonly Operation[]) =>
    refused({ type: 'etcd.txn', id: 'x', compare, then, else: otherwise })?.fault;
  for (const [operations, message] of table) {
    assert.equal(asked([], operations, [])?.message, message);
    assert.equal(asked([], [], operations)?.message, message);
  }
  const compare = Array.from({ length: 129 }, (): Compare => ({ key: 'a', target: 'mod', op: '=', value: 0 }));
  assert.equal(asked(compare, [], [])?.message, 'etcdserver: too many operations in txn request');
  assert.equal(asked([{ key: 'a', target: 'value', op: '=', value: 3 }], [], [])?.reason, 'Invalid');
});

test('etcd logic: compaction: by age and by count, whichever is later', () => {
  const limits = { historyMs: 300, historyRevisions: 100 };
  const marks = [
    { at: 1_000, revision: 10 },
    { at: 1_200, revision: 20 },
    { at: 1_400, revision: 30 },
  ];
  assert.equal(compactTo(marks, 1_250, 40, limits), 0);
  assert.equal(compactTo(marks, 1_550, 40, limits), 20);
  assert.equal(compactTo(marks, 1_550, 400, limits), 300);
});

test('etcd logic: a snapshot: due by records or bytes, never for less than the store weighs', () => {
  const limits = { snapshotRecords: 10, snapshotBytes: 1_000 };
  assert.equal(snapshotDue({ records: 9, bytes: 999 }, 0, limits), false);
  assert.equal(snapshotDue({ records: 10, bytes: 50 }, 0, limits), true);
  assert.equal(snapshotDue({ records: 10, bytes: 50 }, 51, limits), false);
  assert.equal(snapshotDue({ records: 1, bytes: 1_000 }, 1_000, limits), true);
});

test('etcd record: encoded and decoded: the same', () => {
  const streams = [{ stream: 's', subject: 'k.c.watch.a.b.c.d' }];
  const run: readonly Step[] = [
    { op: 'put', key: 'a\xff', value: Buffer.from([0, 255]), subjects: streams, leaves: streams },
    { op: 'put', key: 'b', value: Buffer.from(''), lease: '7', prevKv: true, ignoreValue: true, ignoreLease: true },
    { op: 'put', key: 'b2', value: Buffer.from(''), subjects: [] },
    { op: 'delete', key: 'c', value: Buffer.from('v'), subjects: streams },
    { op: 'delete', key: 'd', end: '\0', prevKv: true },
    { op: 'range', key: 'e', end: 'f', limit: 3, sortOrder: 'descend' },
    { op: 'txn', succeeded: false, run: [{ op: 'delete', key: 'c' }] },
  ];
  const at = 1_767_225_600_000;
  const records: LogRecord[] = [
    { type: 'txn', revision: 7, at, id: 'x', branch: { op: 'txn', succeeded: true, run } },
    { type: 'lease.grant', at, id: 'x', lease: '9', ttl: 10 },
    { type: 'lease.revoke', at, id: '', lease: '9', revision: 8 },
    { type: 'lease.checkpoint', at, remaining: [['9', 4]] },
    { type: 'compact', at, revision: 5 },
    { type: 'member', at, event: { type: 'lead', member: 'a', term: 3, leaseMs: 1_000 } },
  ];
  for (const record of records) assert.deepEqual(decodeRecord(encodeRecord(record)), record);
});

test('etcd record: version 1, of older data directories: read', () => {
  const bytes = new Packr({ useRecords: false }).pack([
    1,
    7,
    99,
    'x',
    true,
    [
      [0, '/ü', Buffer.from('v'), ['s', 'k.s'], ['t', 'k.t']],
      [1, 'b', null, []],
      [2, 'c'],
    ],
  ]);
  const run: readonly Step[] = [
    {
      op: 'put',
      key: '/\xc3\xbc',
      value: Buffer.from('v'),
      subjects: [{ stream: 's', subject: 'k.s' }],
      leaves: [{ stream: 't', subject: 'k.t' }],
    },
    { op: 'delete', key: 'b', subjects: [] },
    { op: 'range', key: 'c' },
  ];
  const branch = { op: 'txn', succeeded: true, run } as const;
  assert.deepEqual(decodeRecord(bytes), { type: 'txn', revision: 7, at: 99, id: 'x', branch });
  const unknown = new Packr({ useRecords: false }).pack([3, 0]);
  assert.throws(() => decodeRecord(unknown), /a log record of version 3/);
});

test('etcd answers: too many, too large, too old: the oldest go', () => {
  const kv: KeyValue = { key: 'k', value: new Uint8Array(400), createRevision: 1, modRevision: 1, version: 1 };
  const answer = (id: string, at: number) => ({
    id,
    at,
    reply: {
      type: 'etcd.txned',
      revision: 1,
      succeeded: true,
      results: [{ op: 'range', kvs: [kv], more: false, count: 1 }],
    } as const,
  });
  const kept = (limits: object, ats: readonly number[]): number => {
    const answers = new Answers({ count: 100, bytes: 1e6, ageMs: 1e6, ...limits });
    ats.forEach((at, i) => {
      answers.add(answer(`r${i}`, at));
    });
    return answers.size;
  };
  assert.equal(kept({ count: 2 }, [1, 2, 3]), 2);
  assert.equal(kept({ bytes: 1_200 }, [1, 2, 3]), 2);
  assert.equal(kept({ ageMs: 10 }, [1, 2, 20]), 1);
});

test('etcd streams: too many: the oldest is forgotten, its next change has no predecessor', () => {
  const streams = new Streams(2);
  assert.deepEqual([streams.advance('a', 2), streams.advance('b', 3), streams.advance('a', 4)], [0, 0, 2]);
  assert.equal(streams.advance('c', 5), 0);
  assert.equal(streams.advance('a', 6), 0);
});
