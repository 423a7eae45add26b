import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Process, processOf, treesOf } from './processes.ts';

test('processOf: a name with spaces and brackets: the fields after it', () => {
  const numbers = Array.from({ length: 40 }, (_, i) => i + 4);
  const process = processOf(`42 (odd ) name) S ${numbers.join(' ')}\n`);
  assert.deepEqual(process, { pid: 42, parent: 4, session: 6, start: '22', ticks: 14 + 15 + 16 + 17, pages: 24 });
  assert.equal(processOf(''), undefined);
});
test('treesOf: session, descendants, strays: each counted once, others not at all', () => {
  const process = (pid: number, parent: number, session: number): Process => ({
    pid,
    parent,
    session,
    start: '1',
    ticks: pid,
    pages: 1,
  });
  const processes = [
    process(1, 0, 1),
    process(10, 1, 10),
    process(11, 10, 10),
    // A session of its own below the container, and a child of that.
    process(12, 11, 12),
    process(13, 12, 12),
    // Lost its parent, kept its session; lost both, kept its mark.
    process(14, 1, 10),
    process(15, 1, 15),
    process(16, 15, 15),
    process(20, 1, 20),
    process(30, 1, 30),
  ];
  const trees = treesOf(
    processes,
    new Map([
      [10, 'a'],
      [30, 'b'],
      [40, 'c'],
    ]),
    new Map([[15, 'a']]),
  );
  assert.deepEqual(
    [...trees],
    [
      ['a', { ticks: 10 + 11 + 12 + 13 + 14 + 15 + 16, pages: 7 }],
      ['b', { ticks: 30, pages: 1 }],
      ['c', { ticks: 0, pages: 0 }],
    ],
  );
});
