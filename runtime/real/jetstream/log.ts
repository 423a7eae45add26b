//! A log that is a JetStream stream: replicated, and shared by several processes of which one at a time may write.
//! Every message says what it believes to be the last one: whoever was deposed meanwhile cannot write.
import { fail, ok } from '../../fault.ts';
import { closed } from '../../log/memory.ts';
import type { Clock, Log, Logger, LogRecovery } from '../../ports.ts';
import { silent } from '../../silent.ts';
import { realClock } from '../clock.ts';
import { Broker, pause } from './broker.ts';
import { Session } from './session.ts';
import { isPassing, sentence } from './trouble.ts';

export interface JetStreamLogOptions {
  readonly url: string;
  /** Its streams are `<name>` and `<name>_STATE`; letters, digits, - and _. */
  readonly name: string;
  /** Its messages are on `<subject>.log`, its snapshots on `<subject>.state.>`. */
  readonly subject: string;
  /** Servers that keep each message: 1, 3 or 5. More than half of them must be there. Default 1. */
  readonly replicas?: number;
  /** After so long an append without an answer is `Timeout`. Default 5 s. */
  readonly timeoutMs?: number;
  /** What waits for the broker before `Busy`. */
  readonly queueBytes?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
}
const TIMEOUT_MS = 5_000;
const QUEUE_BYTES = 64 * 1024 * 1024;
/** A cluster that starts has no leader for some seconds. */
const OPEN_MS = 30_000;
const AGAIN_MS = 250;
type Done = Parameters<Log['append']>[2];

export class JetStreamLog implements Log {
  readonly #options: JetStreamLogOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** Raised by each recovery: answers to an earlier one are nobody's. */
  #life = 0;
  #session: Session | undefined;
  #refusal: ReturnType<typeof fail> | undefined = fail('Unavailable', 'the log is not recovered yet');

  constructor(options: JetStreamLogOptions) {
    if (!/^[A-Za-z0-9_-]+$/.test(options.name)) throw new Error(`not a stream's name: ${options.name}`);
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.#logger = options.logger ?? silent;
  }

  recover(into: LogRecovery): void {
    const life = ++this.#life;
    const before = this.#session;
    this.#session = undefined;
    this.#refusal = fail('Unavailable', 'the log is not recovered yet');
    const mine = (): boolean => life === this.#life;
    const open = async (): Promise<void> => {
      await before?.close();
      const session = await this.#open(mine);
      if (!mine()) return session.close();
      this.#session = session;
      const last = await session.recover(into, (fault) => {
        if (mine()) this.#refusal = fault;
      });
      if (!mine()) return;
      this.#refusal = undefined;
      into.done(ok(last));
    };
    open().catch((error: Error) => {
      if (mine()) into.done(fail('Unavailable', `the log in NATS JetStream cannot be read: ${sentence(error)}`));
    });
  }
  append(records: readonly Uint8Array[], expectedLast: number, done: Done): void {
    if (this.#refusal) return done(this.#refusal);
    this.#session!.append(records, expectedLast, done);
  }
  snapshot(state: Uint8Array, upTo: number, done: Done): void {
    if (this.#refusal) return done(this.#refusal);
    this.#session!.snapshot(state, upTo, done);
  }
  close(done: () => void): void {
    this.#life++;
    this.#refusal = closed();
    const session = this.#session;
    this.#session = undefined;
    if (session) session.close().then(done, done);
    else done();
  }

  /** Until the servers have elected whoever they must elect. */
  async #open(mine: () => boolean): Promise<Session> {
    const giveUpAt = this.#clock.now() + OPEN_MS;
    for (;;) {
      let broker: Broker | undefined;
      try {
        broker = await Broker.connect({ timeoutMs: TIMEOUT_MS, replicas: 1, ...this.#options, clock: this.#clock });
        await broker.ensure();
        const queueBytes = this.#options.queueBytes ?? QUEUE_BYTES;
        return new Session({ broker, clock: this.#clock, logger: this.#logger, queueBytes });
      } catch (error) {
        await broker?.close();
        if (!isPassing(error) || this.#clock.now() >= giveUpAt || !mine()) throw error;
        this.#logger.debug({ error: sentence(error) }, 'JetStream is not ready yet');
        await pause(this.#clock, AGAIN_MS);
      }
    }
  }
}
