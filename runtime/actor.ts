//! One actor of a host: its machine, its mailbox, and all that ends with it.
import {
  type Actor,
  type AnyStateMachine,
  createActor,
  type EmittedFrom,
  type EventFromLogic,
  type InputFrom,
  type InspectionEvent,
  type Subscription,
} from 'xstate';
import { type Address, inbox } from './address.ts';
import { fail, type Result } from './fault.ts';
import type { Host } from './host.ts';
import { Mailbox } from './mailbox.ts';
import type { Bus, Clock, Delivery, Logger, Message, Meta, Ports, Random, Stop } from './ports.ts';
import { opened, runTask, type Task } from './task.ts';

export interface ActorDefinition<M extends AnyStateMachine> {
  readonly address: Address;
  readonly machine: M;
  readonly input: InputFrom<M>;
  /** Performs what the machine emitted, after its state is committed, in order. One exhaustive switch. */
  perform(effect: EmittedFrom<M>, self: Self<EventFromLogic<M>>): void;
  /**
   * What a message in the mailbox means to the machine; absent: the message is the event, as it is. Undefined: nothing.
   * A request is answered by `delivery.reply`, here or later.
   */
  readonly receive?: (delivery: Delivery, self: Self<EventFromLogic<M>>) => EventFromLogic<M> | undefined;
  /** Subscribes, starts timers. Runs before the machine starts. */
  readonly onStart?: (self: Self<EventFromLogic<M>>) => void;
  readonly onStop?: () => void;
  /** Events that may wait before `Busy`. */
  readonly mailboxCapacity?: number;
  /** Sent on an orderly stop; the actor is gone when its machine is done, or after `shutdownMs`. Absent: at once. */
  readonly shutdown?: { readonly event: EventFromLogic<M>; readonly shutdownMs: number };
}

/** What an actor's shell works with. */
export interface Self<E extends Message = Message> {
  readonly address: Address;
  readonly host: Host;
  readonly clock: Clock;
  /** This actor's own stream. */
  readonly random: Random;
  readonly logger: Logger;
  /** An event for the own machine, through the own mailbox. */
  send(event: E): void;
  /** A message for another actor's mailbox. */
  tell(to: Address, message: Message): void;
  publish(subject: string, message: Message): void;
  /** Ends with the actor. `toEvent` may answer a request itself and return undefined. */
  subscribe(
    subject: string,
    toEvent: (delivery: Delivery) => E | undefined,
    options?: { readonly queue?: string },
  ): Stop;
  /** The reply, a refusal (`fault`) or the time-out comes back as an event. */
  request(to: Address | string, message: Message, timeoutMs: number, toEvent: (result: Result<Message>) => E): Stop;
  /** A generator's steps; its end comes back as an event (undefined: none). Ends with the actor. */
  run<T>(task: Task<T>, toEvent: (value: T) => E | undefined): Stop;
  /** Once, after so long. Ends with the actor. */
  after(ms: number, event: E): Stop;
}

export interface ActorHandle<E extends Message = Message> {
  readonly address: Address;
  send(event: E): void;
  /** For tests and debuggers. */
  snapshot(): { readonly value: unknown; readonly context: unknown; readonly status: string };
  /** Orderly when the definition has `shutdown`. `done` once it is gone. */
  stop(done?: () => void): void;
  /** At once, as a crash would, without effects. */
  kill(): void;
}

export type Ended =
  | { readonly how: 'done' }
  | { readonly how: 'stopped' }
  /** By `kill`: as if it had crashed. */
  | { readonly how: 'killed' }
  | { readonly how: 'failed'; readonly error: unknown };
/** Looks on at what actors of this host do. See trace.ts. */
export interface Observer {
  wants(address: Address): boolean;
  inspected(address: Address, event: InspectionEvent): void;
  /** A message in the mailbox became this event. */
  received(address: Address, event: object, delivery: Delivery): void;
  sent(address: Address, subject: string, message: Message): void;
  /** What messages carry while it looks: the cause. */
  meta(address: Address): Meta;
}

const MAILBOX_CAPACITY = 1_000;

