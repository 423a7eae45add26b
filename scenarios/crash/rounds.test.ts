import assert from 'node:assert/strict';
import { test } from 'node:test';
import { without } from '../e2e/tools.ts';
import { type Arena, fileArena, jetstreamArena } from './arena.ts';
import { rounds } from './rounds.ts';

const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 8);
const SEED = Number(process.env['ORRERY_SEED'] ?? Math.floor(Math.random() * 1e6));

const ARENAS: Readonly<Record<string, () => Promise<Arena | undefined>>> = {
  'killed with -9 under 20 writers, on the file log': fileArena,
  'three members and their broker killed with -9 under 20 writers, on JetStream': jetstreamArena,
};
for (const [title, open] of Object.entries(ARENAS))
  test(`etcd rounds: ${title}: every check says ok`, {
    skip: without.program('nats-server'),
    timeout: 60_000 + ROUNDS * 30_000,
  }, async (t) => {
    t.diagnostic(`ORRERY_SEED=${SEED}`);
    const arena = (await open())!;
    try {
      const options = { rounds: ROUNDS, writers: 20, seed: SEED, print: (line: string) => t.diagnostic(line) };
      const result = await rounds(arena, options);
      assert.equal(result.rounds, ROUNDS);
      assert.ok(result.ok >= 20 * ROUNDS, JSON.stringify(result));
    } finally {
      await arena.stop();
    }
  });
