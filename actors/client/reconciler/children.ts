//! The actors that a controller keeps beside its keys.
import type { AnyStateMachine, EventFromLogic } from 'xstate';
import { show } from '../../../runtime/address.ts';
import type { ActorDefinition, ActorHandle, Host } from '../../../runtime/host.ts';
import type { Stop } from '../../../runtime/ports.ts';
import type { ControllerActors } from '../protocol.ts';

export class Children implements ControllerActors {
  readonly manager: string;
  readonly #host: Host;
  readonly #running = new Map<string, ActorHandle>();
  readonly #unwatch: Stop;
  constructor(host: Host, manager: string, failed: (error: unknown) => void) {
    this.#host = host;
    this.manager = manager;
    this.#unwatch = host.onEnded((at, ended) => {
      if (this.#running.delete(show(at)) && ended.how === 'failed') failed(ended.error);
    });
  }
  start<M extends AnyStateMachine>(definition: ActorDefinition<M>): ActorHandle<EventFromLogic<M>> {
    const handle = this.#host.start(definition);
    this.#running.set(show(definition.address), handle as unknown as ActorHandle);
    return handle;
  }
  /** All at once; others may be started afterwards. */
  clear(): void {
    for (const handle of [...this.#running.values()]) handle.stop();
    this.#running.clear();
  }
  end(): void {
    this.clear();
    this.#unwatch();
  }
}
