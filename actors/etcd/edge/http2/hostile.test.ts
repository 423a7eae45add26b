//! What a peer that is broken or means harm can do: its stream or its connection ends as RFC 9113 says, never more.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../../../runtime/sim/random.ts';
import type { ConnectionLimits } from './connection.ts';
import { Code, Flag, Frame, frame, PREFACE, settings, uint32, WINDOW_MAX } from './frame.ts';
import { begin, block, data, Peer, serve } from './rig.ts';

interface Attack {
  readonly what: string;
  readonly frames: readonly Uint8Array[];
  readonly greeting?: readonly Uint8Array[];
  readonly limits?: Partial<ConnectionLimits>;
  /** The code with which the connection ends, or that stream 1 does. */
  readonly gone?: number;
  readonly reset?: number;
}
const { endHeaders, endStream, padded } = Flag;
const none = Buffer.alloc(0);
const open = begin(1, '/test/held');
const headers = (bytes: Uint8Array, flags: number = endHeaders): Buffer => frame(Frame.headers, flags, 1, bytes);
const times = (count: number, one: Uint8Array): Uint8Array[] => Array.from({ length: count }, () => one);
const update = (id: number, bytes: number): Buffer => frame(Frame.windowUpdate, 0, id, uint32(bytes));
// A field that is put in the table, then named again and again: little on the wire, much when decoded.
const bomb = Buffer.concat([
  Buffer.from([0x40, 1, 0x78, 0x7f, 0xa1, 0x1e]), // 'x', 4,000 bytes
  Buffer.alloc(4_000, 'y'),
  Buffer.alloc(1_000, 0xbe),
]);

