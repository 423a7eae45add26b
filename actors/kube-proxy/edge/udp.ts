//! One address of a UDP service: a flow a client, with a socket of its own towards its pod, until it is idle.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Clock } from '../../../runtime/ports.ts';
import type { Balancer } from '../balancer.ts';
import type { Backend, ListenAt } from '../protocol.ts';
import type { Listener, ListenerEvents } from './listener.ts';

export const FLOW_IDLE_MS = 30_000;
const FLOWS_MAX = 4_096;
/** Datagrams that may wait while the socket to the pod opens. */
const WAITING_MAX = 64;

interface Flow {
  readonly socket: Socket;
  readonly backend: Backend;
  waiting: Buffer[] | undefined;
  usedAt: number;
}

export class UdpListener implements Listener {
  readonly #balancer: Balancer;
  readonly #at: ListenAt;
  readonly #clock: Clock;
  readonly #socket: Socket;
  /** Longest unused first. */
  readonly #flows = new Map<string, Flow>();
  #timer: unknown;
  constructor(at: ListenAt, balancer: Balancer, clock: Clock, events: ListenerEvents) {
    this.#at = at;
    this.#balancer = balancer;
    this.#clock = clock;
    this.#socket = createSocket('udp4');
    this.#socket.on('error', events.failed);
    this.#socket.on('message', (bytes, from) => this.#receive(bytes, from));
    this.#socket.bind({ address: at.ip, port: at.port, exclusive: true }, events.listening);
  }
  get flows(): number {
    return this.#flows.size;
  }
  update(): void {
    for (const [key, flow] of this.#flows) if (!this.#balancer.knows(flow.backend)) this.#drop(key, flow);
  }
  close(): void {
    this.#clock.clearTimeout(this.#timer);
    for (const [key, flow] of this.#flows) this.#drop(key, flow);
    close(this.#socket);
  }

  #receive(bytes: Buffer, from: RemoteInfo): void {
    const key = `${from.address}:${from.port}`;
    const flow = this.#flows.get(key) ?? this.#open(key, from);
    if (flow === undefined) return; // nobody there: it is lost, as datagrams are
    flow.usedAt = this.#clock.now();
    this.#flows.delete(key);
    this.#flows.set(key, flow);
    if (flow.waiting === undefined) flow.socket.send(bytes);
    else if (flow.waiting.length < WAITING_MAX) flow.waiting.push(bytes);
  }
  #open(key: string, from: RemoteInfo): Flow | undefined {
    const backend = this.#balancer.pick(from.address, this.#at.local, this.#clock.now(), new Set());
    if (backend === undefined) return undefined;
    const flow: Flow = { socket: createSocket('udp4'), backend, waiting: [], usedAt: 0 };
    flow.socket.on('message', (bytes) => {
      flow.usedAt = this.#clock.now();
      this.#socket.send(bytes, from.port, from.address);
    });
    // Refused: nobody listens at the pod. The client's next datagram tries another.
    flow.socket.on('error', () => this.#drop(key, flow));
    flow.socket.connect(backend.port, backend.ip, () => {
      for (const bytes of flow.waiting ?? []) flow.socket.send(bytes);
      flow.waiting = undefined;
    });
    if (this.#flows.size >= FLOWS_MAX) {
      const [oldest, unused] = this.#flows.entries().next().value!;
      this.#drop(oldest, unused);
    }
    this.#flows.set(key, flow);
    if (this.#flows.size === 1) this.#sweepLater();
    return flow;
  }
  #sweepLater(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(() => {
      const idleSince = this.#clock.now() - FLOW_IDLE_MS;
      for (const [key, flow] of this.#flows) if (flow.usedAt <= idleSince) this.#drop(key, flow);
      if (this.#flows.size > 0) this.#sweepLater();
    }, FLOW_IDLE_MS / 3);
  }
  #drop(key: string, flow: Flow): void {
    if (this.#flows.get(key) === flow) this.#flows.delete(key);
    close(flow.socket);
  }
}
function close(socket: Socket): void {
  try {
    socket.close();
  } catch {} // closed already, by an error
}
