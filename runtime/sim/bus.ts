//! The bus inside one process: simulation, and the embedded default. Messages are encoded and decoded all the same.
import { decode, encode } from '../codec.ts';
import { fail, type Result } from '../fault.ts';
import type { Bus, BusStatus, Clock, Delivery, Message, Meta, Stop } from '../ports.ts';
import { SubjectTree } from '../subjects.ts';

interface Subscription {
  readonly handler: (delivery: Delivery) => void;
  readonly queue: string | undefined;
  live: boolean;
}
type Answer = (message: Message) => void;

export interface LocalBusOptions {
  readonly clock: Clock;
  /** Runs `deliver` later, never now, keeping the order of calls with equal delays. `false`: no room, it will not. */
  readonly later: (deliver: () => void) => unknown;
  /** Which of `count` members of a queue group gets a message. */
  readonly pick: (count: number) => number;
  /** Told of what found no room: at most once is what a bus promises. `total` counts them. */
  readonly dropped?: (subject: string, total: number) => void;
}

export class LocalBus implements Bus {
  readonly #options: LocalBusOptions;
  readonly #tree = new SubjectTree<Subscription>();
  #dropped = 0;
  constructor(options: LocalBusOptions) {
    this.#options = options;
  }

  publish(subject: string, message: Message, meta?: Meta): void {
    const to = this.#tree.match(subject);
    if (to.length > 0 && !this.#send(subject, to, encode(message, meta), undefined)) this.#drop(subject);
  }

  subscribe(pattern: string, handler: (delivery: Delivery) => void, options: { queue?: string } = {}): Stop {
    const subscription: Subscription = { handler, queue: options.queue, live: true };
    this.#tree.add(pattern, subscription);
    return () => {
      subscription.live = false;
      this.#tree.remove(pattern, subscription);
    };
  }

  request(
    subject: string,
    message: Message,
    timeoutMs: number,
    done: (result: Result<Message>) => void,
    meta?: Meta,
  ): Stop {
    let open = true;
    const finish = (result: Result<Message>): void => {
      if (!open) return;
      open = false;
      this.#options.clock.clearTimeout(timer);
      done(result);
    };
    const timer = this.#options.clock.setTimeout(
      () => finish(fail('Timeout', `no answer from ${subject} within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const to = this.#tree.match(subject);
    if (to.length === 0) this.#refuse(finish, fail('Unavailable', `nobody listens on ${subject}`));
    else if (
      !this.#send(subject, to, encode(message, meta), (reply) => {
        const bytes = encode(reply);
        const taken = this.#options.later(() => {
          if (open) finish({ ok: true, value: decode(bytes).message });
        });
        if (taken === false) this.#drop(subject);
      })
    )
      this.#refuse(finish, fail('Busy', `the bus is full: the request to ${subject} was not sent, try again later`));
    return () => {
      open = false;
      this.#options.clock.clearTimeout(timer);
    };
  }

  /** A local bus is always there. */
  onStatus(_handler: (status: BusStatus) => void): Stop {
    return () => {};
  }

  /** Never inside `request`; a full bus must not keep a refusal either, so that goes by the clock. */
  #refuse(finish: (result: Result<Message>) => void, refusal: Result<Message>): void {
    if (this.#options.later(() => finish(refusal)) === false) this.#options.clock.setTimeout(() => finish(refusal), 0);
  }

  #drop(subject: string): void {
    this.#options.dropped?.(subject, ++this.#dropped);
  }

  #send(subject: string, to: readonly Subscription[], bytes: Uint8Array, answer: Answer | undefined): boolean {
    const taken = this.#options.later(() => {
      const envelope = decode(bytes);
      const delivery: Delivery = {
        subject,
        message: envelope.message,
        ...(envelope.from === undefined ? {} : { from: envelope.from }),
        ...(envelope.cause === undefined ? {} : { cause: envelope.cause }),
        ...(answer === undefined ? {} : { reply: answer }),
      };
      for (const subscription of this.#chosen(to)) if (subscription.live) subscription.handler(delivery);
    });
    return taken !== false;
  }

  /** Everybody outside queue groups, one member of each group. */
  #chosen(to: readonly Subscription[]): readonly Subscription[] {
    if (to.every((subscription) => subscription.queue === undefined)) return to;
    const groups = new Map<string, Subscription[]>();
    const chosen: Subscription[] = [];
    for (const subscription of to) {
      if (!subscription.live) continue;
      if (subscription.queue === undefined) chosen.push(subscription);
      else groups.set(subscription.queue, [...(groups.get(subscription.queue) ?? []), subscription]);
    }
    for (const members of groups.values()) chosen.push(members[this.#options.pick(members.length)]!);
    return chosen;
  }
}
