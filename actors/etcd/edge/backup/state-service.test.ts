import assert from 'node:assert/strict';
import { test } from 'node:test';
import { address, inbox } from '../../../../runtime/address.ts';
import { fail } from '../../../../runtime/fault.ts';
import { Host } from '../../../../runtime/host.ts';
import type { Message } from '../../../../runtime/ports.ts';
import { realPorts } from '../../../../runtime/real/ports.ts';
import type { EtcdReply } from '../../protocol.ts';
import { fetchState, type StateOf, type StateReply, type StateRequest, serveState } from './state-service.ts';

const host = new Host('one', 'test', realPorts({ level: 'silent' }));
const { bus, clock } = host.ports;
const fetched = () => fetchState(bus, clock, 'test');
const answering = (bytes: Uint8Array, reply: EtcdReply = REVISED): StateOf => ({
  request: (_, done) => void clock.setTimeout(() => done(reply), 0),
  state: () => ({ revision: 7, bytes }),
});
const REVISED: EtcdReply = { type: 'etcd.revised', revision: 7, streamRevision: 0 };
const ask = (to: string, request: StateRequest): Promise<StateReply> =>
  new Promise((done) => {
    bus.request(inbox('test', address('backup', '', to)), request as Message, 5_000, (result) => {
      assert.ok(result.ok, JSON.stringify(result));
      done(result.value as unknown as StateReply);
    });
  });

test('state over the bus: larger than a message: comes whole; served no more: nobody answers', async () => {
  const bytes = Buffer.from(Array.from({ length: 1_300_000 }, (_, i) => i));
  const stop = serveState(host, () => answering(bytes));
  const got = await fetched();
  assert.ok(got.ok);
  assert.equal(got.value.revision, 7);
  assert.ok(bytes.equals(got.value.bytes));
  stop();
  const after = await fetched();
  assert.ok(!after.ok && after.fault.reason === 'Unavailable');
});

test('state over the bus: etcd is away, or refuses: says so', async () => {
  for (const [server, said] of [
    [undefined, /etcd is being started/],
    [answering(Buffer.of(1), { type: 'fault', fault: fail('Timeout', 'no leader').fault }), /no leader/],
  ] as const) {
    const stop = serveState(host, () => server);
    const got = await fetched();
    assert.ok(!got.ok && said.test(got.fault.message));
    stop();
  }
});

test('state over the bus: two are held, a third is refused until one is closed; a closed one is gone', async () => {
  const stop = serveState(host, () => answering(Buffer.from('state')));
  const [one, two, three] = [
    await ask('one', { type: 'backup.open' }),
    await ask('one', { type: 'backup.open' }),
    await ask('one', { type: 'backup.open' }),
  ];
  assert.ok(one.type === 'backup.opened' && two.type === 'backup.opened');
  assert.ok(three.type === 'fault' && three.fault.reason === 'Busy');
  const piece = await ask('one', { type: 'backup.read', id: two.id, offset: 2 });
  assert.ok(piece.type === 'backup.piece');
  assert.equal(Buffer.from(piece.bytes).toString(), 'ate');
  assert.deepEqual(await ask('one', { type: 'backup.close', id: one.id }), { type: 'backup.closed' });
  const closed = await ask('one', { type: 'backup.read', id: one.id, offset: 0 });
  assert.ok(closed.type === 'fault' && closed.fault.reason === 'NotFound');
  assert.equal((await ask('one', { type: 'backup.open' })).type, 'backup.opened');
  stop();
});
