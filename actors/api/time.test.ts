import assert from 'node:assert/strict';
import test from 'node:test';
import { humanDuration, microTime, parseTime, timestamp } from './time.ts';

test('time: milliseconds: RFC 3339 with seconds and with microseconds', () => {
  const ms = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  assert.equal(timestamp(ms), '2026-01-02T03:04:05Z');
  assert.equal(microTime(ms), '2026-01-02T03:04:05.678000Z');
  assert.equal(parseTime(microTime(ms)), ms);
  assert.equal(parseTime('2026-01-02'), undefined);
});
test('duration: any length: as kubectl shows it', () => {
  const second = 1000;
  const hour = 3600 * second;
  const table: readonly (readonly [number, string])[] = [
    [-5 * second, '<invalid>'],
    [0, '0s'],
    [119 * second, '119s'],
    [120 * second, '2m'],
    [190 * second, '3m10s'],
    [11 * 60 * second, '11m'],
    [3 * hour, '3h'],
    [3.5 * hour, '3h30m'],
    [9 * hour, '9h'],
    [50 * hour, '2d2h'],
    [10 * 24 * hour, '10d'],
    [800 * 24 * hour, '2y70d'],
    [3000 * 24 * hour, '8y'],
  ];
  for (const [ms, expected] of table) assert.equal(humanDuration(ms), expected);
});
