//! Runs machines at addresses: one host a process (in simulation: many in one process).
import type { AnyStateMachine, EventFromLogic } from 'xstate';
import { type ActorDefinition, type ActorHandle, Cell, type Ended, type Observer } from './actor.ts';
import { type Address, show } from './address.ts';
import type { Ports, Stop } from './ports.ts';

export type { ActorDefinition, ActorHandle, Ended, Observer, Self } from './actor.ts';

export class Host {
  readonly id: string;
  readonly cluster: string;
  readonly ports: Ports;
  readonly #actors = new Map<string, Cell<AnyStateMachine>>();
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
    const cell = new Cell(this, definition, key, (ended) => {
      over = true;
      this.#actors.delete(key);
      for (const listener of [...this.#ended]) listener(definition.address, ended);
    });
    this.#actors.set(key, cell as unknown as Cell<AnyStateMachine>);
    if (this.#observer?.wants(definition.address)) cell.look(this.#observer);
    cell.begin();
    // It may be over before it has begun: a machine whose first state is final.
    if (over) this.#actors.delete(key);
    return cell;
  }
  find(at: Address): ActorHandle | undefined {
    return this.#actors.get(show(at));
  }
  actors(): readonly ActorHandle[] {
    return [...this.#actors.values()];
  }
  /** Told of every actor's end: what a supervisor lives on. */
  onEnded(listener: (address: Address, ended: Ended) => void): Stop {
    this.#ended.add(listener);
    return () => this.#ended.delete(listener);
  }
  /** Attaches to the actors that it wants, detaches (undefined) from all: looking costs nothing while nobody looks. */
  observe(observer: Observer | undefined): void {
    this.#observer = observer;
    for (const cell of this.#actors.values()) cell.look(observer?.wants(cell.address) ? observer : undefined);
  }
  /** Every actor at once, as a crashed process would: no supervisor hears of it. */
  kill(): void {
    this.#ended.clear();
    for (const cell of [...this.#actors.values()]) cell.kill();
  }
}
