import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Batched, Batches } from './batches.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

test('batches: several connections write alike in one turn: one write each, of the very same bytes', async () => {
  const batches = new Batches();
  const [a, b, c] = [bytes('a'), bytes('b'), bytes('c')];
  const writes: Uint8Array[] = [];
  const connection = (chunks: readonly Uint8Array[]): Batched => ({ flush: (join) => writes.push(join(chunks)) });
  for (const chunks of [[a, b], [a, c], [a, b], [c]]) batches.add(connection(chunks));
  assert.deepEqual(writes, [], 'not within the turn');
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(writes.map(String), ['ab', 'ac', 'ab', 'c']);
  assert.equal(writes[2], writes[0]);
  assert.equal(writes[3], c);
});

test('batches: what comes while a flush goes on: leaves with the next', async () => {
  const batches = new Batches();
  const order: string[] = [];
  const told = new Promise<void>((resolve) => {
    batches.add({
      flush: () => {
        order.push('first');
        batches.add({
          flush: () => {
            order.push('second');
            resolve();
          },
        });
      },
    });
  });
  await told;
  assert.deepEqual(order, ['first', 'second']);
});
