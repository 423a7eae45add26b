//! Keeps actors alive. It is an actor itself, so that supervisors supervise supervisors.
import { type Address, show } from './address.ts';
import { unreachable } from './fault.ts';
import type { ActorHandle, Ended, Host, Self } from './host.ts';
import type { Message, Stop } from './ports.ts';
import { affected, type ChildSpec, type Intensity, type Strategy } from './supervision.ts';
import { type SupervisorEffect, type SupervisorEvent, supervisorMachine } from './supervisor-machine.ts';

export type { ChildSpec, Intensity, Strategy } from './supervision.ts';

export interface SupervisorOptions {
  readonly address: Address;
  /** In order of start; stopped in reverse. */
  readonly children: readonly ChildSpec[];
  /** Default one_for_one. */
  readonly strategy?: Strategy;
  /** Default 5 restarts in 10 s. */
  readonly intensity?: Intensity;
}
export interface Supervisor extends ActorHandle<SupervisorEvent> {
  /** One more, the last in order. Throws when the id is taken. */
  add(spec: ChildSpec): void;
  /** Stops it and forgets it; nothing happens when there is none of that id. */
  remove(id: string, done?: () => void): void;
  child(id: string): ActorHandle | undefined;
}
const INTENSITY: Intensity = { max: 5, periodMs: 10_000 };

export function startSupervisor(host: Host, options: SupervisorOptions): Supervisor {
  const shell = new Shell(host, options);
  const shutdownMs = options.children.reduce((sum, { shutdownMs: ms }) => sum + ms, 1_000);
  const handle = host.start({
    address: options.address,
    machine: supervisorMachine,
    input: { intensity: options.intensity ?? INTENSITY },
    perform: (effect, self) => shell.perform(effect, self),
    receive: (delivery) =>
      delivery.message.type === 'supervisor.list' ? void delivery.reply?.(shell.list()) : undefined,
    onStart: (self) => shell.watch(self),
    onStop: () => shell.end(),
    shutdown: { event: { type: 'supervisor.stop' }, shutdownMs },
  });
  return Object.assign(handle, {
    add: (spec: ChildSpec) => shell.add(spec),
    remove: (id: string, done?: () => void) => shell.remove(id, done),
    child: (id: string) => shell.child(id),
  });
}

class Shell {
  readonly #host: Host;
  readonly #strategy: Strategy;
  readonly #specs = new Map<string, ChildSpec>();
  readonly #running = new Map<string, ActorHandle>();
  /** Being stopped by us: their end is no news. */
  readonly #leaving = new Set<string>();
  #self!: Self<SupervisorEvent>;
  #unwatch: Stop = () => {};
  #over = false;

  constructor(host: Host, options: SupervisorOptions) {
    this.#host = host;
    this.#strategy = options.strategy ?? 'one_for_one';
    for (const spec of options.children) this.#know(spec);
  }
  #know(spec: ChildSpec): void {
    if (this.#specs.has(spec.id)) throw new Error(`a child ${spec.id} is supervised already`);
    this.#specs.set(spec.id, spec);
  }

  watch(self: Self<SupervisorEvent>): void {
    this.#self = self;
    this.#unwatch = this.#host.onEnded((address, ended) => this.#ended(address, ended));
  }
  /** The supervisor is gone, orderly or not: no child outlives it. */
  end(): void {
    this.#over = true;
    this.#unwatch();
    for (const handle of [...this.#running.values()].reverse()) handle.kill();
    this.#running.clear();
  }

  child(id: string): ActorHandle | undefined {
    return this.#running.get(id);
  }
  list(): Message & { readonly children: readonly object[] } {
    const children = [...this.#specs.values()].map(({ id, restart }) => {
      const handle = this.#running.get(id);
      return { id, restart, ...(handle ? { actor: show(handle.address) } : {}) };
    });
    return { type: 'supervisor.listed', children };
  }
  add(spec: ChildSpec): void {
    this.#know(spec);
    this.#start(spec);
  }
  remove(id: string, done: () => void = () => {}): void {
    this.#specs.delete(id);
    this.#stopEach([id], done);
  }

  perform(effect: SupervisorEffect, self: Self<SupervisorEvent>): void {
    switch (effect.type) {
      case 'children.start':
        for (const spec of [...this.#specs.values()]) if (!this.#running.has(spec.id)) this.#start(spec);
        return;
      case 'child.forget':
        this.#specs.delete(effect.id);
        return;
      case 'children.clear': {
        const ids = affected(this.#strategy, [...this.#specs.keys()], effect.failed);
        return this.#stopEach([...ids].reverse(), () => self.send({ type: 'children.stopped' }));
      }
      case 'children.stop':
        return this.#stopEach([...this.#specs.keys()].reverse(), () => self.send({ type: 'children.stopped' }));
      case 'supervisor.fail':
        throw new Error(`${effect.child} was restarted too often: giving up`);
      default:
        return unreachable(effect);
    }
  }

  #start(spec: ChildSpec): void {
    const handle = spec.start();
    if (handle.snapshot().status === 'active') this.#running.set(spec.id, handle);
    else this.#tell(spec, handle.snapshot().status === 'error' ? 'failed' : 'done');
  }

  /** One after the other: whoever was started later may need those before it until it is gone. */
  #stopEach(ids: readonly string[], done: () => void): void {
    const [id, ...rest] = ids;
    if (id === undefined || this.#over) return done();
    const handle = this.#running.get(id);
    if (handle === undefined) return this.#stopEach(rest, done);
    this.#leaving.add(id);
    let gone = false;
    const next = (): void => {
      if (gone) return;
      gone = true;
      this.#self.clock.clearTimeout(timer);
      this.#leaving.delete(id);
      this.#running.delete(id);
      this.#stopEach(rest, done);
    };
    const timer = this.#self.clock.setTimeout(() => {
      handle.kill();
      next();
    }, this.#specs.get(id)?.shutdownMs ?? 0);
    handle.stop(next);
  }

  #ended(address: Address, { how }: Ended): void {
    for (const [id, handle] of this.#running) {
      if (handle.address !== address) continue;
      if (this.#leaving.has(id)) return;
      this.#running.delete(id);
      const spec = this.#specs.get(id);
      if (spec) this.#tell(spec, how);
      return;
    }
  }
  #tell({ id, restart }: ChildSpec, how: Ended['how']): void {
    this.#self.send({ type: 'child.ended', id, how, restart, at: this.#self.clock.now() });
  }
}
