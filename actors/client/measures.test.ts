import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkQueue } from '../../runtime/queue.ts';
import { SimClock } from '../../runtime/sim/clock.ts';
import { ManagerMeasures } from './measures.ts';

test('measures: a queue: what came, waited, was worked on and is under way', () => {
  const clock = new SimClock();
  const measures = new ManagerMeasures();
  const queue = new WorkQueue({ clock, onReady: () => {}, observer: measures.observer('job') });
  const unfollow = measures.follow('job', queue);
  queue.add('a');
  queue.add('a');
  clock.advance(2_000);
  assert.equal(queue.get(), 'a');
  queue.add('a'); // while it is worked on: waits from now
  clock.advance(3_000);
  queue.addRateLimited('b');
  const value = (line: string): number => {
    const found = measures
      .text()
      .split('\n')
      .find((one) => one.startsWith(`${line} `));
    assert.ok(found, line);
    return Number(found.split(' ')[1]);
  };
  const of = '{name="job"}';
  assert.equal(value(`workqueue_adds_total${of}`), 2);
  assert.equal(value(`workqueue_retries_total${of}`), 1);
  assert.equal(value(`workqueue_queue_duration_seconds_sum${of}`), 2);
  assert.equal(value(`workqueue_unfinished_work_seconds${of}`), 3);
  assert.equal(value(`workqueue_longest_running_processor_seconds${of}`), 3);
  queue.done('a');
  assert.equal(value(`workqueue_depth${of}`), 1);
  assert.equal(value(`workqueue_work_duration_seconds_sum${of}`), 3);
  queue.get();
  assert.equal(value(`workqueue_queue_duration_seconds_sum${of}`), 5);
  unfollow();
  assert.doesNotMatch(measures.text(), /workqueue_depth\{/);
});

test('measures: a Lease: whether this process has it', () => {
  const measures = new ManagerMeasures();
  measures.leads('job-controller', true);
  assert.match(measures.text(), /^leader_election_master_status\{name="job-controller"\} 1$/m);
  measures.leads('job-controller', false);
  assert.match(measures.text(), /^leader_election_master_status\{name="job-controller"\} 0$/m);
});
