//! Commands to the log and back. A command runs as soon as it comes, ahead of the log; its record goes with the next
//! append, which all share that came while the one before was under way. Answers and events follow durability, in
//! order.
import { fail, type Result } from '../../runtime/fault.ts';
import { LONG_AGO, type Moment } from '../../runtime/moment.ts';
import type { Log } from '../../runtime/ports.ts';
import { grows, refused, sizeOf } from './logic.ts';
import type { MemberEvent } from './member-event.ts';
import { FUTURE } from './mvcc.ts';
import type { EtcdReply } from './protocol.ts';
import { encodeRecord } from './record.ts';
import type { Command, Executed, Store } from './store.ts';

export type Reply = (reply: EtcdReply) => void;
/** A command that somebody waits for. */
export interface Asked {
  readonly command: Command;
  readonly id: string;
  readonly bytes: number;
  /** A retry that comes before the answer waits with the first. */
  readonly replies: Reply[];
}
/** Whom a writer did not answer: of `begun` the log may have the records, of the rest it has none. */
export interface Left {
  readonly begun: readonly Asked[];
  readonly rest: readonly Asked[];
  readonly readers: readonly ((durable: boolean) => void)[];
}
/** One place in the order of what becomes durable. */
interface Entry {
  readonly record?: Uint8Array | undefined;
  /** The store's after it. */
  readonly revision: number;
  readonly asked?: Asked;
  readonly executed?: Executed;
  readonly event?: MemberEvent;
  readonly done?: () => void;
}

export interface WriterOptions {
  readonly store: Store;
  readonly log: Log;
  /** For records. */
  readonly now: () => number;
  readonly moment: () => Moment;
  /** The log's last sequence, all of which the store has. */
  readonly last: number;
  /** Durable: watches and subjects may be told. */
  readonly durable: (executed: Executed) => void;
  readonly decided: (event: MemberEvent) => void;
  /** The log takes no more of this writer: the store may be ahead of it. */
  readonly failed: (fault: ReturnType<typeof fail>) => void;
  /** After each append. */
  readonly settled: (records: number, bytes: number) => void;
  /** What this member says when it has nothing else to say. */
  readonly heartbeat: MemberEvent;
  /** Nobody else can have written since what this writer knows. */
  readonly sure: () => boolean;
  /** Why a command that lets the store grow by so much is refused now. */
  readonly refusesGrowth: (bytes: number) => ReturnType<typeof fail> | undefined;
  readonly waitingMax: number;
  readonly waitingBytesMax: number;
}
/** Records in one append: bounds how long one batch holds up the process. */
const BATCH_MAX = 1_024;
const RETRIES_MAX = 8;

