//! The transport under clients as they are: @grpc/grpc-js (etcdctl drives it in the integration tests).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Metadata, status } from '@grpc/grpc-js';
import { Flag, Frame, frame } from './frame.ts';
import { begin, bidi, block, data, Peer, realClient, serve, unary } from './rig.ts';

test('grpc: calls of all sizes at once: each gets its own answer', async () => {
  const served = await serve();
  const client = realClient(served.port);
  const sizes = [0, 1, 100, 16_379, 16_380, 65_530, 65_536, 1_000_000, 2_000_000];
  const messages = sizes.map((size, i) => Buffer.alloc(size, i + 1));
  const answers = await Promise.all(messages.map((message) => unary(client, '/test/echo', message)));
  for (const [i, answer] of answers.entries()) assert.ok(answer.equals(messages[i]!), `${sizes[i]} bytes`);
  client.close();
  await served.close();
});

test('grpc: 5,000 calls on one connection: all are answered', async () => {
  const served = await serve();
  const client = realClient(served.port);
  const asked = Array.from({ length: 5_000 }, (_, i) => `${i}`);
  const answers = await Promise.all(asked.map((text) => unary(client, '/test/echo', Buffer.from(text))));
  assert.deepEqual(answers.map(String), asked);
  client.close();
  await served.close();
});

test('grpc: metadata, and an error with its text: arrive', async () => {
  const served = await serve();
  const client = realClient(served.port);
  const metadata = new Metadata();
  metadata.set('who', 'me');
  assert.equal(String(await unary(client, '/test/metadata', Buffer.alloc(0), metadata)), 'me');
  await assert.rejects(unary(client, '/no/such', Buffer.alloc(0)), {
    code: status.UNIMPLEMENTED,
    details: 'no /no/such: 100 % ünknown',
  });
  await assert.rejects(unary(client, '/test/echo', Buffer.alloc(2 ** 21 + 1)), {
    code: status.RESOURCE_EXHAUSTED,
    details: `grpc: received message larger than max (${2 ** 21 + 1} vs. ${2 ** 21})`,
  });
  client.close();
  await served.close();
});

test('grpc: a stream both ways: messages in order, then its end', async () => {
  const served = await serve();
  const client = realClient(served.port);
  const stream = bidi(client, '/test/stream');
  const got: string[] = [];
  stream.on('data', (bytes: Buffer) => got.push(`${bytes}`.slice(0, 5)));
  const ended = new Promise<number>((resolve) => stream.on('status', ({ code }) => resolve(code)));
  const texts = Array.from({ length: 300 }, (_, i) => `${10_000 + i}`);
  for (const text of texts) stream.write(Buffer.from(text + 'x'.repeat(3_000)));
  stream.end();
  assert.equal(await ended, status.OK);
  assert.deepEqual(got, texts);
  client.close();
  await served.close();
});

test('grpc: a call that its client cancels: the server hears of it', async () => {
  const served = await serve();
  const client = realClient(served.port);
  await assert.rejects(
    unary(client, '/test/held', Buffer.alloc(0), new Metadata(), async (call) => {
      while (served.held.length === 0) await new Promise((resolve) => setImmediate(resolve));
      call.cancel();
    }),
    { code: status.CANCELLED },
  );
  while (served.canceled.length === 0) await new Promise((resolve) => setImmediate(resolve));
  served.held[0]!.end(1);
  await served.alive();
  client.close();
  await served.close();
});

test('grpc: the server closes: the call under way is answered first', async () => {
  const served = await serve();
  const client = realClient(served.port);
  const answer = unary(client, '/test/held', Buffer.alloc(0));
  while (served.held.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const closed = served.close();
  served.held[0]!.reply(Buffer.from('last'));
  assert.equal(String(await answer), 'last');
  await closed;
  client.close();
});

test('grpc: what is no gRPC: refused with an HTTP status', async () => {
  const served = await serve();
  const peer = await Peer.connect(served.port);
  const ask = (id: number, bytes: Buffer): void =>
    peer.say(frame(Frame.headers, Flag.endHeaders | Flag.endStream, id, bytes));
  ask(1, block('/test/echo', 'GET'));
  ask(3, block('/test/echo', 'POST', 'text/html'));
  const said = async (stream: number): Promise<string> =>
    String((await peer.until(({ type, id }) => type === Frame.headers && id === stream)).payload);
  assert.match(await said(1), /405/);
  assert.match(await said(3), /415/);
  peer.socket.destroy();
  await served.close();
});

test('grpc: a message that is compressed, or cut short: its call fails', async () => {
  const served = await serve();
  const peer = await Peer.connect(served.port);
  peer.say(begin(1, '/test/echo'), frame(Frame.data, Flag.endStream, 1, Buffer.from([1, 0, 0, 0, 0])));
  peer.say(begin(3, '/test/echo'), data(3, Buffer.alloc(9)).subarray(0, 0));
  peer.say(frame(Frame.data, Flag.endStream, 3, Buffer.from([0, 0, 0, 0, 9, 1])));
  const status = async (stream: number): Promise<string> => {
    const ends = await peer.until(({ type, id, flags }) => type === Frame.headers && id === stream && (flags & 1) > 0);
    return String(ends.payload);
  };
  assert.match(await status(1), /12.*compressed/);
  assert.match(await status(3), /13.*ends inside a message/);
  peer.socket.destroy();
  await served.close();
});
