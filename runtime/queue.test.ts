import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type QueueOptions, WorkQueue } from './queue.ts';
import { SimClock } from './sim/clock.ts';

const open = (over: Partial<QueueOptions> = {}) => {
  const clock = new SimClock();
  let ready = 0;
  const queue = new WorkQueue({ clock, onReady: () => ready++, ...over });
  return { clock, queue, ready: () => ready };
};

test('queue: a key added twice: got once, in order of arrival', () => {
  const { queue, ready } = open();
  for (const key of ['a', 'b', 'a']) queue.add(key);
  assert.deepEqual([queue.get(), queue.get(), queue.get()], ['a', 'b', undefined]);
  assert.equal(ready(), 1);
});

test('queue: a key added while it is worked on: got again, after done only', () => {
  const { queue } = open();
  queue.add('a');
  assert.equal(queue.get(), 'a');
  queue.add('a');
  queue.add('a');
  assert.equal(queue.get(), undefined);
  queue.done('a');
  assert.equal(queue.get(), 'a');
  queue.done('a');
  assert.ok(queue.idle);
});

test('queue: added for later: the soonest time counts', () => {
  const { queue, clock } = open();
  queue.addAfter('a', 100);
  queue.addAfter('a', 50);
  queue.addAfter('a', 500);
  clock.advance(49);
  assert.equal(queue.get(), undefined);
  clock.advance(1);
  assert.equal(queue.get(), 'a');
  queue.done('a');
  clock.advance(1_000);
  assert.equal(queue.get(), undefined);
});

test('queue: failures: 5 ms doubled up to 1,000 s, and forgotten', () => {
  const { queue } = open();
  const waits = Array.from({ length: 20 }, () => queue.addRateLimited('a'));
  assert.deepEqual(waits.slice(0, 4), [5, 10, 20, 40]);
  assert.equal(waits.at(-1), 1_000_000);
  queue.forget('a');
  assert.equal(queue.addRateLimited('a'), 5);
  assert.equal(queue.addRateLimited('b'), 5);
});

test('queue: full: refuses new keys, not known ones', () => {
  const { queue } = open({ capacity: 2 });
  assert.deepEqual(
    [queue.add('a'), queue.addAfter('b', 5), queue.add('c'), queue.addAfter('d', 5)],
    [true, true, false, false],
  );
  assert.deepEqual([queue.add('a'), queue.addAfter('b', 1)], [true, true]);
});

test('queue: closed: timers are gone, nothing is taken', () => {
  const { queue, clock, ready } = open();
  queue.addAfter('a', 5);
  queue.close();
  clock.advance(100);
  assert.deepEqual([queue.add('b'), queue.get(), ready()], [false, undefined, 0]);
});
