import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pieces, pieceOf } from './channels.ts';

const bytes = Buffer.concat([
  pieceOf(1, Buffer.from('out')),
  pieceOf(2, Buffer.from('error')),
  pieceOf(1, new Uint8Array()),
  pieceOf(3, Buffer.from('{"whole":true}')),
]);

test('channels: cut anywhere: each channel gets its bytes, in order', () => {
  for (let size = 1; size <= bytes.length; size++) {
    const pieces = new Pieces([3]);
    const texts = new Map<number, string>();
    const whole: string[] = [];
    for (let at = 0; at < bytes.length; at += size)
      for (const { channel, bytes: part } of pieces.take(bytes.subarray(at, at + size))) {
        const text = Buffer.from(part).toString();
        if (channel === 3) whole.push(text);
        texts.set(channel, (texts.get(channel) ?? '') + text);
      }
    assert.equal(texts.get(1), 'out', `cut at ${size}`);
    assert.equal(texts.get(2), 'error');
    assert.deepEqual(whole, ['{"whole":true}']);
  }
});

test('channels: a whole piece over the limit: what fits is kept, and the next is read right', () => {
  const pieces = new Pieces([3], 10);
  const long = Buffer.concat([pieceOf(3, Buffer.alloc(1_000)), pieceOf(1, Buffer.from('next'))]);
  const got = [...pieces.take(long.subarray(0, 500)), ...pieces.take(long.subarray(500))];
  assert.deepEqual(
    got.map(({ channel, bytes: { length } }) => [channel, length]),
    [
      [3, 0],
      [1, 4],
    ],
  );
});
