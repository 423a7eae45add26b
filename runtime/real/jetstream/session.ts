//! One reading and writing of the log's stream: from a recovery until the next, or until its fate is unknown.
import { fail, ok } from '../../fault.ts';
import { closed, deposed, outside } from '../../log/memory.ts';
import type { Clock, Log, Logger, LogRecovery } from '../../ports.ts';
import type { Broker } from './broker.ts';
import { Feed } from './feed.ts';
import { Assembler, encodeGroup } from './message.ts';
import { type Place, Snapshots } from './snapshots.ts';
import { isConflict, isPassing, sentence } from './trouble.ts';

const AGAIN_MS = 250;
const MARKS_MAX = 100_000;
/** Of a frame: its header. */
const GROUP_MARGIN = 64;

type Done = Parameters<Log['append']>[2];
interface Append {
  readonly records: readonly Uint8Array[];
  readonly bytes: number;
  readonly last: number;
  readonly done: Done;
}
interface Arrived {
  readonly sequence: number;
  readonly bytes: Uint8Array;
}
/** Where a group of records lies: what a snapshot needs to say which messages it makes superfluous. */
interface Mark {
  readonly last: number;
  readonly sequence: number;
}

export interface SessionOptions {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly queueBytes: number;
}

export class Session {
  readonly #broker: Broker;
  readonly #clock: Clock;
  readonly #queueMax: number;
  readonly #snapshots: Snapshots;
  readonly #feed: Feed;
  #into: LogRecovery | undefined;
  #refuse: (fault: ReturnType<typeof fail>) => void = () => {};
  #dead: ReturnType<typeof fail> | undefined;
  /** Where recovery ends, until it has. */
  #target:
    | { readonly sequence: number; readonly done: () => void; readonly failed: (error: Error) => void }
    | undefined;
  #assembler = new Assembler();
  /** Of the last record and message that this reader knows: others' and its own. */
  #last = 0;
  #sequence = 0;
  /** What comes while an append is under way: our own message, or what another wrote before it. */
  #held: Arrived[] = [];
  #queue: Append[] = [];
  #queuedBytes = 0;
  /** Of the last record that was taken in. */
  #tail = 0;
  #writing = false;
  #marks: Mark[] = [];
  #snapshotAt: Place = { upTo: 0, sequence: 0 };

