import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { Malformed } from './buffers.ts';
import * as kv from './kv.ts';
import type { Message, Table } from './message.ts';
import * as services from './services.ts';

// etcd's own .proto files, as the npm client has them: what is on the wire is theirs, not ours.
const folder = join(dirname(createRequire(import.meta.url).resolve('etcd3/package.json')), 'proto');
const root = new protobuf.Root();
root.resolvePath = (_, target) => (target.startsWith('/') ? target : join(folder, target));
root.loadSync(join(folder, 'rpc.proto'), { keepCase: true });

const named: Readonly<Record<string, Message<Table>>> = { ...kv, ...services } as never;
/** Ours by etcd's names. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['mvccpb.KeyValue', 'KeyValueMessage'],
  ['mvccpb.Event', 'EventMessage'],
  ['etcdserverpb.ResponseHeader', 'HeaderMessage'],
  ['etcdserverpb.Compare', 'CompareMessage'],
  ['etcdserverpb.Member', 'MemberMessage'],
  ['etcdserverpb.HashKVRequest', 'HashKvRequest'],
  ['etcdserverpb.HashKVResponse', 'HashKvResponse'],
  ['etcdserverpb.LeaseRevokeRequest', 'LeaseRequest'],
  ['etcdserverpb.LeaseKeepAliveRequest', 'LeaseRequest'],
  ['etcdserverpb.LeaseRevokeResponse', 'HeaderOnly'],
  ['etcdserverpb.CompactionResponse', 'HeaderOnly'],
  ['etcdserverpb.DefragmentResponse', 'HeaderOnly'],
  ['etcdserverpb.MoveLeaderResponse', 'HeaderOnly'],
  ['etcdserverpb.AuthDisableResponse', 'HeaderOnly'],
  ['etcdserverpb.MemberRemoveResponse', 'MemberListResponse'],
  ...[...Object.keys(kv), ...Object.keys(services)]
    .filter((name) => root.lookup(`etcdserverpb.${name}`) !== null)
    .map((name) => [`etcdserverpb.${name}`, name] as const),
];
const VARINTS = ['int64', 'uint64', 'int32', 'uint32', 'bool'];

test('wire: every message that etcd has under our names: the same numbers and kinds of fields', () => {
  assert.ok(PAIRS.length > 45, `${PAIRS.length} messages`);
  for (const [theirs, ours] of PAIRS) {
    const type = root.lookupType(theirs);
    const fields = Object.values(named[ours]!.table);
    const shown = fields.map(({ number, repeated, kind }) => `${number} ${repeated ? 'many' : 'one'} ${kind.wire}`);
    const right = type.fieldsArray.map((field) => {
      field.resolve();
      const varint = VARINTS.includes(field.type) || field.resolvedType instanceof protobuf.Enum;
      return `${field.id} ${field.repeated ? 'many' : 'one'} ${varint ? 0 : 2}`;
    });
    assert.deepEqual(shown.sort(), right.sort(), theirs);
  }
});

const bytes = fc.uint8Array({ maxLength: 300 });
const number = fc.oneof(fc.maxSafeNat(), fc.integer(), fc.constantFrom(0, 127, 128, 2 ** 32, 2 ** 53 - 1, -1));
const lease = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const keyText = bytes.map((all) => Buffer.from(all).toString('latin1'));
const keyValue = fc.record({
  key: keyText,
  createRevision: number,
  modRevision: number,
  version: number,
  value: bytes,
  lease,
});

test('wire: what we write: protobufjs reads the same, and we too', () => {
  const theirs = root.lookupType('etcdserverpb.RangeResponse');
  const header = services.HeaderMessage.encode({ clusterId: '18446744073709551615', memberId: '7', revision: 9 });
  fc.assert(
    fc.property(fc.array(keyValue, { maxLength: 20 }), fc.boolean(), number, (kvs, more, count) => {
      const written = kv.RangeResponse.encode({ header, kvs, more, count });
      const read = theirs.toObject(theirs.decode(written), { longs: String, defaults: true, bytes: Buffer });
      assert.equal(read['header'].cluster_id, '18446744073709551615');
      assert.equal(read['count'], String(count));
      assert.equal(read['more'], more);
      assert.deepEqual(
        read['kvs'].map((one: Record<string, Buffer>) => [
          one['key']!.toString('latin1'),
          Number(one['create_revision']),
          one['value']!.toString('hex'),
          one['lease'],
        ]),
        kvs.map((one) => [one.key, one.createRevision, Buffer.from(one.value).toString('hex'), one.lease]),
      );
      const own = kv.RangeResponse.decode(written);
      assert.deepEqual(
        own.kvs.map((one) => ({ ...one, value: Buffer.from(one.value) })),
        kvs.map((one) => ({ ...one, value: Buffer.from(one.value) })),
      );
    }),
  );
});

test('wire: what protobufjs writes, numbers packed or not: we read the same', () => {
  const theirs = root.lookupType('etcdserverpb.WatchRequest');
  fc.assert(
    fc.property(keyText, number, fc.array(fc.constantFrom(0, 1)), fc.boolean(), (key, watchId, filters, fragment) => {
      const create = { key: Buffer.from(key, 'latin1'), watch_id: watchId, filters, fragment };
      const read = kv.WatchRequest.decode(theirs.encode(theirs.fromObject({ create_request: create })).finish());
      assert.equal(read.create!.key, key);
      assert.equal(read.create!.watchId, watchId);
      assert.deepEqual([...read.create!.filters], filters);
      assert.equal(read.create!.fragment, fragment);
    }),
  );
  const unpacked = Buffer.from([0x28, 0, 0x28, 1]);
  assert.deepEqual([...kv.WatchCreateRequest.decode(unpacked).filters], [0, 1]);
});

test('wire: any bytes at all: a message or Malformed, nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (input) => {
      for (const message of [kv.TxnRequest, kv.WatchRequest, kv.RangeResponse, services.ProclaimRequest])
        try {
          message.decode(input);
        } catch (error) {
          assert.ok(error instanceof Malformed, String(error));
        }
    }),
    { numRuns: 2_000 },
  );
});

test('wire: fields of other versions: skipped', () => {
  const put = Buffer.concat([Buffer.from([0xf8, 7, 1, 0xfa, 7, 2, 9, 9]), kv.PutRequest.encode({ key: 'a' })]);
  assert.equal(kv.PutRequest.decode(put).key, 'a');
});
