import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { fromLines, Recorder, toLines } from './history.ts';
import { randomHistory } from './random-history.ts';

test('history: recorded: calls and returns in one order, what has not returned is unknown', () => {
  let now = 100;
  const recorder = new Recorder({ max: 3, now: () => now++ });
  const first = recorder.begin('p1', { op: 'put', key: 'a', value: 'x' });
  const second = recorder.begin('p2', { op: 'get', key: 'a' });
  recorder.end(second, { is: 'ok', output: { seen: { a: null } } });
  recorder.begin('p3', { op: 'delete', key: 'a' });
  recorder.end(first, { is: 'unknown', why: 'time-out' });
  assert.deepEqual(
    recorder.operations().map(({ process, call, returned, outcome, at }) => [process, call, returned, outcome.is, at]),
    [
      ['p1', 1, undefined, 'unknown', 100],
      ['p2', 2, 3, 'ok', 101],
      ['p3', 4, undefined, 'unknown', 102],
    ],
  );
});
test('history: full, or ended twice: refused', () => {
  const recorder = new Recorder({ max: 1 });
  const ticket = recorder.begin('p', { op: 'get', key: 'a' });
  assert.equal(recorder.full, true);
  assert.throws(() => recorder.begin('p', { op: 'get', key: 'a' }), /full: 1 operations/);
  recorder.end(ticket, { is: 'failed', why: 'refused' });
  assert.throws(() => recorder.end(ticket, { is: 'failed', why: 'refused' }), /has ended already/);
});
test('history: to lines and back: the same', () => {
  const shape = { operations: 100, processes: 5, keys: 2, lost: 0.1 };
  const { operations } = randomHistory(new SeededRandom(3), shape);
  assert.deepEqual(fromLines(toLines(operations), 100), operations);
});
test('history: lines that are no operations: refused with their number', () => {
  const good = toLines(
    randomHistory(new SeededRandom(1), { operations: 1, processes: 1, keys: 1, lost: 0 }).operations,
  );
  const bad: readonly (readonly [string, RegExp])[] = [
    ['{', /line 2: not JSON/],
    ['null', /line 2: not an operation/],
    ['{"process":"p","input":{"op":"sell"},"call":1,"returned":2,"outcome":{"is":"ok"}}', /line 2: not an operation/],
    ['{"process":"p","input":{"op":"get"},"call":3,"returned":2,"outcome":{"is":"ok"}}', /line 2: not an operation/],
    ['{"process":"p","input":{"op":"get"},"call":3,"returned":4,"outcome":{"is":"unknown"}}', /not an operation/],
    [good.trim(), /line 2: more than 1 operations/],
  ];
  for (const [text, message] of bad) {
    const max = message.source.includes('more than') ? 1 : 10;
    assert.throws(() => fromLines(good + text, max), message, text);
  }
});
