//! One log that several processes of a simulated world read and append to, over a network that delays, cuts and loses.
import { fail, ok, type Result } from '../fault.ts';
import { closed, deposed, outside } from '../log/memory.ts';
import type { Clock, Log, LogRecovery, Random } from '../ports.ts';

export interface SharedLogOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** One way, drawn for each message; the order between one reader and the log is kept. */
  readonly delayMs?: readonly [least: number, most: number];
  /** After so long an append without an answer is `Timeout`. */
  readonly timeoutMs?: number;
  /** Of the appends that a cut stops on their way: those that arrive after all, up to twice the time-out later. */
  readonly late?: number;
}
type Done = (result: Result<number>) => void;
type Gate = (run: () => void) => void;

export class SharedLog {
  readonly #options: Required<SharedLogOptions>;
  #state: Uint8Array | undefined;
  #upTo = 0;
  #records: Uint8Array[] = [];
  readonly #readers = new Set<Reader>();
  readonly #cut = new Set<string>();
  /** Whose next append is taken and never answered. */
  readonly #mute = new Set<string>();
  /** Every append that was refused, by whom. */
  readonly refused: string[] = [];
  /** Told of every record that it takes. */
  taken: (by: string, sequence: number, record: Uint8Array) => void = () => {};

  constructor(options: SharedLogOptions) {
    this.#options = { delayMs: [0.2, 2], timeoutMs: 1_000, late: 0, ...options };
  }
  get last(): number {
    return this.#upTo + this.#records.length;
  }
  /** As `who` has it. `gate`: through which everything reaches that process. */
  connect(who: string, gate: Gate = (run) => run()): Log {
    return new Reader(who, gate, this, this.#options);
  }
  cut(who: string): void {
    this.#cut.add(who);
  }
  heal(who: string): void {
    this.#cut.delete(who);
    for (const reader of this.#readers) if (reader.who === who) reader.pump();
  }
  loseNextAnswer(who: string): void {
    this.#mute.add(who);
  }

  // What readers call.
  reaches(who: string): boolean {
    return !this.#cut.has(who);
  }
  muted(who: string): boolean {
    return this.#mute.delete(who);
  }
  add(reader: Reader): void {
    this.#readers.add(reader);
  }
  remove(reader: Reader): void {
    this.#readers.delete(reader);
  }
  append(records: readonly Uint8Array[], expectedLast: number, by: Reader, epoch: number): Result<number> {
    if (expectedLast !== this.last) {
      this.refused.push(by.who);
      return deposed(expectedLast, this.last);
    }
    for (const record of records) {
      this.#records.push(record);
      this.taken(by.who, this.last, record);
    }
    for (const reader of this.#readers) {
      if (reader === by && reader.epoch === epoch) reader.wrote(this.last);
      else reader.pump();
    }
    return ok(this.last);
  }
  snapshot(state: Uint8Array, upTo: number): Result<number> {
    if (upTo < this.#upTo || upTo > this.last) return outside(upTo, this.#upTo, this.last);
    this.#records = this.#records.slice(upTo - this.#upTo);
    this.#upTo = upTo;
    this.#state = state;
    return ok(upTo);
  }
  /** From record `next` on; the snapshot first when that record is gone. */
  read(next: number): { readonly state?: Uint8Array; readonly upTo: number; readonly records: readonly Uint8Array[] } {
    if (next > this.#upTo) return { upTo: next - 1, records: this.#records.slice(next - 1 - this.#upTo) };
    return { ...(this.#state ? { state: this.#state } : {}), upTo: this.#upTo, records: [...this.#records] };
  }
}

class Reader implements Log {
  readonly who: string;
  readonly #gate: Gate;
  readonly #log: SharedLog;
  readonly #options: Required<SharedLogOptions>;
  #into: LogRecovery | undefined;
  /** Raised by each recovery: what was sent before it is another writer's. */
  epoch = 0;
  #next = 1;
  /** The last record that it has. */
  #delivered = 0;
  #arrivesAt = 0;
  #reachesAt = 0;
  #refusal: ReturnType<typeof fail> | undefined = fail('Unavailable', 'the log is not recovered yet');

  constructor(who: string, gate: Gate, log: SharedLog, options: Required<SharedLogOptions>) {
    this.who = who;
    this.#gate = gate;
    this.#log = log;
    this.#options = options;
  }

  recover(into: LogRecovery): void {
    const epoch = ++this.epoch;
    this.#into = undefined;
    const again = (): void => {
      this.#options.clock.setTimeout(() => epoch === this.epoch && this.recover(into), RETRY_MS);
    };
    this.#there(() => {
      if (epoch !== this.epoch) return;
      if (!this.#log.reaches(this.who)) return again();
      this.#log.add(this);
      const { state, upTo, records } = this.#log.read(0);
      const last = upTo + records.length;
      this.#next = last + 1;
      this.#into = undefined;
      const arrived = (): void => {
        this.#refusal = undefined;
        this.#into = into;
        this.#delivered = last;
        if (state) into.snapshot(state, upTo);
        records.forEach((record, i) => {
          into.record(upTo + 1 + i, record);
        });
        into.done(ok(last));
        this.pump();
      };
      this.#back(epoch, arrived, again);
    });
  }
  append(records: readonly Uint8Array[], expectedLast: number, done: Done): void {
    if (this.#refusal) return done(this.#refusal);
    const { epoch } = this;
    let open = true;
    const finish: Done = (result) => {
      if (!open || epoch !== this.epoch) return;
      open = false;
      clock.clearTimeout(timer);
      if (!result.ok && result.fault.reason === 'Timeout') this.#refusal = result;
      done(result);
    };
    const { clock, timeoutMs } = this.#options;
    const timer = clock.setTimeout(() => this.#gate(() => finish(NO_ANSWER)), timeoutMs);
    const arrive = (): void => {
      const muted = this.#log.muted(this.who);
      const result = this.#log.append(records, expectedLast, this, epoch);
      if (!muted) this.#back(epoch, () => finish(result));
    };
    this.#there(() => {
      if (this.#log.reaches(this.who)) return arrive();
      const { late, random } = this.#options;
      if (late > 0 && random.float() < late) clock.setTimeout(arrive, 2 * timeoutMs * random.float());
    });
  }
  snapshot(state: Uint8Array, upTo: number, done: Done): void {
    if (this.#refusal) return done(this.#refusal);
    const { epoch } = this;
    this.#there(() => {
      const result = this.#log.reaches(this.who) ? this.#log.snapshot(state, upTo) : NO_ANSWER;
      this.#back(
        epoch,
        () => done(result),
        () => this.#gate(() => done(NO_ANSWER)),
      );
    });
  }
  close(done: () => void): void {
    this.epoch++;
    this.#refusal = closed();
    this.#log.remove(this);
    done();
  }

  /** Sends what it has not been sent, if it can be reached. */
  pump(): void {
    const into = this.#into;
    if (into === undefined || !this.#log.reaches(this.who)) return;
    const { state, upTo, records } = this.#log.read(this.#next);
    if (state === undefined && records.length === 0) return;
    this.#next = upTo + records.length + 1;
    const arrived = (): void => {
      const from = state ? 0 : upTo;
      // What was lost before it comes again, and this with it.
      if (from > this.#delivered) return this.#rewind();
      if (state && upTo > this.#delivered) {
        this.#delivered = upTo;
        into.snapshot(state, upTo);
      }
      for (let i = Math.max(0, this.#delivered - upTo); i < records.length && into === this.#into; i++) {
        this.#delivered = upTo + 1 + i;
        into.record(this.#delivered, records[i]!);
      }
    };
    this.#back(this.epoch, arrived, () => this.#rewind());
  }
  #rewind(): void {
    this.#next = this.#delivered + 1;
    this.pump();
  }
  /** Its own append is not sent back to it. */
  wrote(last: number): void {
    this.#next = last + 1;
    this.#delivered = last;
  }

  #delay(): number {
    const [least, most] = this.#options.delayMs;
    return least + this.#options.random.float() * (most - least);
  }
  #there(run: () => void): void {
    const { clock } = this.#options;
    this.#reachesAt = Math.max(clock.now() + this.#delay(), this.#reachesAt);
    clock.setTimeout(run, this.#reachesAt - clock.now());
  }
  #back(epoch: number, run: () => void, lost: () => void = () => {}): void {
    const { clock } = this.#options;
    this.#arrivesAt = Math.max(clock.now() + this.#delay(), this.#arrivesAt);
    clock.setTimeout(() => {
      if (epoch !== this.epoch) return;
      if (this.#log.reaches(this.who)) this.#gate(() => epoch === this.epoch && run());
      else lost();
    }, this.#arrivesAt - clock.now());
  }
}
const RETRY_MS = 100;
const NO_ANSWER = fail('Timeout', 'the log did not answer in time');
