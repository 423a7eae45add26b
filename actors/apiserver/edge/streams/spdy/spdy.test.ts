import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constants, createDeflate, createInflate } from 'node:zlib';
import { type Carrier, SpdyConnection, type SpdyStream, type StreamEvents } from './connection.ts';
import { DICTIONARY, DICTIONARY_ID } from './dictionary.ts';
import { CONTROL, controlFrame, dataFrame, FrameReader } from './frame.ts';
import { HeaderReader, type Headers, HeaderWriter } from './headers.ts';

const FLUSH = { flush: constants.Z_SYNC_FLUSH, dictionary: DICTIONARY };
function plain(headers: Headers): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const words = [...headers].flatMap(([name, value]) => [
    number(name.length),
    Buffer.from(name),
    number(value.length),
    Buffer.from(value),
  ]);
  return Buffer.concat([number(headers.size), ...words]);
}
/** A client's zlib: one stream for all blocks. */
function compressor(): (headers: Headers) => Promise<Buffer> {
  const deflate = createDeflate(FLUSH);
  return (headers) => new Promise((done) => deflate.write(plain(headers), () => done(deflate.read() as Buffer)));
}

test('spdy dictionary: as every implementation has it: its length and its checksum', () => {
  assert.equal(DICTIONARY.length, 1_423);
  let [a, b] = [1, 0];
  for (const byte of DICTIONARY) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  assert.equal(b * 65_536 + a, DICTIONARY_ID);
});

test('spdy headers: blocks of one zlib stream: each is read, also where it refers to those before', async () => {
  const compress = compressor();
  const reader = new HeaderReader();
  for (const [type, id] of [
    ['error', '0'],
    ['data', '0'],
    ['error', '1'],
    ['data', '1'],
  ] as const) {
    const headers = new Map([
      ['streamtype', type],
      ['port', '8080'],
      ['requestid', id],
    ]);
    assert.deepEqual(reader.read(await compress(headers)), headers);
  }
  assert.throws(() => new HeaderReader().read(Buffer.from('no zlib at all')));
});

test('spdy headers: what we write: any zlib reads it', async () => {
  const writer = new HeaderWriter();
  const inflate = createInflate(FLUSH);
  for (const headers of [new Map(), new Map([['a', 'b']])]) {
    const block = writer.write(headers);
    const text = await new Promise((done) => inflate.write(block, () => done(inflate.read())));
    assert.deepEqual(text, plain(headers));
  }
});

class Wire implements Carrier {
  sent: Buffer[] = [];
  room = true;
  paused = false;
  ended = false;
  write(bytes: Uint8Array): boolean {
    this.sent.push(Buffer.from(bytes));
    return this.room;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  end(): void {
    this.ended = true;
  }
  frames(): ReturnType<FrameReader['take']> {
    return new FrameReader().take(Buffer.concat(this.sent.splice(0)));
  }
}
const opening = async (compress: ReturnType<typeof compressor>, id: number, type: string): Promise<Buffer> =>
  controlFrame(CONTROL.synStream, 0, id, 0, Buffer.alloc(2), await compress(new Map([['streamtype', type]])));

test('spdy: streams: opened, written to from both sides, ended; an unwanted one is refused', async () => {
  const wire = new Wire();
  const heard: string[] = [];
  let stream: SpdyStream | undefined;
  const events: StreamEvents = {
    onData: (bytes, taken) => {
      heard.push(Buffer.from(bytes).toString());
      taken();
    },
    onEnd: () => heard.push('end'),
    onDrain: () => heard.push('drain'),
    onGone: () => heard.push('gone'),
  };
  const connection = new SpdyConnection(wire, {
    onStream: (opened) => {
      if (opened.headers.get('streamtype') !== 'data') return 'no';
      stream = opened;
      return events;
    },
  });
  const compress = compressor();
  const bytes = Buffer.concat([
    await opening(compress, 1, 'other'),
    await opening(compress, 3, 'data'),
    dataFrame(3, Buffer.from('hello'), true),
  ]);
  // However it is cut.
  for (const byte of bytes) connection.take(Buffer.of(byte));
  assert.deepEqual(heard, ['hello', 'end']);
  const kinds = wire.frames().map((frame) => (frame.kind === 'control' ? frame.type : 'data'));
  assert.deepEqual(kinds, [CONTROL.rstStream, CONTROL.synReply]);
  stream!.write(Buffer.from('hi'));
  stream!.end();
  const answers = wire
    .frames()
    .map((frame) => frame.kind === 'data' && [frame.stream, frame.bytes.toString(), frame.fin]);
  assert.deepEqual(answers, [
    [3, 'hi', false],
    [3, '', true],
  ]);
  connection.take(controlFrame(CONTROL.ping, 0, 7));
  assert.equal(wire.frames()[0]?.kind, 'control');
});

test('spdy: who is slow: the carrier is paused until bytes are taken', async () => {
  const wire = new Wire();
  const waiting: (() => void)[] = [];
  const connection = new SpdyConnection(wire, {
    onStream: () => ({
      onData: (_, taken) => waiting.push(taken),
      onEnd: () => {},
      onDrain: () => {},
      onGone: () => {},
    }),
  });
  connection.take(await opening(compressor(), 1, 'data'));
  for (let i = 0; i < 9; i++) connection.take(dataFrame(1, Buffer.alloc(32 * 1024), false));
  assert.equal(wire.paused, true);
  for (const taken of waiting) taken();
  assert.equal(wire.paused, false);
});

test('spdy: no SPDY at all: hung up on, and streams are told', async () => {
  for (const bad of [
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    controlFrame(CONTROL.synStream, 0, 2, 0, Buffer.alloc(2)),
    Buffer.alloc(8, 0xff),
  ]) {
    const wire = new Wire();
    let gone = 0;
    const connection = new SpdyConnection(wire, {
      onStream: () => ({ onData: () => {}, onEnd: () => {}, onDrain: () => {}, onGone: () => gone++ }),
    });
    connection.take(await opening(compressor(), 1, 'data'));
    connection.take(bad);
    assert.equal(wire.ended, true, bad.toString('hex'));
    assert.equal(gone, 1);
  }
});
