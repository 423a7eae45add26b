//! Which proxy of a machine serves the addresses that all of them could: the one that holds a port. The others stay
//! connected to it, so the moment it is gone, even by kill -9, they know and one takes over.
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../../../runtime/ports.ts';

const RETRY_MS = 50;

export interface PrimaryOptions {
  readonly ip: string;
  readonly port: number;
  readonly clock: Clock;
  readonly won: () => void;
}

export class Primary {
  readonly #options: PrimaryOptions;
  readonly #watchers = new Set<Socket>();
  #server: Server | undefined;
  #watch: Socket | undefined;
  #timer: unknown;
  #closed = false;
  #won = false;
  constructor(options: PrimaryOptions) {
    this.#options = options;
    this.#try();
  }
  get won(): boolean {
    return this.#won;
  }
  /** The next one takes over. */
  close(): void {
    this.#closed = true;
    this.#options.clock.clearTimeout(this.#timer);
    this.#watch?.destroy();
    this.#server?.close();
    for (const watcher of this.#watchers) watcher.destroy();
  }
  #try(): void {
    if (this.#closed) return;
    const { ip, port } = this.#options;
    const server = createServer((socket) => {
      this.#watchers.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#watchers.delete(socket));
      socket.resume();
      socket.unref();
    });
    server.on('error', (error: NodeJS.ErrnoException) => {
      // An address that this machine does not have cannot tell the proxies apart: each tries for itself.
      if (error.code === 'EADDRINUSE') this.#wait();
      else this.#win(server);
    });
    server.listen({ host: ip, port, exclusive: true }, () => {
      if (this.#closed) server.close();
      else this.#win(server);
    });
    server.unref();
  }
  #win(server: Server): void {
    if (this.#closed || this.#won) return;
    this.#server = server;
    this.#won = true;
    this.#options.won();
  }
  #wait(): void {
    if (this.#closed) return;
    const socket = connect({ host: this.#options.ip, port: this.#options.port });
    this.#watch = socket;
    let connected = false;
    socket.on('connect', () => {
      connected = true;
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (connected) this.#try();
      else this.#timer = this.#options.clock.setTimeout(() => this.#try(), RETRY_MS);
    });
    socket.resume();
    socket.unref();
  }
}
