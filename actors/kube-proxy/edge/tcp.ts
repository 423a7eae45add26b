//! One address of a TCP service: each connection to a pod of its own, bytes both ways, ends half by half.
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../../runtime/ports.ts';
import type { Balancer } from '../balancer.ts';
import { backendKey } from '../logic.ts';
import type { ListenAt } from '../protocol.ts';
import type { Listener, ListenerEvents } from './listener.ts';

const CONNECT_MS = 1_000;
const CONNECTIONS_MAX = 20_000;

export class TcpListener implements Listener {
  readonly #balancer: Balancer;
  readonly #at: ListenAt;
  readonly #clock: Clock;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  constructor(at: ListenAt, balancer: Balancer, clock: Clock, events: ListenerEvents) {
    this.#at = at;
    this.#balancer = balancer;
    this.#clock = clock;
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) =>
      this.#accept(client),
    );
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.on('error', events.failed);
    this.#server.listen({ host: at.ip, port: at.port, exclusive: true, backlog: 1_024 }, events.listening);
  }
  /** Established connections end when their pods do. */
  update(): void {}
  close(connections: boolean): void {
    this.#server.close();
    if (connections) for (const socket of this.#sockets) socket.destroy();
  }

  #accept(client: Socket): void {
    this.#sockets.add(client);
    client.on('close', () => this.#sockets.delete(client));
    client.on('error', () => client.destroy());
    this.#forward(client, new Set());
  }
  /** To the next pod that can be reached: one that was just killed costs a retry, not a failed request. */
  #forward(client: Socket, tried: Set<string>): void {
    if (client.destroyed) return;
    const from = client.remoteAddress ?? '';
    const backend = this.#balancer.pick(from, this.#at.local, this.#clock.now(), tried);
    if (backend === undefined) return void client.resetAndDestroy();
    const pod = connect({ host: backend.ip, port: backend.port, allowHalfOpen: true, noDelay: true });
    this.#sockets.add(pod);
    let connected = false;
    let over = false;
    const timer = this.#clock.setTimeout(() => pod.destroy(), CONNECT_MS);
    const left = (): void => void pod.destroy();
    client.on('close', left);
    pod.on('connect', () => {
      connected = true;
      this.#clock.clearTimeout(timer);
      client.pipe(pod);
      pod.pipe(client);
      client.resume();
    });
    // A reset on one side is one on the other, so that nobody takes a cut answer for a whole one.
    pod.on('error', () => {
      if (connected) client.resetAndDestroy();
    });
    pod.on('close', () => {
      this.#sockets.delete(pod);
      this.#clock.clearTimeout(timer);
      client.off('close', left);
      if (connected || over) return;
      over = true;
      tried.add(backendKey(backend));
      this.#forward(client, tried);
    });
  }
}