const ATTACKS: readonly Attack[] = [
  { what: 'another protocol', greeting: [Buffer.from('GET / HTTP/1.1\r\n\r\n')], frames: [], gone: Code.protocol },
  { what: 'no settings first', greeting: [PREFACE], frames: [open], gone: Code.protocol },
  { what: 'a frame too large', frames: [Buffer.from([0, 0x40, 1, 0, 0, 0, 0, 0, 1])], gone: Code.frameSize },
  { what: 'a ping of 7 bytes', frames: [frame(Frame.ping, 0, 0, Buffer.alloc(7))], gone: Code.frameSize },
  { what: 'a setting of 5 bytes', frames: [frame(Frame.settings, 0, 0, Buffer.alloc(5))], gone: Code.frameSize },
  { what: 'settings of a stream', frames: [frame(Frame.settings, 0, 1, none)], gone: Code.protocol },
  { what: 'a promise', frames: [frame(Frame.pushPromise, 0, 1, none)], gone: Code.protocol },
  { what: 'an even stream', frames: [begin(2, '/test/echo')], gone: Code.protocol },
  { what: 'a stream again', frames: [begin(3, '/test/held'), open], gone: Code.streamClosed },
  { what: 'data of no stream', frames: [data(1, none)], gone: Code.protocol },
  { what: 'a reset of no stream', frames: [frame(Frame.reset, 0, 1, uint32(8))], gone: Code.protocol },
  { what: 'data after the end', frames: [open, data(1, none, endStream), data(1, none)], reset: Code.streamClosed },
  {
    what: 'padding without end',
    frames: [open, frame(Frame.data, padded, 1, Buffer.from([9, 0]))],
    gone: Code.protocol,
  },
  { what: 'a window of 2^31', frames: [update(0, WINDOW_MAX)], gone: Code.flowControl },
  { what: "a stream's window of 2^31", frames: [open, update(1, WINDOW_MAX)], reset: Code.flowControl },
  { what: 'windows of 2^31 by settings', frames: [settings([[4, 2 ** 31]])], gone: Code.flowControl },
  { what: 'a window update of 0', frames: [update(0, 0)], gone: Code.protocol },
  { what: "a stream's window update of 0", frames: [open, update(1, 0)], reset: Code.protocol },
  {
    what: 'more data than the window',
    limits: { windowBytes: 1_000 },
    frames: [open, data(1, Buffer.alloc(2_000))],
    reset: Code.flowControl,
  },
  {
    what: 'parts of messages that never end',
    limits: { heldBytes: 20_000 },
    frames: [open, ...times(3, frame(Frame.data, 0, 1, Buffer.from([0, 0, 0x1f, 0, 0, ...Buffer.alloc(10_000)])))],
    reset: Code.enhanceYourCalm,
  },
  {
    what: 'continuations without end',
    frames: [headers(none, 0), ...times(20, frame(Frame.continuation, 0, 1, none))],
    gone: Code.enhanceYourCalm,
  },
  {
    what: 'a header block without end',
    frames: [headers(none, 0), ...times(2, frame(Frame.continuation, 0, 1, Buffer.alloc(16_000)))],
    gone: Code.enhanceYourCalm,
  },
  { what: 'a block broken off', frames: [headers(none, 0), data(1, none)], gone: Code.protocol },
  { what: 'headers that swell', frames: [headers(bomb)], gone: Code.enhanceYourCalm },
  { what: 'a header that is not there', frames: [headers(Buffer.from([0xff, 0]))], gone: Code.compression },
  { what: 'header 0', frames: [headers(Buffer.from([0x80]))], gone: Code.compression },
  {
    what: 'an endless number',
    frames: [headers(Buffer.from([0x7f, ...Buffer.alloc(9, 0xff)]))],
    gone: Code.compression,
  },
  { what: 'a string cut short', frames: [headers(Buffer.from([0, 9, 0x78]))], gone: Code.compression },
  {
    what: 'an end inside a Huffman string',
    frames: [headers(Buffer.from([0, 0x84, 0xff, 0xff, 0xff, 0xff]))],
    gone: Code.compression,
  },
  { what: 'a table too large', frames: [headers(Buffer.from([0x3f, 0xff, 0xff, 0x7f]))], gone: Code.compression },
  {
    what: 'settings without end',
    limits: { idleFrames: 1_000 },
    frames: times(2_500, settings([])),
    gone: Code.enhanceYourCalm,
  },
  {
    what: 'pings without end',
    limits: { idleFrames: 1_000 },
    frames: times(2_500, frame(Frame.ping, 0, 0, Buffer.alloc(8))),
    gone: Code.enhanceYourCalm,
  },
  {
    what: 'empty data without end',
    limits: { idleFrames: 1_000 },
    frames: [open, ...times(2_500, frame(Frame.data, 0, 1, none))],
    gone: Code.enhanceYourCalm,
  },
];

for (const { what, frames, greeting, limits, gone, reset } of ATTACKS)
  test(`http2: ${what}: ${gone === undefined ? 'ends the stream' : 'ends the connection'}`, async () => {
    const served = await serve(limits);
    const peer = await Peer.connect(served.port, greeting);
    peer.say(...frames);
    if (gone !== undefined) {
      assert.equal(await peer.goneWith(), gone);
      await peer.closed;
    } else {
      assert.equal(await peer.resetWith(1), reset);
      assert.deepEqual(served.canceled, ['/test/held']);
      // The others on its connection live on.
      peer.say(begin(5, '/test/echo'), data(5, Buffer.from('on'), endStream));
      await peer.until(({ type, id }) => type === Frame.data && id === 5);
    }
    await served.alive();
    peer.socket.destroy();
    for (const call of served.held) call.end(1);
    await served.close();
  });

test('http2: calls begun and reset without end: no more are answered at a time than the limit', async () => {
  const served = await serve({ calls: 10 });
  const peer = await Peer.connect(served.port);
  for (let id = 1; id < 2_000; id += 2) peer.say(begin(id, '/test/held'), frame(Frame.reset, 0, id, uint32(8)));
  assert.equal(await peer.resetWith(1_999), Code.refusedStream);
  assert.equal(served.held.length, 10);
  for (const call of served.held) call.end(1);
  peer.say(begin(2_001, '/test/echo'), data(2_001, Buffer.from('again'), endStream));
  await peer.until(({ type, id }) => type === Frame.data && id === 2_001);
  peer.socket.destroy();
  await served.close();
});

