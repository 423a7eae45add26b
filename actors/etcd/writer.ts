//! Txns to the log and back: what waits while one append is under way shares the next. Answers follow durability.
import { fail, type Result } from '../../runtime/fault.ts';
import type { Log, Message } from '../../runtime/ports.ts';
import type { TxnReply } from './answers.ts';
import { grows, refused, sizeOf, type Txn } from './logic.ts';
import type { EtcdReply } from './protocol.ts';
import type { Publication } from './publications.ts';
import type { Executed, Store } from './store.ts';

export type Reply = (reply: EtcdReply | Message) => void;
interface Waiting {
  readonly txn: Txn;
  readonly bytes: number;
  /** A retry that comes before the answer waits with the first. */
  readonly replies: Reply[];
}

export interface WriterOptions {
  readonly store: Store;
  readonly log: Log;
  readonly now: () => number;
  readonly publish: (publications: readonly Publication[]) => void;
  /** The log takes no more: whoever waits is told, and the store is ahead of it, so the actor has to go. */
  readonly failed: (message: string) => void;
  /** All that was executed is durable, nothing is under way: the moment for a snapshot. */
  readonly settled: (last: number, records: number, bytes: number) => void;
  readonly waitingMax: number;
  readonly waitingBytesMax: number;
  readonly storeBytesMax: number;
}
/** Records in one append: bounds how long one batch holds up the process. */
const BATCH_MAX = 1_024;

export class Writer {
  readonly #options: WriterOptions;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  readonly #byId = new Map<string, Waiting>();
  #state: 'held' | 'open' | 'appending' | 'closed' = 'held';
  #last = 0;
  /** The store's revision as of the last durable record: what reads may see. */
  durableRevision = 0;
  #onSettled: (() => void) | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** From now on txns run; `last` is the log's last sequence. */
  open(last: number): void {
    this.#last = last;
    this.durableRevision = this.#options.store.mvcc.revision;
    this.#state = 'open';
    this.#flush();
  }

  submit(txn: Txn, reply: Reply): void {
    const { store, waitingMax, waitingBytesMax, storeBytesMax } = this.#options;
    const known = this.#byId.get(txn.id);
    if (known) {
      // Each retry replaces the answer that its sender no longer waits for, beyond a few.
      if (known.replies.length >= RETRIES_MAX) known.replies.shift();
      known.replies.push(reply);
      return;
    }
    const refusal = this.#state === 'closed' ? CLOSED : (this.#answered(txn, reply) ?? refused(txn));
    if (refusal === 'answered') return;
    if (refusal) return reply(faulty(refusal));
    const bytes = sizeOf(txn);
    if (grows(txn) && store.mvcc.bytes + bytes > storeBytesMax)
      return reply(faulty(fail('Busy', 'etcdserver: mvcc: database space exceeded')));
    if (this.#waiting.length >= waitingMax || this.#waitingBytes + bytes > waitingBytesMax)
      return reply(faulty(fail('Busy', 'etcdserver: too many requests')));
    const waiting: Waiting = { txn, bytes, replies: [reply] };
    this.#waiting.push(waiting);
    this.#waitingBytes += bytes;
    this.#byId.set(txn.id, waiting);
    this.#flush();
  }

  /** Calls back once nothing is under way; what waits is refused. */
  close(done: () => void): void {
    const appending = this.#state === 'appending';
    this.#refuseWaiting(CLOSED);
    if (!appending) this.#state = 'closed';
    this.#onSettled = done;
    if (!appending) this.#settle();
  }

  #answered(txn: Txn, reply: Reply): 'answered' | undefined {
    const before = this.#options.store.answered(txn.id);
    if (before === undefined) return undefined;
    reply(before);
    return 'answered';
  }

  #flush(): void {
    while (this.#state === 'open' && this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_MAX);
      const { store, log, now } = this.#options;
      const at = now();
      const executed = batch.map(({ txn }) => store.execute(txn, at));
      const records = executed.flatMap(({ record }) => (record ? [record] : []));
      this.#state = 'appending';
      if (records.length === 0) this.#durable(batch, executed, records);
      else log.append(records, this.#last, (result) => this.#appended(result, batch, executed, records));
    }
  }

  #appended(
    result: Result<number>,
    batch: readonly Waiting[],
    executed: readonly Executed[],
    records: readonly Uint8Array[],
  ): void {
    if (!result.ok) {
      this.#state = 'closed';
      const unknown = fail('Timeout', `it may or may not have happened: ${result.fault.message}`);
      for (const waiting of batch) this.#answer(waiting, faulty(unknown));
      this.#refuseWaiting(fail('Unavailable', result.fault.message));
      return this.#options.failed(result.fault.message);
    }
    this.#last = result.value;
    this.#durable(batch, executed, records);
    this.#flush();
  }

  #durable(batch: readonly Waiting[], executed: readonly Executed[], records: readonly Uint8Array[]): void {
    this.#state = 'open';
    this.durableRevision = this.#options.store.mvcc.revision;
    batch.forEach((waiting, i) => {
      const { publications, reply } = executed[i]!;
      if (publications.length > 0) this.#options.publish(publications);
      this.#answer(waiting, reply);
    });
    let bytes = 0;
    for (const record of records) bytes += record.length;
    if (records.length > 0) this.#options.settled(this.#last, records.length, bytes);
    this.#settle();
  }

  #answer(waiting: Waiting, reply: EtcdReply | Message): void {
    this.#byId.delete(waiting.txn.id);
    this.#waitingBytes -= waiting.bytes;
    waiting.replies.forEach((to, i) => {
      to(i === 0 || reply.type !== 'etcd.txned' ? reply : { ...(reply as TxnReply), repeated: true });
    });
  }

  #refuseWaiting(refusal: ReturnType<typeof fail>): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) this.#answer(one, faulty(refusal));
  }

  #settle(): void {
    const run = this.#onSettled;
    if (run === undefined) return;
    this.#onSettled = undefined;
    this.#state = 'closed';
    run();
  }
}

const RETRIES_MAX = 8;
const CLOSED = fail('Unavailable', 'etcdserver: server stopped');
export const faulty = (result: ReturnType<typeof fail>): EtcdReply => ({ type: 'fault', fault: result.fault });
