import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialTransition, transition } from 'xstate';
import { schedulerMachine } from './machine.ts';
import type { SchedulerEvent } from './protocol.ts';

const run = (...events: SchedulerEvent[]) => {
  let [state, actions] = initialTransition(schedulerMachine);
  for (const event of events) [state, actions] = transition(schedulerMachine, state, event);
  const emitted = (actions as readonly { type: string; params?: unknown }[])
    .filter((action) => action.type === 'xstate.emit')
    .map((action) => (action.params as { event: { type: string } }).event.type);
  return { value: state.value, emitted, status: state.status };
};
const LEADING: SchedulerEvent[] = [{ type: 'caches.synced' }, { type: 'leadership.gained' }];
const ended = (more: boolean, inFlight: number): SchedulerEvent => ({ type: 'cycle.ended', more, inFlight });

test('scheduler chart: caches and leadership: in either order, then the first cycle', () => {
  assert.deepEqual(run(...LEADING).value, { leading: 'scheduling' });
  assert.deepEqual(run(...[...LEADING].reverse()), {
    value: { leading: 'scheduling' },
    emitted: ['cycle.run'],
    status: 'active',
  });
  assert.equal(run({ type: 'caches.synced' }).value, 'standby');
});
test('scheduler chart: a cycle ended: on, or idle', () => {
  assert.deepEqual(run(...LEADING, ended(true, 1)), {
    value: { leading: 'scheduling' },
    emitted: ['cycle.run'],
    status: 'active',
  });
  assert.deepEqual(run(...LEADING, ended(false, 1)).emitted, ['queue.watch']);
  assert.deepEqual(run(...LEADING, ended(false, 1), { type: 'queue.filled' }).value, { leading: 'scheduling' });
});
test('scheduler chart: too many writes under way: saturated until one is through', () => {
  const full = [...LEADING, ended(true, 64)];
  assert.deepEqual(run(...full).value, { leading: 'saturated' });
  assert.deepEqual(run(...full, { type: 'write.ended', more: true, inFlight: 64 }).value, { leading: 'saturated' });
  assert.deepEqual(run(...full, { type: 'write.ended', more: true, inFlight: 63 }).value, { leading: 'scheduling' });
  assert.deepEqual(run(...full, { type: 'write.ended', more: false, inFlight: 63 }).value, { leading: 'idle' });
});
test('scheduler chart: many cycles in a row: others get their turn', () => {
  const cycles = Array.from({ length: 64 }, () => ended(true, 0));
  assert.deepEqual(run(...LEADING, ...cycles).value, { leading: 'resting' });
});
test('scheduler chart: leadership lost: standby; stopped: resigns first', () => {
  assert.equal(run(...LEADING, { type: 'leadership.lost' }).value, 'standby');
  assert.deepEqual(run(...LEADING, { type: 'scheduler.stop' }).emitted, ['election.stop']);
  assert.equal(run(...LEADING, { type: 'scheduler.stop' }, { type: 'election.ended' }).status, 'done');
  assert.deepEqual(run(...LEADING, { type: 'election.ended' }).emitted, ['actor.fail']);
});
