import { fail, ok, type Result } from '../fault.ts';
import type { Log, LogRecovery } from '../ports.ts';

/** What a memory log keeps: hand the same one to the next log and it is as if a process had started again. */
export interface LogMemory {
  state: Uint8Array | undefined;
  upTo: number;
  records: Uint8Array[];
}
export const logMemory = (): LogMemory => ({ state: undefined, upTo: 0, records: [] });

/** Durable as far as its memory is: for tests, simulation and clusters that nobody wants to keep. Answers at once. */
export class MemoryLog implements Log {
  readonly #memory: LogMemory;
  #open = true;
  constructor(memory: LogMemory = logMemory()) {
    this.#memory = memory;
  }
  recover(into: LogRecovery): void {
    const { state, upTo, records } = this.#memory;
    if (state !== undefined) into.snapshot(state, upTo);
    records.forEach((record, i) => {
      into.record(upTo + i + 1, record);
    });
    into.done(ok(this.#last));
  }
  append(records: readonly Uint8Array[], expectedLast: number, done: (result: Result<number>) => void): void {
    if (!this.#open) return done(closed());
    if (expectedLast !== this.#last) return done(deposed(expectedLast, this.#last));
    for (const record of records) this.#memory.records.push(record);
    done(ok(this.#last));
  }
  snapshot(state: Uint8Array, upTo: number, done: (result: Result<number>) => void): void {
    if (!this.#open) return done(closed());
    if (upTo < this.#memory.upTo || upTo > this.#last) return done(outside(upTo, this.#memory.upTo, this.#last));
    this.#memory.records = this.#memory.records.slice(upTo - this.#memory.upTo);
    this.#memory.upTo = upTo;
    this.#memory.state = state;
    done(ok(upTo));
  }
  close(done: () => void): void {
    this.#open = false;
    done();
  }
  get #last(): number {
    return this.#memory.upTo + this.#memory.records.length;
  }
}

export const closed = (): ReturnType<typeof fail> => fail('Unavailable', 'the log is closed');
export const deposed = (expected: number, last: number): ReturnType<typeof fail> =>
  fail('Conflict', `the log ends at ${last}, not at ${expected}: another writer was here`);
export const outside = (upTo: number, from: number, last: number): ReturnType<typeof fail> =>
  fail('Invalid', `a snapshot up to ${upTo} is outside the log: it goes from ${from} to ${last}`);
