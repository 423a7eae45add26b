//! Simulation's dataplane: it answers who would get a connection, with the tables of the real one.
import { fail } from '../../runtime/fault.ts';
import { Balancer } from './balancer.ts';
import { listenKey } from './logic.ts';
import type { Dataplane, ListenAt, PortPlan, SimConnect, SimConnectReply } from './protocol.ts';

export class SimDataplane implements Dataplane {
  readonly #ports = new Map<string, { plan: PortPlan; readonly balancer: Balancer }>();
  readonly #listeners = new Map<string, { readonly key: string; readonly at: ListenAt }>();
  set(plan: PortPlan): void {
    const known = this.#ports.get(plan.key);
    if (known) {
      this.#unlisten(known.plan);
      known.plan = plan;
      known.balancer.update(plan);
    } else this.#ports.set(plan.key, { plan, balancer: new Balancer(plan) });
    for (const at of plan.listen) this.#listeners.set(`${plan.protocol} ${listenKey(at)}`, { key: plan.key, at });
  }
  remove(key: string): void {
    const known = this.#ports.get(key);
    if (known) this.#unlisten(known.plan);
    this.#ports.delete(key);
  }
  close(done: () => void): void {
    this.#ports.clear();
    this.#listeners.clear();
    done();
  }
  connect(asked: SimConnect, now: number): SimConnectReply {
    const found = this.#listeners.get(`${asked.protocol} ${listenKey(asked)}`);
    const port = found && this.#ports.get(found.key);
    const backend = port?.balancer.pick(asked.clientIp, found?.at.local === true, now, new Set());
    if (backend === undefined)
      return { type: 'fault', ...fail('Unavailable', `connection to ${listenKey(asked)} refused`) };
    return { type: 'sim.connected', backend };
  }
  #unlisten(plan: PortPlan): void {
    for (const at of plan.listen) {
      const key = `${plan.protocol} ${listenKey(at)}`;
      if (this.#listeners.get(key)?.key === plan.key) this.#listeners.delete(key);
    }
  }
}
