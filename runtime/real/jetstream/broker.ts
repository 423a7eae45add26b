//! The NATS connection of a log, and the streams that it needs there.
import { createRequire } from 'node:module';
import type { JetStreamManager, NatsConnection, StreamConfig } from 'nats';
import type { Clock } from '../../ports.ts';
import { genesis } from './message.ts';
import { JETSTREAM_OFF, refusedAs } from './trouble.ts';

export interface BrokerOptions {
  readonly url: string;
  readonly name: string;
  readonly subject: string;
  readonly replicas: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}
/** Of a message's payload: for headers, and what the server adds. */
const MARGIN = 1_024;
const AGAIN_MS = 250;
const RECONNECT_MS = 200;
const DUPLICATES_NS = 120e9;

export class Broker {
  readonly options: BrokerOptions;
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  /** Bytes that one message may carry. */
  readonly payloadMax: number;
  readonly #nats: typeof import('nats');

  static async connect(options: BrokerOptions): Promise<Broker> {
    // Required when needed: see nats-wire.ts.
    const nats = createRequire(import.meta.url)('nats') as typeof import('nats');
    const connection = await nats.connect({
      servers: options.url.split(','),
      name: `log ${options.name}`,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
      noAsyncTraces: true,
    });
    try {
      return new Broker(options, nats, connection, await connection.jetstreamManager({ checkAPI: false }));
    } catch (error) {
      await connection.close();
      throw error;
    }
  }
  private constructor(
    options: BrokerOptions,
    nats: typeof import('nats'),
    connection: NatsConnection,
    manager: JetStreamManager,
  ) {
    this.options = options;
    this.#nats = nats;
    this.connection = connection;
    this.manager = manager;
    this.payloadMax = (connection.info?.max_payload ?? 1_048_576) - MARGIN;
  }
  close(): Promise<void> {
    return this.connection.close();
  }

  get logStream(): string {
    return this.options.name;
  }
  get logSubject(): string {
    return `${this.options.subject}.log`;
  }
  get stateStream(): string {
    return `${this.options.name}_STATE`;
  }
  get stateSubject(): string {
    return `${this.options.subject}.state`;
  }
  inbox(): string {
    return this.#nats.createInbox();
  }
  unique(): string {
    return this.#nats.nuid.next();
  }

  /** The streams are there, as they must be. */
  async ensure(): Promise<void> {
    await this.manager.getAccountInfo().catch((error: { readonly code?: string }) => {
      // Every server with JetStream listens there, whoever leads.
      throw error.code === '503' ? refusedAs(JETSTREAM_OFF) : error;
    });
    await this.manager.streams.add(this.#logConfig());
    await this.manager.streams.add(this.#stateConfig());
    const { state } = await this.manager.streams.info(this.logStream);
    // nats-server 2.9 does not compare an expected sequence of 0. Whoever comes first writes it; copies are known.
    if (state.last_seq === 0) await this.publish(this.logSubject, genesis(), { 'Nats-Msg-Id': 'genesis' });
  }
  #logConfig(): Partial<StreamConfig> {
    return {
      name: this.logStream,
      subjects: [this.logSubject],
      storage: 'file',
      retention: 'limits',
      discard: 'new',
      num_replicas: this.options.replicas,
      max_age: 0,
      max_msgs: -1,
      max_bytes: -1,
      duplicate_window: DUPLICATES_NS,
      deny_delete: true,
    } as Partial<StreamConfig>;
  }
  #stateConfig(): Partial<StreamConfig> {
    return {
      name: this.stateStream,
      subjects: [`${this.stateSubject}.>`],
      storage: 'file',
      retention: 'limits',
      discard: 'new',
      num_replicas: this.options.replicas,
      max_msgs_per_subject: 1,
      allow_direct: true,
    } as Partial<StreamConfig>;
  }

  /** The message's sequence in its stream. Thrown: refused (`api_error`), or a time-out: nobody knows. */
  async publish(subject: string, bytes: Uint8Array, given: Readonly<Record<string, string>> = {}): Promise<number> {
    const { clock, timeoutMs } = this.options;
    const headers = this.#nats.headers();
    for (const [name, value] of Object.entries(given)) headers.set(name, value);
    const until = clock.now() + timeoutMs;
    for (;;) {
      try {
        const timeout = Math.max(1, until - clock.now());
        const answer = await this.connection.request(subject, bytes, { timeout, headers });
        const ack = answer.json<{ readonly seq?: number; readonly error?: object }>();
        if (ack.error === undefined && ack.seq !== undefined) return ack.seq;
        throw Object.assign(new Error('refused'), { api_error: ack.error });
      } catch (error) {
        // Nobody listened, so it was not written: the stream has no leader at the moment.
        if ((error as { code?: string }).code !== '503' || clock.now() + AGAIN_MS >= until) throw error;
        await pause(clock, AGAIN_MS);
      }
    }
  }
  /** The last message on a subject of the states' stream, as any replica has it. */
  async state(subject: string): Promise<Uint8Array | undefined> {
    const asked = JSON.stringify({ last_by_subj: subject });
    const timeout = this.options.timeoutMs;
    const found = await this.connection.request(`$JS.API.DIRECT.GET.${this.stateStream}`, asked, { timeout });
    return found.headers?.code === 404 ? undefined : found.data;
  }
}

export const pause = (clock: Clock, ms: number): Promise<void> => new Promise((done) => clock.setTimeout(done, ms));
