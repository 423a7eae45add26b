//! Sockets: TLS with HTTP/1.1 and HTTP/2 on one port. Each connection has bounds, and the end of all of them an end.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type ServerHttp2Session } from 'node:http2';
import { DEFAULT_CIPHERS, type Server, type TLSSocket } from 'node:tls';
import type { Pki } from './pki.ts';

const HANDSHAKE_MS = 10_000;
const HEADERS_MS = 20_000;
export const REQUEST_MS = 60_000;
/** Longer than Go's clients keep an idle connection (90 s), so that it is they who close it. */
const IDLE_MS = 120_000;
/** net/http's DefaultMaxHeaderBytes; longer is 431. */
const HEADERS_MAX = 1 << 20;
const CLOSE_MS = 1_000;
/** k8s.io/apiserver/pkg/server/secure_serving.go: MaxConcurrentStreams, MaxUploadBufferPerStream. */
const STREAMS_MAX = 100;
const UPLOAD_BYTES = 256 * 1024;
/** What a connection's answers may take while they wait: several long lists at once. In MB, as node counts it. */
const SESSION_MB = 256;

export type Serve = (incoming: IncomingMessage, response: ServerResponse) => void;
export interface Listener {
  readonly server: Server;
  /** Ends connections after what is under way, at the latest in a second. */
  close(): Promise<void>;
}

export function createListener(pki: Pick<Pki, 'server' | 'ca'>, serve: Serve): Listener {
  const http1 = {
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: IDLE_MS,
    maxHeaderSize: HEADERS_MAX,
  };
  const server = createSecureServer(
    {
      key: pki.server.key,
      cert: pki.server.cert,
      // No authority is none, not Node's own.
      ca: pki.ca === '' ? [] : pki.ca,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      // AES of 128 bits first, as Go's servers have it: that of 256, Node's first, costs a third more a byte.
      ciphers: `TLS_AES_128_GCM_SHA256:${DEFAULT_CIPHERS}`,
      allowHTTP1: true,
      handshakeTimeout: HANDSHAKE_MS,
      maxSessionMemory: SESSION_MB,
      settings: { maxConcurrentStreams: STREAMS_MAX, initialWindowSize: UPLOAD_BYTES },
      ...http1,
    },
    // The compatibility layer: the same methods as HTTP/1.1's.
    serve as never,
  );
  // Options of its HTTP/1.1 side are not all taken from its own.
  Object.assign(server, http1);
  const sockets = new Set<TLSSocket>();
  const sessions = new Set<ServerHttp2Session>();
  server.on('secureConnection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    let open = 0;
    session.on('stream', (stream) => {
      open++;
      stream.on('close', () => open--);
      // A broken stream is that request's end and nothing else.
      stream.on('error', () => undefined);
    });
    session.on('error', () => session.destroy());
    // A quiet watch is not idle.
    session.setTimeout(IDLE_MS, () => {
      if (open === 0) session.close();
    });
  });
  // A broken handshake or half a request ends that connection, and nothing else.
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.on('clientError', ({ code }: NodeJS.ErrnoException, socket: TLSSocket) => {
    const answer = code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    if (socket.writable) socket.end(`HTTP/1.1 ${answer}\r\nConnection: close\r\n\r\n`);
    else socket.destroy();
  });
  return {
    server,
    close: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          for (const socket of sockets) socket.destroy();
        }, CLOSE_MS);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        for (const session of sessions) session.close();
      }),
  };
}
