import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pod } from './fixtures.ts';
import { factsOf } from './pod-facts.ts';
import { SchedulingQueue, UNSCHEDULABLE_MAX_MS } from './queue.ts';

const facts = (name: string, priority = 0) => factsOf(pod(name, { priority }));
const FIT = new Set(['NodeResourcesFit']);
const by = (name: string) => (_: unknown, plugin: string) => plugin === name;

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
  assert.deepEqual(
    [1, 2, 3, 4, 5, 50].map((attempts) => new SchedulingQueue().backoffMs(attempts)),
    [1_000, 2_000, 4_000, 8_000, 10_000, 10_000],
  );
});
test('queue: unschedulable: a change that its plugin cares about brings it back', () => {
  const queue = new SchedulingQueue();
  queue.add(facts('a'), 0);
  queue.park(queue.pop(0)!, FIT, 0);
  queue.wake('NodeAdd', 10, by('TaintToleration'));
  queue.wake('NodeAdd', 20, () => false);
  assert.equal(queue.nextDue(), UNSCHEDULABLE_MAX_MS);
  queue.wake('NodeAdd', 20, by('NodeResourcesFit'));
  assert.equal(queue.count('backoff'), 1);
  queue.add(facts('fresh'), 30);
  const order = [queue.pop(40)?.facts.key, queue.pop(40)?.facts.key];
  assert.deepEqual(order, ['default/fresh', 'default/a'], 'who backs off is taken early when nobody else waits');
});
test('queue: an error: nobody is taken before the end of its back-off', () => {
  const queue = new SchedulingQueue();
  queue.add(facts('a'), 0);
  queue.pop(0);
  queue.retry(facts('a'), 1, 0);
  assert.equal(queue.ready(999), false);
  assert.equal(queue.nextDue(), 1_000);
  assert.equal(queue.ready(1_000), true);
  assert.equal(queue.pop(1_000)?.attempts, 2);
});
test('queue: something happened while a pod was out: it comes back at once', () => {
  const queue = new SchedulingQueue();
  queue.add(facts('a'), 0);
  const entry = queue.pop(0)!;
  queue.wake('NodeAdd', 1, () => true);
  queue.park(entry, FIT, 2);
  assert.equal(queue.count('unschedulable'), 0);
  assert.equal(queue.ready(2), true);
});
test('queue: gated: asked again when it changes or is told to, never by time', () => {
  let gate: string | undefined = 'SchedulingGates';
  const queue = new SchedulingQueue({ gate: () => gate });
  queue.add(facts('a'), 0);
  assert.deepEqual([queue.count('gated'), queue.nextDue(), queue.ready(1e9)], [1, undefined, false]);
  queue.regate('default/a', 1);
  assert.equal(queue.count('gated'), 1);
  gate = undefined;
  queue.add(facts('a'), 2);
  assert.equal(queue.pop(2)?.facts.key, 'default/a');
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
  queue.wake('NodeAdd', 5_000, () => true);
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
