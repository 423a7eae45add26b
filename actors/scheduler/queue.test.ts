import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pod } from './fixtures.ts';
import { factsOf } from './pod-facts.ts';
import { backoffMs, SchedulingQueue, UNSCHEDULABLE_MAX_MS } from './queue.ts';

const facts = (name: string, priority = 0) => factsOf(pod(name, { priority }));
const FIT = new Set(['NodeResourcesFit']);

test('queue: order: priority first, then who came first', () => {
  const queue = new SchedulingQueue();
  for (const [name, priority] of [
    ['a', 0],
    ['b', 5],
    ['c', 0],
    ['d', 5],
  ] as const)
    queue.add(facts(name, priority), 1);
  const order = Array.from({ length: 4 }, () => queue.pop(2)?.facts.key);
  assert.deepEqual(order, ['default/b', 'default/d', 'default/a', 'default/c']);
  assert.equal(queue.pop(2), undefined);
});
test('queue: backoff: doubles from 1 s to 10 s', () => {
  assert.deepEqual([1, 2, 3, 4, 5, 50].map(backoffMs), [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});
test('queue: unschedulable: a change that its filter cares about brings it back, after its back-off', () => {
  const queue = new SchedulingQueue();
  queue.add(facts('a'), 0);
  queue.park(queue.pop(0)!, FIT, 0);
  queue.wake(['TaintToleration'], 10);
  assert.equal(queue.nextDue(), UNSCHEDULABLE_MAX_MS);
  queue.wake(['NodeResourcesFit'], 20, () => false);
  assert.equal(queue.nextDue(), UNSCHEDULABLE_MAX_MS);
  queue.wake(['NodeResourcesFit'], 20);
  assert.equal(queue.ready(999), false);
  assert.equal(queue.nextDue(), 1_000);
  assert.equal(queue.ready(1_000), true);
  assert.equal(queue.pop(1_000)?.attempts, 2);
});
test('queue: unschedulable: five minutes are enough', () => {
  const queue = new SchedulingQueue();
  queue.add(facts('a'), 0);
  queue.park(queue.pop(0)!, FIT, 0);
  assert.equal(queue.ready(UNSCHEDULABLE_MAX_MS - 1), false);
  assert.equal(queue.ready(UNSCHEDULABLE_MAX_MS), true);
});
test('queue: removed: it does not come out, wherever it waited', () => {
  const queue = new SchedulingQueue();
  for (const name of ['a', 'b', 'c']) queue.add(facts(name), 0);
  queue.park(queue.pop(0)!, FIT, 0);
  queue.remove('default/a');
  queue.remove('default/b');
  queue.wake('all', 5_000);
  assert.equal(queue.pop(5_000)?.facts.key, 'default/c');
  assert.equal(queue.ready(1e9), false);
});
test('queue: pods come and go and nobody takes them out: nothing piles up', () => {
  const queue = new SchedulingQueue();
  for (let i = 0; i < 10_000; i++) {
    queue.add(facts(`p${i}`), i);
    queue.remove(`default/p${i}`);
  }
  assert(queue.weight <= 101, `${queue.weight}`);
  queue.add(facts('last'), 10_000);
  assert.equal(queue.pop(10_000)?.facts.key, 'default/last');
});
test('queue: priority raised while it waits: it overtakes', () => {
  const queue = new SchedulingQueue();
  queue.add(facts('a'), 0);
  queue.add(facts('b'), 0);
  queue.add(facts('b', 9), 1);
  assert.deepEqual(
    [queue.pop(1)?.facts.key, queue.pop(1)?.facts.key, queue.pop(1)],
    ['default/b', 'default/a', undefined],
  );
});