  constructor({ broker, clock, logger, queueBytes }: SessionOptions) {
    this.#broker = broker;
    this.#clock = clock;
    this.#queueMax = queueBytes;
    this.#snapshots = new Snapshots(broker);
    this.#feed = new Feed({
      broker,
      clock,
      logger,
      message: (sequence, bytes) => this.#arrived({ sequence, bytes }),
      gone: () => this.#catchUp(),
    });
  }
  async close(): Promise<void> {
    this.#into = undefined;
    this.#target = undefined;
    this.#die(closed());
    this.#feed.close();
    await this.#broker.close();
  }

  async recover(into: LogRecovery, refuse: (fault: ReturnType<typeof fail>) => void): Promise<number> {
    this.#refuse = refuse;
    // Asked before the snapshot is read: what is written meanwhile follows as another writer's.
    const { state } = await this.#broker.manager.streams.info(this.#broker.logStream);
    const kept = await this.#snapshots.newest();
    if (kept) this.#restored(kept, into);
    const end = Math.max(state.last_seq, this.#sequence);
    if (end > this.#sequence) {
      await new Promise<void>((done, failed) => {
        this.#target = { sequence: end, done, failed };
        this.#into = into;
        this.#feed.restart(this.#sequence + 1);
      });
    } else {
      this.#into = into;
      this.#feed.restart(this.#sequence + 1);
    }
    this.#tail = this.#last;
    return this.#last;
  }
  #restored(kept: Place & { readonly state: Uint8Array }, into: LogRecovery): void {
    this.#last = kept.upTo;
    this.#sequence = kept.sequence;
    this.#snapshotAt = { upTo: kept.upTo, sequence: kept.sequence };
    this.#marks = [];
    this.#assembler = new Assembler();
    into.snapshot(kept.state, kept.upTo);
  }

  // Reading.
  #arrived(arrived: Arrived): void {
    if (this.#writing) this.#held.push(arrived);
    else this.#take(arrived);
  }
  #take({ sequence, bytes }: Arrived): void {
    const into = this.#into;
    if (into === undefined || sequence <= this.#sequence) return;
    let group: ReturnType<Assembler['take']>;
    try {
      group = this.#assembler.take(bytes, sequence);
    } catch (error) {
      return this.#broken(error as Error);
    }
    this.#sequence = sequence;
    if (group !== undefined) {
      if (group.first !== this.#last + 1)
        return this.#broken(new Error(`record ${group.first} follows record ${this.#last} at message ${sequence}`));
      for (const record of group.records) into.record(++this.#last, record);
      this.#mark(sequence);
    }
    if (!this.#target) this.#tail = this.#last;
    this.#reached();
  }
  #reached(): void {
    const target = this.#target;
    if (target === undefined || this.#sequence < target.sequence) return;
    this.#target = undefined;
    target.done();
  }
  #broken(error: Error): void {
    const target = this.#target;
    this.#target = undefined;
    this.#into = undefined;
    this.#feed.close();
    this.#die(fail('InternalError', error.message));
    target?.failed(error);
  }
  /** What we would need next was purged: it is in a snapshot. */
  #catchUp(): void {
    const into = this.#into;
    const load = async (): Promise<void> => {
      const kept = await this.#snapshots.newest();
      if (into === undefined || into !== this.#into) return;
      if (kept === undefined || kept.sequence <= this.#sequence)
        return this.#broken(new Error('messages of the stream are gone, and no snapshot has what they said'));
      this.#restored(kept, into);
      if (!this.#target) this.#tail = this.#last;
      this.#reached();
      this.#feed.restart(this.#sequence + 1);
    };
    load().catch((error: Error) => {
      if (into === undefined || into !== this.#into) return;
      if (!isPassing(error)) return this.#broken(error);
      this.#clock.setTimeout(() => this.#catchUp(), AGAIN_MS);
    });
  }
  #mark(sequence: number): void {
    this.#marks.push({ last: this.#last, sequence });
    // Thinned: a snapshot may then keep some messages more than it needs to.
    if (this.#marks.length > MARKS_MAX)
      this.#marks = this.#marks.filter((_, i) => (this.#marks.length - 1 - i) % 2 === 0);
  }

  // Writing.
  append(records: readonly Uint8Array[], expectedLast: number, done: Done): void {
    if (this.#dead) return done(this.#dead);
    if (expectedLast !== this.#tail) return done(deposed(expectedLast, this.#tail));
    if (records.length === 0) return done(ok(this.#tail));
    let bytes = 0;
    for (const record of records) bytes += record.length + 4;
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > this.#queueMax)
      return done(fail('Busy', `the log is behind: ${this.#queuedBytes} bytes wait for the broker, try again later`));
    this.#tail += records.length;
    this.#queue.push({ records, bytes, last: this.#tail, done });
    this.#queuedBytes += bytes;
    if (!this.#writing) this.#write();
  }
  /** One message for all that is queued; what is queued meanwhile shares the next. */
  #write(): void {
    if (this.#queue.length === 0 || this.#dead) return;
    this.#writing = true;
    let count = 0;
    let bytes = 0;
    const room = this.#broker.payloadMax - GROUP_MARGIN;
    while (count < this.#queue.length && (count === 0 || bytes + this.#queue[count]!.bytes <= room))
      bytes += this.#queue[count++]!.bytes;
    const group = this.#queue.splice(0, count);
    const messages = encodeGroup(
      this.#last + 1,
      group.flatMap((append) => append.records),
      this.#broker.payloadMax,
    );
    const from = this.#sequence;
    const sent = messages.map((message, i) =>
      this.#broker.publish(this.#broker.logSubject, message, { 'Nats-Expected-Last-Sequence': String(from + i) }),
    );
    Promise.all(sent).then(
      (sequences) => this.#written(group, bytes, sequences.at(-1)!),
      (error: Error) => {
        // None may come later than the refusal that is told now.
        Promise.allSettled(sent).then(() => this.#unwritten(group, error));
      },
    );
  }
  #written(group: readonly Append[], bytes: number, sequence: number): void {
    if (this.#dead) return;
    this.#writing = false;
    this.#queuedBytes -= bytes;
    this.#last = group.at(-1)!.last;
    this.#sequence = sequence;
    this.#mark(sequence);
    const held = this.#held;
    this.#held = [];
    // The broker need not wait for what the answered do now. What others wrote after ours comes first.
    for (const arrived of held) this.#take(arrived);
    if (!this.#writing) this.#write();
    for (const append of group) append.done(ok(append.last));
  }
  #unwritten(group: readonly Append[], error: Error): void {
    if (this.#dead) return;
    const { timeoutMs } = this.#broker.options;
    const conflict = isConflict(error);
    const fault = conflict
      ? fail('Conflict', 'another writer was here: the log goes on with what it wrote')
      : isPassing(error)
        ? fail('Timeout', `the broker did not answer within ${timeoutMs} ms: it may or may not have been written`)
        : fail('InternalError', `the broker refused an append: ${sentence(error)}`);
    const queued = [...group, ...this.#queue];
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#writing = false;
    if (!conflict) this.#die(fault);
    else {
      const held = this.#held;
      this.#held = [];
      this.#tail = this.#last;
      for (const arrived of held) this.#take(arrived);
    }
    for (const append of queued) append.done(fault);
  }
  /** Nothing more is written by this session. What another wrote is not told either: its owner starts anew. */
  #die(fault: ReturnType<typeof fail>): void {
    if (this.#dead) return;
    this.#dead = fault;
    this.#refuse(fault);
    const queued = this.#queue;
    this.#queue = [];
    for (const append of queued) append.done(fault);
  }

  snapshot(state: Uint8Array, upTo: number, done: Done): void {
    if (this.#dead) return done(this.#dead);
    if (upTo < this.#snapshotAt.upTo || upTo > this.#last)
      return done(outside(upTo, this.#snapshotAt.upTo, this.#last));
    // A message whose last record is later stays, and is read again from its beginning.
    const mark = this.#marks.findLast((one) => one.last <= upTo);
    const place = mark?.last === upTo ? { upTo, sequence: mark.sequence } : undefined;
    if (place === undefined && upTo !== this.#snapshotAt.upTo)
      return done(fail('Invalid', `record ${upTo} does not end a message`));
    const at = place ?? this.#snapshotAt;
    const keep = async (): Promise<void> => {
      await this.#snapshots.put(state, at);
      this.#snapshotAt = at;
      this.#marks = this.#marks.filter((one) => one.last > upTo);
      // Only now, and only what the newest state makes superfluous. nats-server takes "below 1" for everything.
      if (at.sequence > 0) await this.#broker.manager.streams.purge(this.#broker.logStream, { seq: at.sequence + 1 });
    };
    keep().then(
      () => done(ok(upTo)),
      (error: Error) => done(fail('Unavailable', `the snapshot was not kept: ${sentence(error)}`)),
    );
  }
}
