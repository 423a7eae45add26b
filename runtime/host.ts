//! Runs machines at addresses: one host a process (in simulation: many in one process).
import {
  type AnyStateMachine,
  createActor,
  type EmittedFrom,
  type EventFromLogic,
  type InputFrom,
  type InspectionEvent,
  type Subscription,
} from 'xstate';
import { type Address, inbox, show } from './address.ts';
import { fail, type Result } from './fault.ts';
import { Mailbox } from './mailbox.ts';
import type { Clock, Delivery, Logger, Message, Meta, Ports, Random, Stop } from './ports.ts';
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

interface Running {
  readonly handle: ActorHandle;
  look(observer: Observer | undefined): void;
  begin(): void;
}

export class Host {
  readonly id: string;
  readonly cluster: string;
  readonly ports: Ports;
  readonly #actors = new Map<string, Running>();
  readonly #ended = new Set<(address: Address, ended: Ended) => void>();
  #observer: Observer | undefined;

  constructor(id: string, cluster: string, ports: Ports) {
    this.id = id;
    this.cluster = cluster;
    this.ports = ports;
  }

  /** Throws when the address is taken on this host: that is a bug. */
  start<M extends AnyStateMachine>(definition: ActorDefinition<M>): ActorHandle<EventFromLogic<M>> {
    const key = show(definition.address);
    if (this.#actors.has(key)) throw new Error(`an actor runs at ${key} already`);
    let over = false;
    const running = startActor(this, definition, (ended) => {
      over = true;
      this.#actors.delete(key);
      for (const listener of [...this.#ended]) listener(definition.address, ended);
    });
    this.#actors.set(key, running);
    if (this.#observer?.wants(definition.address)) running.look(this.#observer);
    running.begin();
    // It may be over before it has begun: a machine whose first state is final.
    if (over) this.#actors.delete(key);
    return running.handle as ActorHandle<EventFromLogic<M>>;
  }
  find(at: Address): ActorHandle | undefined {
    return this.#actors.get(show(at))?.handle;
  }
  actors(): readonly ActorHandle[] {
    return [...this.#actors.values()].map((running) => running.handle);
  }
  /** Told of every actor's end: what a supervisor lives on. */
  onEnded(listener: (address: Address, ended: Ended) => void): Stop {
    this.#ended.add(listener);
    return () => this.#ended.delete(listener);
  }
  /** Attaches to the actors that it wants, detaches (undefined) from all: looking costs nothing while nobody looks. */
  observe(observer: Observer | undefined): void {
    this.#observer = observer;
    for (const running of this.#actors.values())
      running.look(observer?.wants(running.handle.address) ? observer : undefined);
  }
  /** Every actor at once, as a crashed process would: no supervisor hears of it. */
  kill(): void {
    this.#ended.clear();
    for (const { handle } of [...this.#actors.values()]) handle.kill();
  }
}

function startActor<M extends AnyStateMachine>(
  host: Host,
  definition: ActorDefinition<M>,
  ended: (how: Ended) => void,
): Running {
  type E = EventFromLogic<M>;
  const { ports, cluster } = host;
  const me = inbox(cluster, definition.address);
  const plain = { from: show(definition.address) };
  const stops = new Set<Stop>();
  let over = false;
  let look: Subscription | undefined;
  let looker: Observer | undefined;
  /** Told while somebody looks; what the message carries comes back. */
  const sending = (subject: string, message: Message): Meta => {
    if (looker === undefined) return plain;
    looker.sent(definition.address, subject, message);
    return looker.meta(definition.address);
  };
  const publish = (subject: string, message: Message): void =>
    ports.bus.publish(subject, message, sending(subject, message));

  const actor = createActor(definition.machine, { clock: ports.clock, input: definition.input, id: plain.from });
  const mailbox = new Mailbox<E>(definition.mailboxCapacity ?? 1_000, (event) => {
    if (!over) actor.send(event);
  });
  const end = (how: Ended): void => {
    if (over) return;
    over = true;
    for (const stop of [...stops]) stop();
    stops.clear();
    look?.unsubscribe();
    actor.stop();
    definition.onStop?.();
    if (how.how === 'failed') ports.logger.error({ actor: plain.from, error: text(how.error) }, 'actor failed');
    ended(how);
  };
  const failed = (error: unknown): void => end({ how: 'failed', error });
  /** Runs what is ours to run; a throw is the actor's death, not the process's. */
  const guarded = (run: () => void): void => {
    if (over) return;
    try {
      run();
    } catch (error) {
      failed(error);
    }
  };
  const owned = (stop: Stop): Stop => {
    const once = (): void => {
      if (stops.delete(once)) stop();
    };
    stops.add(once);
    return once;
  };
  const deliver = (event: E | undefined): void => {
    if (event === undefined || over) return;
    const refused = mailbox.push(event);
    if (refused)
      ports.logger.warn({ actor: plain.from, event: (event as Message).type, fault: refused }, 'mailbox full');
  };

  const taskBus: Pick<Ports['bus'], 'request'> = {
    request: (subject, message, timeoutMs, done) =>
      ports.bus.request(subject, message, timeoutMs, done, sending(subject, message)),
  };
  const self: Self<E> = {
    address: definition.address,
    host,
    clock: ports.clock,
    random: ports.random.fork(me),
    logger: ports.logger.child({ actor: plain.from }),
    send: deliver,
    tell: (to, message) => publish(inbox(cluster, to), message),
    publish,
    subscribe: (subject, toEvent, options) =>
      owned(
        ports.bus.subscribe(
          subject,
          (delivery) =>
            guarded(() => {
              const event = toEvent(delivery);
              if (looker !== undefined && event !== undefined) looker.received(definition.address, event, delivery);
              deliver(event);
            }),
          options,
        ),
      ),
    request: (to, message, timeoutMs, toEvent) => {
      const subject = typeof to === 'string' ? to : inbox(cluster, to);
      const stop = owned(
        ports.bus.request(
          subject,
          message,
          timeoutMs,
          (result) => {
            stops.delete(stop);
            guarded(() => deliver(toEvent(opened(result))));
          },
          sending(subject, message),
        ),
      );
      return stop;
    },
    run: (task, toEvent) => {
      let finished = false;
      const stop = owned(
        runTask(
          task,
          { bus: taskBus, clock: ports.clock, meta: plain },
          (value) => {
            finished = true;
            guarded(() => deliver(toEvent(value)));
          },
          failed,
        ),
      );
      // Forgetting it needs its end; a task that ended inside runTask is forgotten here.
      if (finished) stop();
      return stop;
    },
    after: (ms, event) => {
      const timer = ports.clock.setTimeout(() => {
        stops.delete(stop);
        deliver(event);
      }, ms);
      const stop = owned(() => ports.clock.clearTimeout(timer));
      return stop;
    },
  };

  const receive = definition.receive ?? ((delivery: Delivery) => delivery.message as E);
  owned(
    ports.bus.subscribe(me, (delivery) =>
      guarded(() => {
        if (mailbox.full && delivery.reply)
          return delivery.reply({
            type: 'fault',
            ...fail('Busy', `${plain.from}: its mailbox is full, try again later`),
          } as Message);
        const event = receive(delivery, self);
        if (looker !== undefined && event !== undefined) looker.received(definition.address, event, delivery);
        deliver(event);
      }),
    ),
  );
  // XState rethrows what a listener throws on a bare timer; both roads lead to the supervisor instead.
  actor.on('*', (effect) => guarded(() => definition.perform(effect as EmittedFrom<M>, self)));
  actor.subscribe({ error: failed, complete: () => end({ how: 'done' }) });

  const handle: ActorHandle<E> = {
    address: definition.address,
    send: deliver,
    snapshot: () => actor.getSnapshot() as ReturnType<ActorHandle['snapshot']>,
    stop: (done = () => {}) => {
      if (over) return done();
      if (definition.shutdown === undefined) {
        end({ how: 'stopped' });
        return done();
      }
      const forget = host.onEnded((at) => {
        if (at !== definition.address) return;
        forget();
        ports.clock.clearTimeout(timer);
        done();
      });
      const timer = ports.clock.setTimeout(() => end({ how: 'stopped' }), definition.shutdown.shutdownMs);
      deliver(definition.shutdown.event);
    },
    kill: () => end({ how: 'killed' }),
  };
  return {
    begin: () => {
      guarded(() => definition.onStart?.(self));
      if (!over) actor.start();
    },
    handle: handle as unknown as ActorHandle,
    look: (observer) => {
      look?.unsubscribe();
      looker = observer;
      look = observer && actor.system.inspect((event) => observer.inspected(definition.address, event));
    },
  };
}

const text = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));
