import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BROKEN_MEMBERS } from './broken.ts';
import { judge, tally } from './judge.ts';
import { type MembersOptions, runMembers } from './members-run.ts';

const SEEDS = Number(process.env['SEEDS'] ?? 100);
const SHAPE: Omit<MembersOptions, 'seed'> = { operations: 120, clients: 6 };

test('etcd members: killed, paused, cut off, with clocks that drift, under six clients: every check says ok', () => {
  const all = { ok: 0, failed: 0, unknown: 0 };
  let events = 0;
  let faults = 0;
  for (let seed = 1; seed <= SEEDS; seed++) {
    // With and without: etcd's own clients do not retry, ours do.
    const evidence = runMembers({ seed, ...SHAPE, retries: seed % 2 === 0 });
    const wrong = judge(evidence);
    if (wrong !== undefined) assert.fail(`seed ${seed}, ${evidence.faults.join('; ')}:\n${wrong}`);
    const counts = tally(evidence.operations);
    for (const is of ['ok', 'failed', 'unknown'] as const) all[is] += counts[is];
    events += evidence.watches.reduce((sum, { responses }) => sum + responses.length, 0);
    faults += evidence.faults.length;
  }
  const enough = faults >= 4 * SEEDS && all.unknown >= SEEDS && all.ok >= 100 * SEEDS && events >= 100 * SEEDS;
  assert.ok(enough, JSON.stringify({ faults, events, all }));
});

test('etcd members: the same seed twice: the same history', () => {
  const [one, two] = [runMembers({ seed: 7, ...SHAPE }), runMembers({ seed: 7, ...SHAPE })];
  assert.deepEqual(one.operations, two.operations);
  assert.deepEqual(one.watches, two.watches);
});

/** What a check says, or the store itself, which trusts no log that does not add up. */
function noticed(options: MembersOptions): string | undefined {
  try {
    return judge(runMembers(options));
  } catch (error) {
    const { message } = error as Error;
    if (!message.startsWith("the log's record")) throw error;
    return message;
  }
}
for (const [title, fault] of Object.entries(BROKEN_MEMBERS))
  test(`etcd members: members that ${title}: are caught`, () => {
    let wrong: string | undefined;
    for (let seed = 1; seed <= 60 && wrong === undefined; seed++) wrong = noticed({ seed, ...SHAPE, ...fault() });
    assert.notEqual(wrong, undefined);
  });
