//! Every message of the log's stream from a sequence on, in order and without a gap: an ephemeral push consumer, made
//! anew from where it was whenever it may have missed something. Works on nats-server 2.9.
import type { ConsumerConfig, Msg, NatsConnection, Subscription } from 'nats';
import type { Clock, Logger, Stop } from '../../ports.ts';
import type { Broker } from './broker.ts';

export interface FeedPorts {
  readonly broker: Broker;
  readonly clock: Clock;
  readonly logger: Logger;
  message(sequence: number, bytes: Uint8Array): void;
  /** Messages from `from` on are gone from the stream: it goes on once `Feed.restart` says where. */
  gone(from: number): void;
}
const HEARTBEAT_MS = 1_000;
/** Missed heartbeats before the consumer is taken for dead. */
const SILENCE_MS = 3 * HEARTBEAT_MS;
const AGAIN_MS = 200;
const IDLE_MS = 30_000;

export class Feed {
  readonly #ports: FeedPorts;
  #next = 1;
  /** Of the consumer at work: whatever an earlier one still delivers is not looked at. */
  #life = 0;
  #delivered = 0;
  #subscription: Subscription | undefined;
  #consumer: string | undefined;
  #watchdog: unknown;
  #again: unknown;
  readonly #unlisten: Stop;
  constructor(ports: FeedPorts) {
    this.#ports = ports;
    this.#unlisten = reconnections(ports.broker.connection, () => this.#anew());
  }

  /** From this sequence on. */
  restart(from: number): void {
    this.#next = from;
    this.#anew();
  }
  close(): void {
    this.#unlisten();
    this.#drop();
  }

  #drop(): void {
    this.#life++;
    const { clock, broker } = this.#ports;
    const { manager, connection, logStream: stream } = broker;
    clock.clearTimeout(this.#watchdog);
    clock.clearTimeout(this.#again);
    if (this.#subscription && !connection.isClosed()) this.#subscription.unsubscribe();
    this.#subscription = undefined;
    // It goes by itself after IDLE_MS; asking is politeness.
    if (this.#consumer !== undefined && !connection.isClosed())
      manager.consumers.delete(stream, this.#consumer).catch(() => {});
    this.#consumer = undefined;
  }
  #anew(): void {
    this.#drop();
    const life = this.#life;
    const { broker, logger } = this.#ports;
    const { manager, connection, logStream: stream } = broker;
    if (connection.isClosed()) return;
    this.#delivered = 0;
    const subject = broker.inbox();
    this.#subscription = connection.subscribe(subject, {
      callback: (error, message) => {
        if (error || life !== this.#life) return;
        this.#heard();
        this.#received(message);
      },
    });
    this.#heard();
    manager.consumers.add(stream, consumerOf(subject, this.#next)).then(
      ({ name }) => {
        if (life === this.#life) this.#consumer = name;
        else if (!connection.isClosed()) manager.consumers.delete(stream, name).catch(() => {});
      },
      (error: Error) => {
        if (life !== this.#life) return;
        logger.debug({ stream, error: error.message }, 'consumer not made, tried again');
        this.#retry();
      },
    );
  }
  #retry(): void {
    this.#drop();
    this.#again = this.#ports.clock.setTimeout(() => this.#anew(), AGAIN_MS);
  }
  #heard(): void {
    const { clock } = this.#ports;
    clock.clearTimeout(this.#watchdog);
    this.#watchdog = clock.setTimeout(() => this.#anew(), SILENCE_MS);
  }

  #received(message: Msg): void {
    const { connection } = this.#ports.broker;
    if (message.headers !== undefined && message.headers.code === 100) {
      const stalled = message.headers.get('Nats-Consumer-Stalled');
      if (stalled !== '') connection.publish(stalled);
      else if (message.reply) connection.publish(message.reply);
      // A heartbeat tells what was delivered last: a lost message shows before the next one.
      const last = Number(message.headers.get('Nats-Last-Consumer') || this.#delivered);
      if (last > this.#delivered) this.#anew();
      return;
    }
    const at = position(message.reply);
    if (at === undefined) return;
    if (at.delivered !== this.#delivered + 1) return this.#anew();
    this.#delivered = at.delivered;
    if (at.sequence > this.#next) {
      const from = this.#next;
      this.#drop();
      return this.#ports.gone(from);
    }
    if (at.sequence < this.#next) return;
    this.#next = at.sequence + 1;
    this.#ports.message(at.sequence, message.data);
  }
}

const consumerOf = (subject: string, from: number): Partial<ConsumerConfig> =>
  ({
    deliver_subject: subject,
    deliver_policy: 'by_start_sequence',
    opt_start_seq: from,
    ack_policy: 'none',
    max_deliver: 1,
    flow_control: true,
    idle_heartbeat: HEARTBEAT_MS * 1e6,
    inactive_threshold: IDLE_MS * 1e6,
    mem_storage: true,
    num_replicas: 1,
  }) as Partial<ConsumerConfig>;

/** `$JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<deliveries>.<sequence>.<delivered>.<time>.<pending>[.<token>]` */
function position(reply: string | undefined): { readonly sequence: number; readonly delivered: number } | undefined {
  if (!reply?.startsWith('$JS.ACK.')) return undefined;
  const tokens = reply.split('.');
  const at = tokens.length > 9 ? 7 : 5;
  return { sequence: Number(tokens[at]), delivered: Number(tokens[at + 1]) };
}
/** Calls back after each reconnection. */
function reconnections(connection: NatsConnection, run: () => void): Stop {
  let live = true;
  const follow = async (): Promise<void> => {
    for await (const { type } of connection.status()) if (live && type === 'reconnect') run();
  };
  follow().catch(() => {});
  return () => {
    live = false;
  };
}
