//! A server of gRPC calls over plain or TLS sockets.
import { createServer, type Server, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  type SecureContextOptions,
  type TlsOptions,
  type Server as TlsServer,
} from 'node:tls';
import type { Accept } from './call.ts';
import { CONNECTION_LIMITS, Connection, type ConnectionLimits } from './connection.ts';

export interface GrpcServerOptions {
  /** Absent: plain text. */
  readonly tls?: TlsOptions;
  readonly accept: Accept;
  readonly limits?: Partial<ConnectionLimits>;
  readonly connections?: number;
}
const CONNECTIONS_MAX = 10_000;
/** Calls under way have so long when the server closes. */
const GRACE_MS = 2_000;

export class GrpcServer {
  readonly #server: Server;
  readonly #connections = new Set<Connection>();

  constructor({ tls, accept, limits, connections = CONNECTIONS_MAX }: GrpcServerOptions) {
    const all = { ...CONNECTION_LIMITS, ...limits };
    const taken = (socket: Socket): void => {
      const connection: Connection = new Connection(socket, accept, all, () => this.#connections.delete(connection));
      this.#connections.add(connection);
    };
    this.#server = tls
      ? createTlsServer({ ...tls, ALPNProtocols: ['h2'] }, taken).on('tlsClientError', (_, socket) => socket.destroy())
      : createServer(taken);
    this.#server.maxConnections = connections;
  }

  /** From now on, for new connections: certificates may come later than the port. */
  secure(tls: SecureContextOptions): void {
    (this.#server as TlsServer).setSecureContext(tls);
  }

  /** Without a `host` on every address. `done` gets the port that it listens on, or why it cannot. */
  listen(port: number, host: string | undefined, done: (result: number | Error) => void): void {
    this.#server.once('error', done);
    this.#server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      this.#server.off('error', done);
      done((this.#server.address() as { port: number }).port);
    });
  }

  close(done: () => void): void {
    const late = setTimeout(() => {
      for (const connection of [...this.#connections]) connection.destroy();
    }, GRACE_MS);
    this.#server.close(() => {
      clearTimeout(late);
      done();
    });
    for (const connection of [...this.#connections]) connection.goAway();
  }
}