/** The shell's view (`Self`) and the owner's (`ActorHandle`) of one actor: one object, because there are many. */
export class Cell<M extends AnyStateMachine> implements Self<EventFromLogic<M>>, ActorHandle<EventFromLogic<M>> {
  readonly address: Address;
  readonly host: Host;
  readonly #definition: ActorDefinition<M>;
  readonly #ports: Ports;
  /** What its messages carry while nobody looks. */
  readonly #meta: { readonly from: string };
  readonly #actor: Actor<M>;
  readonly #mailbox: Mailbox<EventFromLogic<M>>;
  readonly #ended: (how: Ended) => void;
  readonly #unsubscribe: Stop;
  /** Absent until there is one: there are many actors. */
  #stops: Set<Stop> | undefined;
  #over = false;
  #look: Subscription | undefined;
  #looker: Observer | undefined;
  #random: Random | undefined;
  #logger: Logger | undefined;
  #taskBus: Pick<Bus, 'request'> | undefined;

  constructor(host: Host, definition: ActorDefinition<M>, name: string, ended: (how: Ended) => void) {
    const { ports, cluster } = host;
    const { address, machine, input, mailboxCapacity } = definition;
    this.host = host;
    this.address = address;
    this.#definition = definition;
    this.#ports = ports;
    this.#ended = ended;
    this.#meta = { from: name };
    const actor = createActor(machine, { clock: ports.clock, input, id: name });
    this.#actor = actor;
    this.#mailbox = new Mailbox(mailboxCapacity ?? MAILBOX_CAPACITY, (event) => {
      if (!this.#over) actor.send(event);
    });
    this.#unsubscribe = ports.bus.subscribe(inbox(cluster, address), (delivery) => this.#arrived(delivery));
    // XState rethrows what a listener throws on a bare timer; both roads lead to the supervisor instead.
    actor.on('*', (effect) => {
      if (this.#over) return;
      try {
        definition.perform(effect as EmittedFrom<M>, this);
      } catch (error) {
        this.#failed(error);
      }
    });
    actor.subscribe({ error: (error) => this.#failed(error), complete: () => this.#end({ how: 'done' }) });
  }

  begin(): void {
    this.#guarded(() => this.#definition.onStart?.(this));
    if (!this.#over) this.#actor.start();
  }

  // What the shell works with.
  get clock(): Clock {
    return this.#ports.clock;
  }
  get random(): Random {
    this.#random ??= this.#ports.random.fork(inbox(this.host.cluster, this.address));
    return this.#random;
  }
  get logger(): Logger {
    this.#logger ??= this.#ports.logger.child({ actor: this.#meta.from });
    return this.#logger;
  }
  send(event: EventFromLogic<M> | undefined): void {
    if (event === undefined || this.#over) return;
    const fault = this.#mailbox.push(event);
    if (fault) this.logger.warn({ event: (event as Message).type, fault }, 'mailbox full');
  }
  tell(to: Address, message: Message): void {
    this.publish(inbox(this.host.cluster, to), message);
  }
  publish(subject: string, message: Message): void {
    this.#ports.bus.publish(subject, message, this.#sending(subject, message));
  }
  subscribe(
    subject: string,
    toEvent: (delivery: Delivery) => EventFromLogic<M> | undefined,
    options?: { readonly queue?: string },
  ): Stop {
    const take = (delivery: Delivery): void => this.#guarded(() => this.#received(toEvent(delivery), delivery));
    return this.#owned(this.#ports.bus.subscribe(subject, take, options));
  }
  request(
    to: Address | string,
    message: Message,
    timeoutMs: number,
    toEvent: (result: Result<Message>) => EventFromLogic<M>,
  ): Stop {
    const subject = typeof to === 'string' ? to : inbox(this.host.cluster, to);
    const done = (result: Result<Message>): void => {
      this.#stops?.delete(stop);
      this.#guarded(() => this.send(toEvent(opened(result))));
    };
    const meta = this.#sending(subject, message);
    const stop = this.#owned(this.#ports.bus.request(subject, message, timeoutMs, done, meta));
    return stop;
  }
  run<T>(task: Task<T>, toEvent: (value: T) => EventFromLogic<M> | undefined): Stop {
    let stop: Stop | undefined;
    let finished = false;
    const done = (value: T): void => {
      finished = true;
      if (stop) this.#stops?.delete(stop);
      this.#guarded(() => this.send(toEvent(value)));
    };
    this.#taskBus ??= {
      request: (subject, message, timeoutMs, answered) =>
        this.#ports.bus.request(subject, message, timeoutMs, answered, this.#sending(subject, message)),
    };
    const ports = { bus: this.#taskBus, clock: this.#ports.clock };
    stop = this.#owned(runTask(task, ports, done, (error) => this.#failed(error)));
    if (finished) stop(); // it ended inside runTask
    return stop;
  }
  after(ms: number, event: EventFromLogic<M>): Stop {
    const timer = this.#ports.clock.setTimeout(() => {
      this.#stops?.delete(stop);
      this.send(event);
    }, ms);
    const stop = this.#owned(() => this.#ports.clock.clearTimeout(timer));
    return stop;
  }

  // What the owner holds.
  snapshot(): { readonly value: unknown; readonly context: unknown; readonly status: string } {
    return this.#actor.getSnapshot() as ReturnType<ActorHandle['snapshot']>;
  }
  stop(done: () => void = () => {}): void {
    if (this.#over) return done();
    const { shutdown } = this.#definition;
    if (shutdown === undefined) {
      this.#end({ how: 'stopped' });
      return done();
    }
    const forget = this.host.onEnded((at) => {
      if (at !== this.address) return;
      forget();
      this.#ports.clock.clearTimeout(timer);
      done();
    });
    const timer = this.#ports.clock.setTimeout(() => this.#end({ how: 'stopped' }), shutdown.shutdownMs);
    this.send(shutdown.event);
  }
  kill(): void {
    this.#end({ how: 'killed' });
  }

  look(observer: Observer | undefined): void {
    this.#look?.unsubscribe();
    this.#looker = observer;
    this.#look = observer && this.#actor.system.inspect((event) => observer.inspected(this.address, event));
  }

  #arrived(delivery: Delivery): void {
    this.#guarded(() => {
      if (this.#mailbox.full && delivery.reply) {
        const full = fail('Busy', `${this.#meta.from}: its mailbox is full, try again later`);
        return delivery.reply({ type: 'fault', ...full } as Message);
      }
      const { receive } = this.#definition;
      const event = receive ? receive(delivery, this) : (delivery.message as EventFromLogic<M>);
      this.#received(event, delivery);
    });
  }
  #received(event: EventFromLogic<M> | undefined, delivery: Delivery): void {
    if (event === undefined) return;
    this.#looker?.received(this.address, event, delivery);
    this.send(event);
  }
  /** Tells who looks; what the message carries comes back. */
  #sending(subject: string, message: Message): Meta {
    if (this.#looker === undefined) return this.#meta;
    this.#looker.sent(this.address, subject, message);
    return this.#looker.meta(this.address);
  }
  #owned(stop: Stop): Stop {
    const once = (): void => {
      if (this.#stops?.delete(once)) stop();
    };
    this.#stops ??= new Set();
    this.#stops.add(once);
    return once;
  }
  /** Runs what is ours to run; a throw is the actor's death, not the process's. */
  #guarded(run: () => void): void {
    if (this.#over) return;
    try {
      run();
    } catch (error) {
      this.#failed(error);
    }
  }
  #failed(error: unknown): void {
    this.#end({ how: 'failed', error });
  }
  #end(how: Ended): void {
    if (this.#over) return;
    this.#over = true;
    this.#unsubscribe();
    for (const stop of [...(this.#stops ?? [])]) stop();
    this.#stops = undefined;
    this.#look?.unsubscribe();
    this.#actor.stop();
    if (how.how === 'failed') this.logger.error({ error: text(how.error) }, 'actor failed');
    try {
      this.#definition.onStop?.();
    } catch (error) {
      this.logger.error({ error: text(error) }, 'onStop failed');
    }
    this.#ended(how);
  }
}

const text = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
