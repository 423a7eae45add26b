//! Sockets for every address of every service: listening while somebody is behind it, tried again while it is taken.
import type { Result } from '../../../runtime/fault.ts';
import type { Clock, Logger } from '../../../runtime/ports.ts';
import type { NodeNetwork } from '../../network/protocol.ts';
import { Balancer } from '../balancer.ts';
import { listenKey } from '../logic.ts';
import type { Dataplane, ListenAt, PortPlan } from '../protocol.ts';
import type { Listener } from './listener.ts';
import { Primary } from './primary.ts';
import { TcpListener } from './tcp.ts';
import { UdpListener } from './udp.ts';

/** kube-proxy's health port; here it also decides which proxy of a machine is first. */
const PRIMARY_PORT = 10_256;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 5_000;
const COMPLAINTS_MAX = 1_000;

export interface SocketDataplaneOptions {
  readonly network: NodeNetwork;
  readonly clock: Clock;
  readonly logger: Logger;
}
interface Served {
  readonly at: ListenAt;
  listener?: Listener;
  retry?: unknown;
  waits: number;
}
interface Port {
  plan: PortPlan;
  readonly balancer: Balancer;
  readonly served: Map<string, Served>;
  /** ClusterIPs that the machine was given. */
  readonly addressed: Set<string>;
}

export class SocketDataplane implements Dataplane {
  readonly #options: SocketDataplaneOptions;
  readonly #ports = new Map<string, Port>();
  readonly #primary: Primary;
  /** Said once. */
  readonly #complained = new Set<string>();
  #closed = false;
  constructor(options: SocketDataplaneOptions) {
    this.#options = options;
    this.#primary = new Primary({
      ip: options.network.plan.gatewayIp,
      port: PRIMARY_PORT,
      clock: options.clock,
      won: () => {
        for (const port of this.#ports.values()) this.#settle(port);
      },
    });
  }
  set(asked: PortPlan): void {
    const plan = this.#bound(asked);
    const known = this.#ports.get(plan.key);
    const port: Port = known ?? { plan, balancer: new Balancer(plan), served: new Map(), addressed: new Set() };
    port.plan = plan;
    port.balancer.update(plan);
    if (known === undefined) this.#ports.set(plan.key, port);
    this.#settle(port);
    for (const { listener } of port.served.values()) listener?.update();
  }
  remove(key: string): void {
    const port = this.#ports.get(key);
    if (port === undefined) return;
    this.#ports.delete(key);
    for (const one of [...port.served.keys()]) this.#stop(port, one, false);
    // Another port of the same service may still need its address.
    for (const { ip, kind } of port.plan.listen)
      if (kind === 'service' && !this.#needs(ip)) this.#options.network.unserve(ip, () => {});
  }
  close(done: () => void): void {
    this.#closed = true;
    for (const port of this.#ports.values()) for (const key of [...port.served.keys()]) this.#stop(port, key, true);
    this.#ports.clear();
    this.#primary.close();
    done();
  }

  /** What should listen does, what should not does not. */
  #settle(port: Port): void {
    const wanted = new Map(
      port.plan.listen
        .filter((at) => (at.local ? port.plan.localBackends : port.plan.backends).length > 0)
        .filter((at) => at.kind === 'own' || this.#primary.won)
        .map((at) => [`${listenKey(at)} ${at.local}`, at]),
    );
    for (const key of [...port.served.keys()]) if (!wanted.has(key)) this.#stop(port, key, false);
    // There even without endpoints: a connection is then refused, not lost.
    if (this.#primary.won)
      for (const { ip, kind } of port.plan.listen)
        if (kind === 'service' && !port.addressed.has(ip)) {
          port.addressed.add(ip);
          this.#options.network.serve(ip, () => {});
        }
    for (const [key, at] of wanted)
      if (!port.served.has(key)) {
        const served: Served = { at, waits: 0 };
        port.served.set(key, served);
        this.#serve(port, served);
      }
  }
  #serve(port: Port, served: Served): void {
    const { at } = served;
    const listen = (made: Result<void>): void => {
      if (this.#closed || ![...port.served.values()].includes(served)) return;
      if (!made.ok) return this.#failed(port, served, made.fault.message, true);
      const Kind = port.plan.protocol === 'TCP' ? TcpListener : UdpListener;
      const listener: Listener = new Kind(at, port.balancer, this.#options.clock, {
        listening: () => {
          served.waits = 0;
        },
        failed: (error) => {
          if (served.listener !== listener) return;
          listener.close(false);
          delete served.listener;
          this.#failed(port, served, why(error), error.code !== 'EACCES');
        },
      });
      served.listener = listener;
    };
    if (at.kind === 'service') this.#options.network.serve(at.ip, listen);
    else listen({ ok: true, value: undefined });
  }
  #failed(port: Port, served: Served, reason: string, again: boolean): void {
    const key = `${port.plan.protocol} ${listenKey(served.at)}`;
    if (!this.#complained.has(key) && this.#complained.size < COMPLAINTS_MAX) {
      this.#complained.add(key);
      this.#options.logger.warn(
        { service: port.plan.key, address: listenKey(served.at), reason },
        'address not served',
      );
    }
    if (!again) return;
    const wait = Math.min(RETRY_MIN_MS * 2 ** served.waits, RETRY_MAX_MS);
    served.waits += 1;
    served.retry = this.#options.clock.setTimeout(() => this.#serve(port, served), wait);
  }
  #stop(port: Port, key: string, connections: boolean): void {
    const served = port.served.get(key);
    port.served.delete(key);
    if (served === undefined) return;
    this.#options.clock.clearTimeout(served.retry);
    served.listener?.close(connections);
  }
  #bound(plan: PortPlan): PortPlan {
    const { network } = this.#options;
    if (network.plan.lowPorts === undefined) return plan;
    const bound = <T extends { readonly ip: string; readonly port: number }>(at: T): T => ({
      ...at,
      port: network.boundPort(at.ip, at.port),
    });
    return {
      ...plan,
      listen: plan.listen.map(bound),
      backends: plan.backends.map(bound),
      localBackends: plan.localBackends.map(bound),
    };
  }
  #needs(ip: string): boolean {
    for (const { plan } of this.#ports.values()) if (plan.listen.some((at) => at.ip === ip)) return true;
    return false;
  }
}

function why(error: NodeJS.ErrnoException): string {
  if (error.code === 'EACCES') return 'ports below 1024 need root, or a lower net.ipv4.ip_unprivileged_port_start';
  if (error.code === 'EADDRINUSE') return 'another program of this machine has it; tried again';
  return error.message;
}
