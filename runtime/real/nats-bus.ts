//! The Bus port over a NATS server.
import { decode, encode } from '../codec.ts';
import { fail, ok, type Result } from '../fault.ts';
import type { Bus, BusStatus, Clock, Delivery, Logger, Message, Meta, Stop } from '../ports.ts';
import { silent } from '../silent.ts';
import { Claims } from './claims.ts';
import { realClock } from './clock.ts';
import { connectWire, type Wire, type WireMessage, type WireOptions } from './nats-wire.ts';
import { Receiver } from './receiver.ts';

export interface NatsBusOptions extends WireOptions {
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** Bytes handed to the socket that the broker has not confirmed yet. */
const OUTSTANDING_MAX = 64 * 1024 * 1024;
const CONFIRM_EVERY = 4 * 1024 * 1024;

interface Asked {
  readonly subject: string;
  readonly finish: (result: Result<Message>) => void;
}

export async function connectBus(url: string, options: NatsBusOptions = {}): Promise<NatsBus> {
  return new NatsBus(await connectWire(url, options), options);
}

export class NatsBus implements Bus {
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #claims: Claims;
  readonly #shared = new Map<string, { readonly receiver: Receiver; readonly stop: Stop }>();
  readonly #asked = new Map<string, Asked>();
  #nextAsk = 0;
  readonly #replies: string;
  readonly #listeners = new Set<(status: BusStatus) => void>();
  #connected = true;
  #closed = false;
  #unconfirmed = 0;
  #outstanding = 0;
  #dropped = 0;

  constructor(wire: Wire, options: NatsBusOptions) {
    this.#wire = wire;
    this.#clock = options.clock ?? realClock;
    this.#logger = options.logger ?? silent;
    this.#claims = new Claims(wire, this.#clock);
    this.#replies = `${wire.inbox}.reply.`;
    // Request and reply by one subscription of our own: the package's `request` makes a promise and a timer each.
    wire.subscribe(`${this.#replies}*`, undefined, (message) => this.#answered(message));
    wire.onStatus((status) => this.#changed(status));
  }

  publish(subject: string, message: Message, meta?: Meta): void {
    const sent = this.#send(subject, encode(message, meta), undefined);
    if (!sent.ok) this.#drop(subject, sent.fault.message);
  }

  subscribe(pattern: string, handler: (delivery: Delivery) => void, options: { readonly queue?: string } = {}): Stop {
    // Members of a queue group are counted by the broker, so each is a subscription of its own.
    if (options.queue !== undefined) {
      const receiver = this.#receiver();
      receiver.add(handler);
      const stop = this.#wire.subscribe(pattern, options.queue, receiver.take);
      return () => {
        receiver.remove(handler);
        stop();
      };
    }
    let shared = this.#shared.get(pattern);
    if (shared === undefined) {
      const receiver = this.#receiver();
      shared = { receiver, stop: this.#wire.subscribe(pattern, undefined, receiver.take) };
      this.#shared.set(pattern, shared);
    }
    const { receiver, stop } = shared;
    const mine = (delivery: Delivery): void => {
      if (live) handler(delivery);
    };
    let live = true;
    receiver.add(mine);
    return () => {
      if (!live) return;
      live = false;
      receiver.remove(mine);
      if (receiver.size > 0) return;
      this.#shared.delete(pattern);
      stop();
    };
  }

  request(
    subject: string,
    message: Message,
    timeoutMs: number,
    done: (result: Result<Message>) => void,
    meta?: Meta,
  ): Stop {
    const token = (this.#nextAsk++).toString(36);
    let release: Stop | undefined;
    const end = (): boolean => {
      this.#clock.clearTimeout(timer);
      release?.();
      return this.#asked.delete(token);
    };
    const finish = (result: Result<Message>): void => {
      if (end()) done(result);
    };
    const timer = this.#clock.setTimeout(
      () => finish(fail('Timeout', `no answer from ${subject} within ${timeoutMs} ms`)),
      timeoutMs,
    );
    this.#asked.set(token, { subject, finish });
    const sent = this.#send(subject, encode(message, meta), this.#replies + token);
    if (sent.ok) release = sent.value;
    else this.#clock.setTimeout(() => finish(sent), 0); // never inside `request`
    return () => {
      end();
    };
  }

  onStatus(handler: (status: BusStatus) => void): Stop {
    this.#listeners.add(handler);
    return () => this.#listeners.delete(handler);
  }

  get connected(): boolean {
    return this.#connected;
  }
  /** Messages that were not sent or could not be received whole. */
  get dropped(): number {
    return this.#dropped;
  }

  /** What was published before reaches the broker first. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#connected) await this.#wire.flush().catch(() => {});
    for (const { subject, finish } of [...this.#asked.values()])
      finish(fail('Timeout', `the connection was closed while ${subject} was asked`));
    this.#claims.close();
    await this.#wire.close();
  }

  #receiver(): Receiver {
    return new Receiver({
      claims: this.#claims,
      answer: (to, message) => {
        const sent = this.#send(to, encode(message), undefined);
        if (!sent.ok) this.#drop(to, sent.fault.message);
      },
      dropped: (subject, why) => this.#drop(subject, why),
    });
  }

  /** The value lets go of a large message that nobody needs any more. */
  #send(subject: string, bytes: Uint8Array, reply: string | undefined): Result<Stop | undefined> {
    if (!this.#connected || this.#closed)
      return fail('Unavailable', `not connected to the NATS server: nothing was sent to ${subject}`);
    if (this.#outstanding > OUTSTANDING_MAX)
      return fail('Busy', `${this.#outstanding} bytes wait for the NATS server: nothing was sent to ${subject}`);
    if (bytes.length <= this.#wire.payloadMax) {
      this.#wire.publish(subject, bytes, reply);
      this.#count(bytes.length);
      return SENT;
    }
    const held = this.#claims.hold(bytes);
    if (!held.ok) return held;
    this.#wire.publish(subject, held.value.claim, reply);
    return ok(held.value.release);
  }

  /** The socket takes everything, so the broker is asked now and then whether it keeps up. */
  #count(bytes: number): void {
    this.#outstanding += bytes;
    this.#unconfirmed += bytes;
    if (this.#unconfirmed < CONFIRM_EVERY) return;
    const confirmed = this.#unconfirmed;
    this.#unconfirmed = 0;
    const done = (): void => {
      this.#outstanding = Math.max(0, this.#outstanding - confirmed);
    };
    this.#wire.flush().then(done, done);
  }

  #answered(message: WireMessage): void {
    const asked = this.#asked.get(message.subject.slice(this.#replies.length));
    if (asked === undefined) return;
    if (message.unheard) return asked.finish(fail('Unavailable', `nobody listens on ${asked.subject}`));
    if (!Claims.is(message.data)) return asked.finish(ok(decode(message.data).message));
    this.#claims.fetch(message.data, (result) => asked.finish(result.ok ? ok(decode(result.value).message) : result));
  }

  #changed(status: BusStatus): void {
    if (this.#closed || (status === 'connected') === this.#connected) return;
    this.#connected = status === 'connected';
    this.#logger.info({ status }, 'NATS connection');
    this.#outstanding = 0;
    this.#unconfirmed = 0;
    if (!this.#connected)
      for (const { subject, finish } of [...this.#asked.values()])
        finish(fail('Timeout', `the connection was lost while ${subject} was asked: it may or may not have happened`));
    for (const listener of [...this.#listeners]) listener(status);
  }

  #drop(subject: string, why: string): void {
    this.#dropped++;
    this.#logger.warn({ subject, why, total: this.#dropped }, 'message dropped');
  }
}
const SENT = ok(undefined);
