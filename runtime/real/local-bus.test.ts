import assert from 'node:assert/strict';
import { test } from 'node:test';
import { busContract } from '../bus.contract.ts';
import { silent } from '../silent.ts';
import { realClock } from './clock.ts';
import { eventually } from './eventually.ts';
import { realLocalBus, TurnQueue } from './local-bus.ts';
import { realRandom } from './random.ts';

const parts = { clock: realClock, random: realRandom(1), logger: silent };

busContract('local bus', async () => {
  const bus = realLocalBus(parts);
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return { bus, other: bus, until: eventually, settle, close: async () => {} };
});

test('local bus: full: messages are dropped and counted, a request is refused with Busy', async () => {
  const dropped: object[] = [];
  const bus = realLocalBus({ ...parts, logger: { ...silent, warn: (fields) => dropped.push(fields) } }, 3);
  let got = 0;
  bus.subscribe('k.a', () => got++);
  for (let i = 0; i < 5; i++) bus.publish('k.a', { type: 'note' });
  const result = await new Promise((resolve) => bus.request('k.a', { type: 'note' }, 1_000, resolve));
  assert.deepEqual(dropped.at(-1), { subject: 'k.a', total: 2, capacity: 3 });
  assert.match(JSON.stringify(result), /"Busy"/);
  await eventually('delivered', () => got === 3);
});

test('turn queue: more than a turn takes: all run, in order, and the event loop gets in between', async () => {
  const queue = new TurnQueue(10_000);
  const ran: number[] = [];
  for (let i = 0; i < 2_000; i++) queue.push(() => ran.push(i));
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(ran.length > 0 && ran.length < 2_000, `${ran.length} in one turn`);
  await eventually('drained', () => ran.length === 2_000);
  assert.deepEqual(
    ran,
    [...ran].sort((a, b) => a - b),
  );
});
