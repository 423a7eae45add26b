//! The HTTPS server: sockets to requests and answers to sockets. What they mean is http/handler.ts.
import { type IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { loadDescriptions } from '../../api/edge/load.ts';
import { serviceUnavailable } from '../../api/status.ts';
import type { Yaml } from '../http/body.ts';
import { isConnection } from '../http/connect/door.ts';
import { Handler } from '../http/handler.ts';
import { isYaml } from '../http/media.ts';
import { BODY_MAX, type HttpRequest, type Responder } from '../http/message.ts';
import { yamlOf } from '../http/yaml.ts';
import type { Api } from '../index.ts';
import type { Pki } from './pki.ts';
import { processGauges } from './process.ts';
import type { Connections } from './streams/connections.ts';

export interface HttpsOptions {
  readonly pki: Pki;
  /** 0: any that is free. */
  readonly port: number;
  /** Default: every address of this machine. */
  readonly address?: string;
}
export interface Https {
  readonly port: number;
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  /** From now on this server answers: `onReady` of the apiserver's spec. Until then: 503. */
  attach(api: Api): void;
  /** Ends connections after what is under way, at the latest in a second. */
  close(): Promise<void>;
}

const HANDSHAKE_MS = 10_000;
const HEADERS_MS = 20_000;
const REQUEST_MS = 60_000;
/** Longer than Go's clients keep an idle connection (90 s), so that it is they who close it. */
const IDLE_MS = 120_000;
const CLOSE_MS = 1_000;

/** Rejects when the port is taken. */
export async function startHttps({ pki, port, address }: HttpsOptions): Promise<Https> {
  let handler: Handler | undefined;
  let yaml: Yaml | undefined;
  let api: Api | undefined;
  let connections: Connections | undefined;
  // Loaded by the first who needs it: few do, and the server is to answer soon.
  const connect = async (use: (connections: Connections) => void): Promise<void> => {
    const { Connections: Made } = await import('./streams/connections.ts');
    connections ??= new Made(api!, handler!);
    use(connections);
  };
  const server = createServer(
    {
      key: pki.server.key,
      cert: pki.server.cert,
      ca: pki.ca,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: HANDSHAKE_MS,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: IDLE_MS,
    },
    (incoming, response) => {
      const serve = (): void => {
        if (handler === undefined) return notYet(response);
        if (isConnection(incoming.url ?? ''))
          return void connect((to) => to.request(incoming, response, headOf(incoming)));
        receive(incoming, response, handler);
      };
      const { accept = '', 'content-type': type } = incoming.headers;
      if (yaml !== undefined || !(isYaml(type) || type?.includes('yaml') || accept.includes('yaml'))) return serve();
      // Its default, not its names: those are lost when it is bundled.
      void import('yaml').then(({ default: library }) => {
        yaml = yamlOf(library);
        serve();
      });
    },
  );
  server.on('upgrade', (incoming: IncomingMessage, socket: TLSSocket, head: Buffer) => {
    if (handler !== undefined && isConnection(incoming.url ?? ''))
      return void connect((to) => to.upgrade(incoming, socket, head, headOf(incoming)));
    // Nothing else is upgraded: answered as if it had not been asked.
    const response = new ServerResponse(incoming);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.on('finish', () => socket.end());
    if (handler === undefined) notYet(response);
    else receive(incoming, response, handler);
  });
  // A broken handshake or half a request ends that connection, and nothing else.
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.on('clientError', (_, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else socket.destroy();
  });
  await listen(server, port, address);
  const bound = (server.address() as { port: number }).port;
  return {
    port: bound,
    url: `https://127.0.0.1:${bound}`,
    attach: (attached) => {
      api = attached;
      connections = undefined;
      handler = new Handler(attached, { descriptions: loadDescriptions, yaml: () => yaml, gauges: processGauges });
    },
    close: () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
        server.close(() => {
          clearTimeout(timer);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

const listen = (server: Server, port: number, address: string | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve();
    });
  });
function notYet(response: ServerResponse): void {
  const text = JSON.stringify(serviceUnavailable('the API server is starting', 1));
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1', connection: 'close' }).end(text);
}

const headOf = (incoming: IncomingMessage): HttpRequest => ({
  method: incoming.method ?? 'GET',
  url: incoming.url ?? '/',
  headers: incoming.headers as Record<string, string | undefined>,
  ...userOf(incoming.socket as TLSSocket),
  ...(incoming.headers.host === undefined ? {} : { at: incoming.headers.host }),
});
function receive(incoming: IncomingMessage, response: ServerResponse, handler: Handler): void {
  const parts: Buffer[] = [];
  let size = 0;
  let begun = false;
  const begin = (tooLarge: boolean): void => {
    if (begun || response.destroyed) return;
    begun = true;
    if (tooLarge) response.shouldKeepAlive = false;
    const request: HttpRequest = {
      ...headOf(incoming),
      ...(size === 0 ? {} : { body: parts.length === 1 ? parts[0]! : Buffer.concat(parts) }),
      ...(tooLarge ? { tooLarge } : {}),
    };
    const stop = handler.handle(request, new HttpResponder(response));
    response.on('close', () => {
      if (!response.writableFinished) stop();
    });
  };
  incoming.on('error', () => undefined);
  response.on('error', () => undefined);
  if (incoming.method === 'GET' || incoming.method === 'HEAD') {
    incoming.resume();
    return begin(false);
  }
  incoming.on('data', (part: Buffer) => {
    size += part.length;
    if (size <= BODY_MAX) parts.push(part);
    else {
      parts.length = 0;
      begin(true);
    }
  });
  incoming.on('end', () => begin(false));
}

type Known = Pick<HttpRequest, 'user' | 'stranger'>;
const users = new WeakMap<TLSSocket, Known>();
function userOf(socket: TLSSocket): Known {
  let known = users.get(socket);
  if (known === undefined) {
    known = certified(socket);
    users.set(socket, known);
  }
  return known;
}
function certified(socket: TLSSocket): Known {
  const { subject } = socket.getPeerCertificate();
  if (!socket.authorized) return subject === undefined ? {} : { stranger: true };
  const { CN, O } = (subject ?? {}) as { CN?: string | string[]; O?: string | string[] };
  const name = [CN ?? []].flat()[0];
  return name === undefined ? {} : { user: { name, groups: [...[O ?? []].flat(), 'system:authenticated'] } };
}

/** One answer: with its length when it comes whole, in chunks when it comes by and by. */
class HttpResponder implements Responder {
  readonly #response: ServerResponse;
  #head: readonly [number, Record<string, string | string[]>] | undefined;
  #corked = false;
  constructor(response: ServerResponse) {
    this.#response = response;
  }
  head(code: number, headers: Readonly<Record<string, string | readonly string[]>>): void {
    this.#head = [code, headers as Record<string, string | string[]>];
    // Who watches waits for the head, long before the first event.
    setImmediate(() => this.#flushHead(true));
  }
  write(chunk: string | Uint8Array): void {
    if (this.#response.destroyed || this.#response.writableEnded) return;
    this.#flushHead(false);
    if (!this.#corked) {
      this.#corked = true;
      this.#response.cork();
      setImmediate(() => {
        this.#corked = false;
        this.#response.uncork();
      });
    }
    this.#response.write(chunk);
  }
  end(chunk?: string | Uint8Array): void {
    if (this.#response.destroyed || this.#response.writableEnded) return;
    if (this.#head === undefined) {
      this.#response.end(chunk);
      return;
    }
    // Whole: with its length.
    const [code, headers] = this.#head;
    this.#head = undefined;
    const length = chunk === undefined ? 0 : Buffer.byteLength(chunk);
    this.#response.writeHead(code, { ...headers, 'content-length': length });
    this.#response.end(chunk);
  }
  get waiting(): number {
    return this.#response.writableLength + (this.#response.socket?.writableLength ?? 0);
  }
  #flushHead(now: boolean): void {
    if (this.#head === undefined || this.#response.destroyed) return;
    const [code, headers] = this.#head;
    this.#head = undefined;
    this.#response.writeHead(code, headers);
    if (now) this.#response.flushHeaders();
  }
}