test('http2: a connection that says nothing: is closed', async () => {
  const served = await serve({ settingsMs: 20 });
  const [silent, halfway] = [await Peer.connect(served.port, []), await Peer.connect(served.port, [PREFACE])];
  await Promise.all([silent.closed, halfway.closed]);
  await served.alive();
  await served.close();
});

test('http2: a slow reader: the sender is told, waits, and goes on', async () => {
  const served = await serve({ pendingBytes: 1_000 });
  const peer = await Peer.connect(served.port);
  peer.say(begin(1, '/test/held'), begin(3, '/test/echo'), data(3, none, endStream));
  await peer.until(({ type, id }) => type === Frame.data && id === 3);
  const call = served.held[0]!;
  let sent = 0;
  while (call.send(Buffer.alloc(1_000))) sent++;
  // A window of 65,535 bytes, as a peer has at first, less echo's empty answer; and what may wait.
  assert.equal(sent, Math.floor((65_535 - 5 + 1_000) / 1_005));
  const drained = new Promise<void>((resolve) => {
    call.onDrain = resolve;
  });
  peer.say(update(1, 1_000_000));
  peer.say(update(0, 1_000_000));
  await drained;
  assert.equal(call.send(Buffer.alloc(1_000)), true);
  call.end(0);
  await peer.until(({ type, id, flags }) => type === Frame.headers && id === 1 && (flags & endStream) > 0);
  const bytes = peer.seen.reduce(
    (sum, one) => sum + (one.type === Frame.data && one.id === 1 ? one.payload.length : 0),
    0,
  );
  assert.equal(bytes, (sent + 2) * 1_005);
  peer.socket.destroy();
  await served.close();
});

test('http2: a peer that asks and does not read: is not read either, and loses nothing', async () => {
  const served = await serve({ unsentBytes: 100_000, idleFrames: 10_000_000 });
  const peer = await Peer.connect(served.port);
  peer.socket.pause();
  const ping = frame(Frame.ping, 0, 0, Buffer.alloc(8));
  const pings = 1_000_000;
  for (let i = 0; i < pings / 10_000; i++) peer.say(...times(10_000, ping));
  await served.alive();
  // What the system's sockets hold both ways is less than all.
  assert.ok(peer.socket.writableLength > 0);
  let bytes = 0;
  const all = new Promise<void>((resolve) =>
    peer.socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes >= pings * ping.length) resolve();
    }),
  );
  peer.socket.resume();
  await all;
  peer.socket.destroy();
  await served.close();
});

test('http2: a client that vanishes: its calls are canceled', async () => {
  const served = await serve();
  const peer = await Peer.connect(served.port);
  peer.say(begin(1, '/test/held'), begin(3, '/test/held'), begin(5, '/test/echo'), data(5, none, endStream));
  await peer.until(({ type, id }) => type === Frame.data && id === 5);
  peer.socket.destroy();
  while (served.canceled.length < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(served.canceled, ['/test/held', '/test/held']);
  for (const call of served.held) call.reply(Buffer.from('to nobody'));
  await served.alive();
  await served.close();
});

test('http2: noise: frames of random kinds, lengths and bytes: other clients are served', async () => {
  const served = await serve({ idleFrames: 100 });
  const random = new SeededRandom(7);
  const number = (below: number): number => Math.floor(random.float() * below);
  const noise = (length: number): Buffer => Buffer.from(Array.from({ length }, () => number(256)));
  for (let round = 0; round < 150; round++) {
    const peer = await Peer.connect(served.port);
    for (let i = 0; i < 30; i++) {
      const [type, flags, id] = [number(11), number(64), number(8)];
      const honest = number(3) === 0 ? block('/test/echo') : noise(number(60));
      peer.say(frame(type, flags, id, number(4) === 0 ? noise(number(3_000)) : honest));
    }
    if (number(2) === 0) peer.socket.end();
    else peer.socket.destroy();
    await peer.closed;
  }
  await served.alive();
  for (const call of served.held) call.end(1);
  await served.close();
});
