import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BROKEN } from './broken.ts';
import { judge, tally } from './judge.ts';
import { run } from './simulation.ts';

const SEEDS = Number(process.env['SEEDS'] ?? 150);
const SHAPE = { operations: 120, clients: 8 };

test('etcd crashes: kills, power cuts, full disks, lost and repeated messages under eight clients: every check of every history says ok', () => {
  const all = { ok: 0, failed: 0, unknown: 0 };
  let faults = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    const evidence = run({ seed, ...SHAPE });
    const wrong = judge(evidence);
    if (wrong !== undefined) assert.fail(`seed ${seed}, ${evidence.faults.join(', ')}:\n${wrong}`);
    const counts = tally(evidence.operations);
    for (const is of ['ok', 'failed', 'unknown'] as const) all[is] += counts[is];
    faults += evidence.faults.length;
  }
  // Without faults and doubt these runs would prove nothing.
  assert.ok(faults >= SEEDS && all.unknown >= 5 * SEEDS && all.ok >= 100 * SEEDS, JSON.stringify({ faults, all }));
});

test('etcd crashes: the same seed twice: the same history', () => {
  const [one, two] = [run({ seed: 7, ...SHAPE }), run({ seed: 7, ...SHAPE })];
  assert.deepEqual(one.operations, two.operations);
  assert.deepEqual(one.changes.all, two.changes.all);
});

for (const [title, fault] of Object.entries(BROKEN))
  test(`etcd crashes: a store that ${title}: is caught`, () => {
    const found: string[] = [];
    for (let seed = 1; seed <= 20 && found.length === 0; seed++) {
      const wrong = judge(run({ seed, ...SHAPE, ...fault }));
      if (wrong !== undefined) found.push(wrong);
    }
    assert.equal(found.length, 1);
  });
