import type { Dataplane, PortPlan } from './protocol.ts';

/** What the dataplane was told, by service: a change touches its own service only, and no change touches nothing. */
export class ProxyTable {
  readonly #dataplane: Pick<Dataplane, 'set' | 'remove'>;
  readonly #services = new Map<string, ReadonlyMap<string, string>>();
  constructor(dataplane: Pick<Dataplane, 'set' | 'remove'>) {
    this.#dataplane = dataplane;
  }
  get size(): number {
    return this.#services.size;
  }
  /** `plans` empty: the service is gone. */
  apply(service: string, plans: readonly PortPlan[]): void {
    const before = this.#services.get(service);
    const after = new Map(plans.map((plan) => [plan.key, JSON.stringify(plan)]));
    for (const key of before?.keys() ?? []) if (!after.has(key)) this.#dataplane.remove(key);
    for (const plan of plans) if (before?.get(plan.key) !== after.get(plan.key)) this.#dataplane.set(plan);
    if (after.size === 0) this.#services.delete(service);
    else this.#services.set(service, after);
  }
}
