//! Histories that are right by construction: a reference store executes each operation at one moment between its call
//! and its return. Some answers are lost; what was lost may have happened, may still happen, or never does.
import type { Random } from '../../runtime/ports.ts';
import { integer } from '../../runtime/random.ts';
import type { Change } from './changes.ts';
import { type Input, type Operation, type Output, Recorder, type Write } from './history.ts';
import { ReferenceStore } from './reference-store.ts';

export interface Shape {
  readonly operations: number;
  readonly processes: number;
  readonly keys: number;
  /** Of all operations: answers that never come. */
  readonly lost: number;
  /** Values come from so few that they repeat; absent: each is written once. */
  readonly values?: number;
  /** Of all answers: those that keep quiet about revisions and versions. */
  readonly quiet?: number;
}
interface Running {
  readonly ticket: number;
  readonly input: Input;
  readonly lost: boolean;
  output: Output | undefined;
}

export function randomHistory(random: Random, shape: Shape): { operations: Operation[]; changes: readonly Change[] } {
  const recorder = new Recorder({ max: shape.operations });
  const store = new ReferenceStore();
  const running = new Map<string, Running>();
  const stray: Running[] = [];
  const names = Array.from({ length: shape.processes }, (_, i) => i);
  while (!recorder.full || running.size > 0) {
    const slot = integer(random, names.length);
    const process = `p${names[slot]}`;
    const current = running.get(process);
    if (current === undefined) {
      if (recorder.full) continue;
      const input = randomInput(random, shape, recorder.size, store);
      const lost = random.float() < shape.lost;
      running.set(process, { ticket: recorder.begin(process, input), input, lost, output: undefined });
    } else if (current.lost) {
      recorder.end(current.ticket, { is: 'unknown', why: 'no answer' });
      running.delete(process);
      stray.push(current);
      names[slot]! += shape.processes; // a process with an operation open makes no other
    } else if (current.output === undefined) current.output = store.execute(current.input);
    else {
      const output = random.float() < (shape.quiet ?? 0) ? hushed(current.output) : current.output;
      recorder.end(current.ticket, { is: 'ok', output });
      running.delete(process);
    }
    if (stray.length > 0 && random.float() < 0.2) {
      const [late] = stray.splice(integer(random, stray.length), 1);
      if (random.float() < 0.6) store.execute(late!.input);
    }
  }
  return { operations: [...recorder.operations()], changes: store.changes };
}

export function randomInput(random: Random, shape: Shape, serial: number, store: ReferenceStore): Input {
  const key = `k${integer(random, shape.keys)}`;
  const value = shape.values === undefined ? `v${serial}` : `v${integer(random, shape.values)}`;
  const luck = random.float();
  if (luck < 0.3) return { op: 'get', key };
  if (luck < 0.55) return { op: 'put', key, value };
  if (luck < 0.7) return { op: 'delete', key };
  const now = store.get(key);
  // As of a moment ago, as a client would: often no longer true when it runs.
  const when =
    now !== null && random.float() < 0.4 ? { key, value: now.value } : { key, mod: now === null ? 0 : now.modRevision };
  const other = `k${integer(random, shape.keys)}`;
  const writes: Write[] = [{ key, value: random.float() < 0.8 ? value : null }];
  if (other !== key && random.float() < 0.5) writes.push({ key: other, value });
  return random.float() < 0.8 ? { op: 'txn', when, writes, reads: [key] } : { op: 'txn', writes };
}

const hushed = ({ succeeded, seen, deleted }: Output): Output => ({
  ...(succeeded === undefined ? {} : { succeeded }),
  ...(seen === undefined ? {} : { seen }),
  ...(deleted === undefined ? {} : { deleted }),
});
