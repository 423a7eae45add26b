//! `npm run scenario etcd-kill -- --rounds 200`: kill -9 under writers, every history checked.
import { parseArgs } from 'node:util';
import { type Arena, fileArena, jetstreamArena } from './arena.ts';
import { rounds } from './rounds.ts';

const ARENAS: Readonly<Record<string, () => Promise<Arena | undefined>>> = {
  file: fileArena,
  jetstream: jetstreamArena,
};

export async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '200' },
      writers: { type: 'string', default: '20' },
      log: { type: 'string', default: 'file' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
      /** Where the history of a failure goes. */
      dir: { type: 'string', default: 'build/histories' },
    },
  });
  const open = ARENAS[values.log];
  if (open === undefined) throw new Error(`--log is one of ${Object.keys(ARENAS).join(', ')}`);
  const numbers = { rounds: Number(values.rounds), writers: Number(values.writers), seed: Number(values.seed) };
  for (const [name, value] of Object.entries(numbers))
    if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} is a whole number`);
  const arena = await open();
  if (arena === undefined) throw new Error('there is no nats-server here: apt-get install nats-server');
  console.log(
    `etcd-kill: ${numbers.rounds} rounds, ${numbers.writers} writers, ${values.log} log, --seed ${numbers.seed}`,
  );
  const started = performance.now();
  try {
    const result = await rounds(arena, { ...numbers, dir: values.dir, print: (line) => console.log(line) });
    const seconds = Math.round((performance.now() - started) / 1_000);
    console.log(
      `${result.rounds} rounds in ${seconds} s: ${result.ok} acknowledged, ${result.failed} refused, ` +
        `${result.unknown} unknown; every acknowledged write is there, none happened twice, no revision went back`,
    );
  } finally {
    await arena.stop();
  }
}