export class Writer {
  readonly #options: WriterOptions;
  readonly #byId = new Map<string, Asked>();
  /** Who waits for an answer, and how much they sent. */
  #asked = 0;
  #askedBytes = 0;
  #batch: Entry[] = [];
  #appending: readonly Entry[] | undefined;
  /** Durable, and not told yet. */
  readonly #told: (readonly Entry[])[] = [];
  #telling = false;
  #after: ((durable: boolean) => void)[] = [];
  /** Commands wait here, not yet run, while somebody needs the store as it is in the log. */
  #held: Asked[] | undefined;
  #quiet: (() => void) | undefined;
  #over = false;
  /** Of the log's last record that is durable and ours to know. */
  last: number;
  /** What reads may see. */
  revision: number;
  /** When the newest append that was acknowledged had begun. */
  confirmedAt = LONG_AGO;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.last = options.last;
    this.revision = options.store.mvcc.revision;
  }

  submit(command: Command, reply: Reply): void {
    const id = 'id' in command ? command.id : '';
    if (id !== '') {
      const known = this.#byId.get(id);
      if (known) {
        // Each retry replaces the answer that its sender no longer waits for, beyond a few.
        if (known.replies.length >= RETRIES_MAX) known.replies.shift();
        known.replies.push(reply);
        return;
      }
      const before = this.#options.store.answered(id);
      if (before) return reply(before);
    }
    const bytes = command.type === 'etcd.txn' ? sizeOf(command) : 0;
    const refusal = this.#refused(command, bytes);
    if (refusal) return reply(faulty(refusal));
    const asked: Asked = { command, id, bytes, replies: [reply] };
    this.#asked++;
    this.#askedBytes += bytes;
    if (id !== '') this.#byId.set(id, asked);
    if (this.#held) this.#held.push(asked);
    else this.#execute(asked);
  }

  /** A record about the members; `done` when it is durable. */
  tell(event: MemberEvent, done?: () => void): void {
    const record = encodeRecord({ type: 'member', at: this.#options.now(), event });
    this.#push({ record, revision: this.#options.store.mvcc.revision, event, ...(done ? { done } : {}) });
  }
  /** `done` once the log has taken a record that was appended after this call: nobody else leads then. */
  confirm(done: () => void): void {
    if (this.#batch.some(({ record }) => record !== undefined))
      this.#push({ revision: this.#options.store.mvcc.revision, done });
    else this.tell(this.#options.heartbeat, done);
  }
  /**
   * `done(true)` once what is being appended at this call is durable, at once when nothing is: the log may have it
   * already, and other members may show it. `done(false)` when this writer is abandoned before.
   */
  afterAppending(done: (durable: boolean) => void): void {
    if (this.#appending === undefined && this.#told.length === 0) done(true);
    else this.#after.push(done);
  }
  get crowded(): boolean {
    return this.#after.length >= this.#options.waitingMax;
  }
  /** `run` when all that the store has is durable; until then no command runs. One at a time. */
  whenQuiet(run: () => void): void {
    this.#held ??= [];
    const before = this.#quiet;
    this.#quiet = before
      ? () => {
          before();
          run();
        }
      : run;
    this.#settle();
  }
  /** Answers nobody any more: who waits is handed back. */
  abandon(): Left {
    this.#over = true;
    const begun = askedOf([...this.#told.flat(), ...(this.#appending ?? [])]);
    const rest = [...askedOf(this.#batch), ...(this.#held ?? [])];
    this.#appending = undefined;
    this.#batch = [];
    this.#held = undefined;
    const after = this.#after;
    this.#after = [];
    return { begun, rest, readers: after };
  }

  #refused(command: Command, bytes: number): ReturnType<typeof fail> | undefined {
    const { waitingMax, waitingBytesMax, refusesGrowth } = this.#options;
    if (command.type === 'etcd.txn') {
      const refusal = refused(command) ?? (grows(command) ? refusesGrowth(bytes) : undefined);
      if (refusal) return refusal;
    } else if (command.type === 'etcd.lease.grant') {
      const refusal = refusesGrowth(0);
      if (refusal) return refusal;
    } else if (command.type === 'etcd.compact' && command.revision > this.revision) return FUTURE;
    if (this.#asked >= waitingMax || this.#askedBytes + bytes > waitingBytesMax) return TOO_MANY;
    return undefined;
  }

  #execute(asked: Asked): void {
    const { store, now } = this.#options;
    const executed = store.execute(asked.command, now());
    this.#push({ record: executed.record, revision: store.mvcc.revision, asked, executed });
  }
  #push(entry: Entry): void {
    if (this.#over) return;
    this.#batch.push(entry);
    if (!this.#telling) this.#flush();
  }

  #flush(): void {
    while (this.#appending === undefined && this.#batch.length > 0 && !this.#over) {
      const batch = this.#batch.length <= BATCH_MAX ? this.#batch : this.#batch.slice(0, BATCH_MAX);
      this.#batch = this.#batch.length <= BATCH_MAX ? [] : this.#batch.slice(BATCH_MAX);
      const records: Uint8Array[] = [];
      for (const { record } of batch) if (record) records.push(record);
      this.#appending = batch;
      if (records.length === 0) {
        if (this.#options.sure()) {
          this.#durable(batch);
          continue;
        }
        // A txn that only reads is a read: a leader that may be deposed has to ask the log first.
        records.push(encodeRecord({ type: 'member', at: this.#options.now(), event: this.#options.heartbeat }));
      }
      const startedAt = this.#options.moment();
      this.#options.log.append(records, this.last, (result) => this.#appended(result, batch, records, startedAt));
    }
  }

  #appended(result: Result<number>, batch: readonly Entry[], records: readonly Uint8Array[], startedAt: Moment): void {
    if (this.#over) return;
    if (!result.ok) return this.#options.failed(result);
    this.last = result.value;
    this.confirmedAt = startedAt;
    let bytes = 0;
    for (const record of records) bytes += record.length;
    this.#options.settled(records.length, bytes);
    this.#durable(batch);
  }

  /** The log gets the next batch first: it need not wait for what those do that are answered now. */
  #durable(batch: readonly Entry[]): void {
    this.#appending = undefined;
    this.#told.push(batch);
    if (this.#telling) return;
    this.#telling = true;
    for (let next = this.#told.shift(); next && !this.#over; next = this.#told.shift()) {
      const after = this.#after;
      this.#after = [];
      this.#flush();
      this.revision = next.at(-1)!.revision;
      for (const entry of next) this.#tellOf(entry);
      for (const done of after) done(true);
    }
    this.#telling = false;
    this.#settle();
    this.#flush();
  }
  #tellOf({ asked, executed, event, done }: Entry): void {
    if (executed) this.#options.durable(executed);
    if (asked) this.#answer(asked, executed!.reply);
    if (event) this.#options.decided(event);
    done?.();
  }

  #answer(asked: Asked, reply: EtcdReply): void {
    this.#asked--;
    this.#askedBytes -= asked.bytes;
    if (asked.id !== '') this.#byId.delete(asked.id);
    asked.replies.forEach((to, i) => {
      to(i === 0 || reply.type !== 'etcd.txned' ? reply : { ...reply, repeated: true });
    });
  }

  #settle(): void {
    if (this.#quiet === undefined || this.#over || this.#telling) return;
    if (this.#batch.length > 0 || this.#appending !== undefined) return;
    const run = this.#quiet;
    this.#quiet = undefined;
    run();
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const asked of held) this.#execute(asked);
  }
}

/** For what may have happened already: only an answer of the log is an answer, no refusal says that it did not. */
export const unsure =
  (reply: Reply): Reply =>
  (answer) => {
    const refused =
      answer.type === 'fault' && (answer.fault.reason === 'Unavailable' || answer.fault.reason === 'Busy');
    reply(refused ? faulty(fail('Timeout', `it may or may not have happened: ${answer.fault.message}`)) : answer);
  };
export const faulty = (result: ReturnType<typeof fail>): EtcdReply => ({ type: 'fault', fault: result.fault });
const askedOf = (entries: readonly Entry[]): readonly Asked[] => entries.flatMap(({ asked }) => (asked ? [asked] : []));
export const TOO_MANY = fail('Busy', 'etcdserver: too many requests');
