//! Real processes killed with -9 while clients write: round after round, every history checked, nothing forgotten.
import { mkdirSync, writeFileSync } from 'node:fs';
import type { Random } from '../../runtime/ports.ts';
import { integer } from '../../runtime/random.ts';
import { realClock } from '../../runtime/real/clock.ts';
import { SeededRandom } from '../../runtime/sim/random.ts';
import { runTask, type Task } from '../../runtime/task.ts';
import { type Change, Changes } from '../check/changes.ts';
import { Recorder, toLines } from '../check/history.ts';
import type { Arena } from './arena.ts';
import { judge, tally } from './judge.ts';
import { past, present } from './past.ts';
import { text } from './recorded-client.ts';
import { type ClientOptions, client, lookAround } from './workload.ts';

export interface RoundsOptions {
  readonly rounds: number;
  readonly writers: number;
  readonly seed: number;
  readonly print: (line: string) => void;
  /** Where the history of a failure goes. */
  readonly dir?: string;
}
export interface RoundsResult {
  readonly rounds: number;
  readonly ok: number;
  readonly failed: number;
  readonly unknown: number;
  readonly revision: number;
}

/** Rounds whose histories are judged together, on keys of their own. */
const WINDOW = 10;
const KEYS = 5;
const OPERATIONS_MAX = 50_000;
const ACKNOWLEDGED = { least: 20, most: 400 } as const;
const STUCK_MS = 60_000;

/** Throws with everything known at the first thing wrong. */
export async function rounds(arena: Arena, options: RoundsOptions): Promise<RoundsResult> {
  const random = new SeededRandom(options.seed);
  const total = { rounds: 0, ok: 0, failed: 0, unknown: 0, revision: 1 };
  const kept = new Map<string, Changes>();
  for (let window = 0; total.rounds < options.rounds; window++) {
    const prefix = `k/${window}/`;
    const count = Math.min(WINDOW, options.rounds - total.rounds);
    const recorder = new Recorder({ max: OPERATIONS_MAX, now: () => realClock.now() });
    await arena.watch(prefix, total.revision);
    const struck = await strikes(arena, options, random, recorder, prefix, count);
    const changes = new Changes(await done(arena, past(arena.subjects[0]!, realClock, prefix, total.revision)));
    const operations = recorder.operations();
    const wrong =
      judge({ operations, changes, watches: await arena.watched(changes.last) }) ?? back(changes, total.revision);
    if (wrong !== undefined) {
      const file = save(options, toLines(operations));
      throw new Error(
        `window ${window}, seed ${options.seed}: ${wrong}\n${struck.join('\n')}\n${file}\n${arena.report()}`,
      );
    }
    kept.set(prefix, changes);
    const counts = tally(operations);
    for (const is of ['ok', 'failed', 'unknown'] as const) total[is] += counts[is];
    total.rounds += count;
    total.revision = (await done(arena, present(arena.subjects[0]!, realClock, prefix))).revision;
    options.print(
      `${total.rounds} rounds: ${counts.ok} acknowledged, ${counts.failed} refused, ${counts.unknown} unknown; ` +
        `revision ${total.revision}; every check ok`,
    );
  }
  for (const [prefix, changes] of kept) await stillThere(arena, prefix, changes);
  return total;
}

async function strikes(
  arena: Arena,
  options: RoundsOptions,
  random: Random,
  recorder: Recorder,
  prefix: string,
  count: number,
): Promise<string[]> {
  const struck: string[] = [];
  let acknowledged = 0;
  let over = false;
  let wake: () => void = () => {};
  const base = (name: string): ClientOptions => ({
    name: `${prefix}${name}`,
    recorder,
    random: random.fork(prefix + name),
    clock: realClock,
    subjects: arena.subjects,
    keys: Array.from({ length: KEYS }, (_, i) => `${prefix}${i}`),
    thinkMs: 4,
    patience: { tryMs: 300, totalMs: 5_000, pauseMs: 20 },
    done: () => over || recorder.size >= OPERATIONS_MAX - 10 * options.writers,
    told: ({ is }) => {
      if (is === 'ok') acknowledged++;
      wake();
    },
  });
  const writers = Array.from({ length: options.writers }, (_, i) => done(arena, client(base(`w${i}`))));
  const reach = (goal: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const stuck = setTimeout(
        () => reject(new Error(`stuck at ${acknowledged} of ${goal}\n${arena.report()}`)),
        STUCK_MS,
      );
      wake = () => {
        if (acknowledged < goal) return;
        clearTimeout(stuck);
        resolve();
      };
      wake();
    });
  const failed = Promise.race(writers.map((writer) => writer.then(() => new Promise<never>(() => {}))));
  for (let round = 0; round < count; round++) {
    const more = ACKNOWLEDGED.least + integer(random, ACKNOWLEDGED.most - ACKNOWLEDGED.least);
    await Promise.race([reach(acknowledged + more), failed]);
    struck.push(`after ${acknowledged} acknowledged: ${await arena.strike(random)}`);
  }
  await Promise.race([reach(acknowledged + ACKNOWLEDGED.least), failed]);
  over = true;
  await Promise.all(writers);
  await done(arena, lookAround({ ...base('last'), patience: { tryMs: 2_000, totalMs: 30_000, pauseMs: 50 } }));
  return struck;
}

/** What is in a window's keys now is what was there when the window ended. */
async function stillThere(arena: Arena, prefix: string, changes: Changes): Promise<void> {
  const { kvs } = await done(arena, present(arena.subjects[0]!, realClock, prefix));
  const now = new Map(kvs.map((kv) => [kv.key, `${text(kv.value)} mod ${kv.modRevision}`]));
  for (let i = 0; i < KEYS; i++) {
    const key = `${prefix}${i}`;
    const seen = changes.state(key, changes.last);
    const was = seen === null ? undefined : `${seen.value} mod ${seen.modRevision}`;
    if (now.get(key) !== was) throw new Error(`${key} was ${was} when its window ended, and is ${now.get(key)} now`);
  }
}
const back = (changes: Changes, revision: number): string | undefined => {
  const early = changes.all.find((change: Change) => change.revision <= revision);
  return early && `${early.key} changed at revision ${early.revision}, the store had been at ${revision}`;
};

function save({ dir, seed }: RoundsOptions, lines: string): string {
  if (dir === undefined) return 'the history was not kept';
  mkdirSync(dir, { recursive: true });
  const file = `${dir}/history-${seed}.jsonl`;
  writeFileSync(file, lines);
  return `the history is in ${file}`;
}

const done = <T>(arena: Arena, task: Task<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    runTask(task, { bus: arena.bus, clock: realClock }, resolve, reject);
  });
