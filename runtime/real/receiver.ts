//! One subscription at the broker, shared by all subscribers of a pattern in this process: decoded once, in order.
import { decode } from '../codec.ts';
import type { Delivery, Message } from '../ports.ts';
import { Claims } from './claims.ts';
import type { WireMessage } from './nats-wire.ts';

export type Handler = (delivery: Delivery) => void;

/** Messages that wait behind a large one that is being fetched. */
const BEHIND_MAX = 10_000;

export interface ReceiverOptions {
  readonly claims: Claims;
  readonly answer: (to: string, message: Message) => void;
  readonly dropped: (subject: string, why: string) => void;
}

export class Receiver {
  readonly #options: ReceiverOptions;
  #handlers: readonly Handler[] = [];
  /** Undefined: nothing is being fetched. */
  #behind: WireMessage[] | undefined;

  constructor(options: ReceiverOptions) {
    this.#options = options;
  }
  get size(): number {
    return this.#handlers.length;
  }
  add(handler: Handler): void {
    this.#handlers = [...this.#handlers, handler];
  }
  remove(handler: Handler): void {
    this.#handlers = this.#handlers.filter((one) => one !== handler);
  }

  readonly take = (message: WireMessage): void => {
    if (this.#behind !== undefined) {
      if (this.#behind.length < BEHIND_MAX) this.#behind.push(message);
      else this.#options.dropped(message.subject, 'too many wait behind a large one');
      return;
    }
    if (!Claims.is(message.data)) return this.#deliver(message, message.data);
    this.#behind = [];
    this.#options.claims.fetch(message.data, (result) => {
      const behind = this.#behind!;
      this.#behind = undefined;
      if (result.ok) this.#deliver(message, result.value);
      else this.#options.dropped(message.subject, result.fault.message);
      for (const next of behind) this.take(next);
    });
  };

  #deliver({ subject, reply }: WireMessage, data: Uint8Array): void {
    const envelope = decode(data) as { message: Message; from?: string; cause?: string };
    const delivery: Delivery =
      reply === ''
        ? { ...envelope, subject }
        : { ...envelope, subject, reply: (message) => this.#options.answer(reply, message) };
    for (const handler of this.#handlers) {
      try {
        handler(delivery);
      } catch (error) {
        // A bug of one receiver must not silence the others, nor the broker's parser: it surfaces as uncaught.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
