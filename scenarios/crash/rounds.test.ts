import assert from 'node:assert/strict';
import { test } from 'node:test';
import { without } from '../e2e/tools.ts';
import { fileArena } from './arena.ts';
import { rounds } from './rounds.ts';

const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 8);
const SEED = Number(process.env['ORRERY_SEED'] ?? Math.floor(Math.random() * 1e6));

test('etcd rounds: killed with -9 under 20 writers, on the file log: every check says ok', {
  skip: without.program('nats-server'),
  timeout: 60_000 + ROUNDS * 30_000,
}, async (t) => {
  t.diagnostic(`ORRERY_SEED=${SEED}`);
  const arena = (await fileArena())!;
  try {
    const result = await rounds(arena, {
      rounds: ROUNDS,
      writers: 20,
      seed: SEED,
      print: (line) => t.diagnostic(line),
    });
    assert.equal(result.rounds, ROUNDS);
    assert.ok(result.ok >= 20 * ROUNDS, JSON.stringify(result));
  } finally {
    await arena.stop();
  }
});
