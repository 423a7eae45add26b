//! Clients that do as they like, and write down what they were told.
import type { Clock, Random } from '../../runtime/ports.ts';
import { integer } from '../../runtime/random.ts';
import { pause, type Task } from '../../runtime/task.ts';
import type { Input, Outcome, Recorder, Write } from '../check/history.ts';
import { type Patience, perform } from './recorded-client.ts';

export interface ClientOptions {
  /** Unique in the whole run: request ids and values are made of it. */
  readonly name: string;
  readonly recorder: Recorder;
  readonly random: Random;
  readonly clock: Clock;
  /** Whom to ask, drawn anew for each operation: any member will do. */
  readonly subjects: readonly string[];
  readonly keys: readonly string[];
  readonly thinkMs: number;
  readonly patience: Patience;
  readonly done: () => boolean;
  readonly told?: (outcome: Outcome) => void;
}

/** Until `done`. */
export function* client(options: ClientOptions): Task<void> {
  const { name, recorder, random, clock, subjects, patience } = options;
  /** What it last knew of a key: swaps are made from that, right or wrong. */
  const known = new Map<string, number>();
  for (let serial = 1; !options.done(); serial++) {
    const input = choose(options, `${name}-${serial}`, known);
    const ticket = recorder.begin(name, input);
    const subject = subjects[integer(random, subjects.length)]!;
    // Now and then it gives up before it can know: such an operation may happen long after.
    const hurry = random.float() < 0.3 ? random.float() : 1;
    const waits = { ...patience, tryMs: patience.tryMs * hurry, totalMs: patience.totalMs * hurry };
    const outcome = yield* perform({ subject, clock }, `${name}-${serial}`, input, waits);
    recorder.end(ticket, outcome);
    options.told?.(outcome);
    learn(known, input, outcome);
    yield* pause(random.float() * options.thinkMs);
  }
}

/** Every key once, at the end: whatever was lost shows. */
export function* lookAround(options: ClientOptions): Task<void> {
  const { name, recorder, clock, subjects, patience } = options;
  for (const key of options.keys)
    for (const subject of subjects) {
      const input: Input = { op: 'get', key };
      const ticket = recorder.begin(name, input);
      recorder.end(ticket, yield* perform({ subject, clock }, '', input, patience));
    }
}

function choose({ random, keys }: ClientOptions, value: string, known: ReadonlyMap<string, number>): Input {
  const key = keys[integer(random, keys.length)]!;
  const luck = random.float();
  if (luck < 0.25) return { op: 'get', key };
  if (luck < 0.3) return { op: 'get', key, serializable: true };
  if (luck < 0.6) return { op: 'put', key, value };
  if (luck < 0.7) return { op: 'delete', key };
  if (luck < 0.75) return { op: 'txn', when: { key, mod: known.get(key) ?? 0 }, writes: [], reads: [key] };
  const writes: Write[] = [{ key, value: random.float() < 0.9 ? value : null }];
  const other = keys[integer(random, keys.length)]!;
  if (other !== key && random.float() < 0.4) writes.push({ key: other, value: random.float() < 0.8 ? value : null });
  if (luck < 0.8) return { op: 'txn', writes };
  return { op: 'txn', when: { key, mod: known.get(key) ?? 0 }, writes, reads: [key] };
}

function learn(known: Map<string, number>, input: Input, outcome: Outcome): void {
  if (outcome.is !== 'ok') return;
  const { seen = {}, put = {}, deleted = {}, revision } = outcome.output;
  if (input.op === 'get' && input.serializable) return;
  for (const [key, saw] of Object.entries(seen)) known.set(key, saw?.modRevision ?? 0);
  for (const key of Object.keys(put)) if (revision !== undefined) known.set(key, revision);
  for (const key of Object.keys(deleted)) known.set(key, 0);
}
