import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atLeast, atMost, LONG_AGO, momentOf, steadyNow } from './moment.ts';
import type { Clock } from './ports.ts';

class Machine implements Clock {
  wall = 1_000_000;
  steady = 50;
  now(): number {
    return this.wall;
  }
  monotonic(): number {
    return this.steady;
  }
  setTimeout(): void {}
  clearTimeout(): void {}
}

test('moment: the clock is set, the machine sleeps: who must stop stops, who must wait waits', () => {
  const machine = new Machine();
  const since = momentOf(machine);
  const now = steadyNow(machine);
  const passed = (wall: number, steady: number): readonly number[] => {
    machine.wall = since.wall + wall;
    machine.steady = since.steady + steady;
    return [atMost(machine, since), atLeast(machine, since), now() - since.wall];
  };
  assert.deepEqual(passed(100, 100), [100, 100, 100]);
  assert.deepEqual(passed(-3_600_000, 100), [100, 100, 100], 'set back by an hour');
  assert.deepEqual(passed(3_600_000, 100), [3_600_000, 100, 100], 'set forward');
  assert.deepEqual(passed(60_000, 100), [60_000, 100, 100], 'slept for a minute');
  assert.equal(atMost(machine, LONG_AGO), Number.POSITIVE_INFINITY);
});
