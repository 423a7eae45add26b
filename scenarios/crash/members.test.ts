import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memberAddress } from '../../actors/etcd/protocol.ts';
import { inbox } from '../../runtime/address.ts';
import { SharedLog } from '../../runtime/sim/shared-log.ts';
import { World } from '../../runtime/sim/world.ts';
import { runTask } from '../../runtime/task.ts';
import type { Input, Outcome } from '../check/history.ts';
import { BROKEN_MEMBERS } from './broken.ts';
import { judge, tally } from './judge.ts';
import { type MembersOptions, runMembers } from './members-run.ts';
import { perform } from './recorded-client.ts';
import { SimMember, WAYS } from './sim-member.ts';

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

test('etcd members: a txn that only reads is the first that a deposed leader hears: it is not answered from the past', () => {
  // At any moment between two appends.
  for (let seed = 1; seed <= 20; seed++) readByTheDeposed(seed);
});
function readByTheDeposed(seed: number): void {
  const world = new World({ seed });
  const log = new SharedLog({ clock: world.clock, random: world.random });
  const members = ['a', 'b', 'c'].map((name) => new SimMember({ world, log, name, rate: 1, watches: [] }));
  world.advance(2_000);
  const old = members.find((member) => member.leads)!;
  const other = members.find((member) => member !== old)!;
  const outcomes: Outcome[] = [];
  const ask = (to: SimMember, id: string, input: Input): void => {
    const subject = inbox(world.cluster, memberAddress(to.name));
    const patience = { tryMs: 5_000, totalMs: 5_000, pauseMs: 10 };
    const task = perform({ subject, clock: world.clock }, id, input, patience);
    runTask(
      task,
      world,
      (outcome) => void outcomes.push(outcome),
      (error) => assert.fail(String(error)),
    );
  };
  ask(old, '1', { op: 'put', key: 'k', value: 'before' });
  world.until('the first put is answered', () => outcomes.length === 1);
  world.advance(5 * seed);
  old.pause();
  world.until('another leads', () => members.some((member) => member !== old && member.leads));
  ask(other, '2', { op: 'put', key: 'k', value: 'after' });
  world.until('the second put is answered', () => outcomes.length === 2);
  ask(old, '3', { op: 'txn', when: { key: 'k', mod: 99 }, writes: [], reads: ['k'] });
  world.advance(20);
  old.resume(WAYS.indexOf('bus'));
  world.until('the txn is answered', () => outcomes.length === 3);
  const [, , last] = outcomes;
  assert.equal(last?.is === 'ok' && last.output.seen?.['k']?.value, 'after');
}

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
