import { backendKey } from './logic.ts';
import type { Backend, PortPlan } from './protocol.ts';

const CLIENTS_MAX = 10_000;

/** Whose turn it is: round robin, or the pod that a client had last. */
export class Balancer {
  #plan: PortPlan;
  #next = 0;
  readonly #clients = new Map<string, { readonly key: string; readonly until: number }>();
  constructor(plan: PortPlan) {
    this.#plan = plan;
  }
  update(plan: PortPlan): void {
    this.#plan = plan;
    if (plan.affinityMs === 0) this.#clients.clear();
  }
  /** Undefined: nobody is left whom this connection has not tried. */
  pick(clientIp: string, local: boolean, now: number, tried: ReadonlySet<string>): Backend | undefined {
    const candidates = local ? this.#plan.localBackends : this.#plan.backends;
    const had = this.#plan.affinityMs > 0 ? this.#clients.get(clientIp) : undefined;
    if (had && had.until > now && !tried.has(had.key)) {
      const same = candidates.find((backend) => backendKey(backend) === had.key);
      if (same) return this.#keep(clientIp, same, now);
    }
    for (let i = 0; i < candidates.length; i++) {
      const backend = candidates[(this.#next + i) % candidates.length]!;
      if (tried.has(backendKey(backend))) continue;
      this.#next = (this.#next + i + 1) % candidates.length;
      return this.#keep(clientIp, backend, now);
    }
    return undefined;
  }
  /** Whether connections to it may go on: it is still one of the service's. */
  knows(backend: Backend): boolean {
    const key = backendKey(backend);
    return this.#plan.backends.some((one) => backendKey(one) === key);
  }
  #keep(clientIp: string, backend: Backend, now: number): Backend {
    if (this.#plan.affinityMs === 0) return backend;
    this.#clients.delete(clientIp); // to the end: the first entry is the one longest unused
    this.#clients.set(clientIp, { key: backendKey(backend), until: now + this.#plan.affinityMs });
    if (this.#clients.size > CLIENTS_MAX) this.#clients.delete(this.#clients.keys().next().value!);
    return backend;
  }
}
