//! The HTTPS server: sockets to requests and answers to sockets. What they mean is http/handler.ts.
import { type IncomingMessage, ServerResponse } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Server, TLSSocket } from 'node:tls';
import { loadDescriptions } from '../../api/edge/load.ts';
import { serviceUnavailable } from '../../api/status.ts';
import type { Auditing } from '../audit/record.ts';
import type { Credentials } from '../http/access.ts';
import type { Yaml } from '../http/body.ts';
import { isConnection } from '../http/connect/door.ts';
import { Handler } from '../http/handler.ts';
import { isYaml } from '../http/media.ts';
import { BODY_MAX, type HttpRequest } from '../http/message.ts';
import { yamlOf } from '../http/yaml.ts';
import type { Api } from '../index.ts';
import type { Aggregated } from './aggregated.ts';
import { Batches } from './batches.ts';
import { userOf } from './certified.ts';
import { createListener, REQUEST_MS } from './listener.ts';
import type { HttpsOutside } from './outside.ts';
import type { Pki } from './pki.ts';
import { processGauges } from './process.ts';
import { HttpResponder } from './responder.ts';
import type { Connections } from './streams/connections.ts';

export interface HttpsOptions {
  readonly pki: Pki;
  /** How other API servers are reached. */
  readonly outside: HttpsOutside;
  /** 0: any that is free. */
  readonly port: number;
  /** Default: every address of this machine. */
  readonly address?: string;
  /** What is written of requests. Absent: nothing. */
  readonly auditing?: Auditing;
  readonly credentials?: Credentials;
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

/** Rejects when the port is taken. */
export async function startHttps({ pki, outside, port, address, ...access }: HttpsOptions): Promise<Https> {
  let handler: Handler | undefined;
  const batches = new Batches();
  let yaml: Yaml | undefined;
  let api: Api | undefined;
  let connections: Connections | undefined;
  // Loaded by the first who needs it: few do, and the server is to answer soon.
  const connect = async (use: (connections: Connections) => void): Promise<void> => {
    const { Connections: Made } = await import('./streams/connections.ts');
    connections ??= new Made(api!, handler!.front);
    use(connections);
  };
  let aggregated: Aggregated | undefined;
  const aggregate = async (use: (aggregated: Aggregated) => void): Promise<void> => {
    const { Aggregated: Made } = await import('./aggregated.ts');
    aggregated ??= new Made(api!, handler!.front, outside);
    use(aggregated);
  };
  // What an actor answers is the handler's.
  const isElsewhere = (url = ''): boolean => {
    const remote = api?.engine.catalog.remotes.at(url);
    return remote !== undefined && remote.actor === undefined;
  };
  const { server, close } = createListener(pki, (incoming, response) => {
    const serve = (): void => {
      if (handler === undefined) return notYet(response);
      if (isConnection(incoming.url ?? ''))
        return void connect((to) => to.request(incoming, response, headOf(incoming)));
      if (isElsewhere(incoming.url)) return void aggregate((to) => to.request(incoming, response, headOf(incoming)));
      receive(incoming, response, handler, batches);
    };
    const { accept = '', 'content-type': type } = incoming.headers;
    if (yaml !== undefined || !(isYaml(type) || type?.includes('yaml') || accept.includes('yaml'))) return serve();
    // Its default, not its names: those are lost when it is bundled.
    void import('yaml').then(({ default: library }) => {
      yaml = yamlOf(library);
      serve();
    });
  });
  server.on('upgrade', (incoming: IncomingMessage, socket: TLSSocket, head: Buffer) => {
    if (handler !== undefined && isConnection(incoming.url ?? ''))
      return void connect((to) => to.upgrade(incoming, socket, head, headOf(incoming)));
    const asked = handler;
    if (asked !== undefined && isLogSocket(incoming))
      return void import('./streams/log-socket.ts').then(({ serveLogSocket }) =>
        serveLogSocket(asked, incoming, socket, head, headOf(incoming)),
      );
    if (handler !== undefined && isElsewhere(incoming.url))
      return void aggregate((to) => to.upgrade(incoming, socket, head, headOf(incoming)));
    // Nothing else is upgraded: answered as if it had not been asked.
    const response = new ServerResponse(incoming);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.on('finish', () => socket.end());
    if (handler === undefined) notYet(response);
    else receive(incoming, response, handler, batches);
  });
  await listen(server, port, address);
  const bound = (server.address() as { port: number }).port;
  return {
    port: bound,
    url: `https://127.0.0.1:${bound}`,
    attach: (attached) => {
      api = attached;
      connections = undefined;
      aggregated = undefined;
      handler = new Handler(attached, {
        descriptions: loadDescriptions,
        yaml: () => yaml,
        gauges: processGauges,
        ...access,
      });
    },
    close,
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
/** Loaded only then: edge/streams/log-socket.ts. */
const isLogSocket = ({ url = '', headers }: IncomingMessage): boolean =>
  /^\/api\/v1\/namespaces\/[^/]+\/pods\/[^/]+\/log(?=\?|$)/.test(url) && headers.upgrade?.toLowerCase() === 'websocket';
function notYet(response: ServerResponse): void {
  const text = JSON.stringify(serviceUnavailable('the API server is starting', 1));
  const once = response.req.httpVersionMajor === 1 ? { connection: 'close' } : {};
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '1', ...once }).end(text);
}

const headOf = (incoming: IncomingMessage): HttpRequest => ({
  method: incoming.method ?? 'GET',
  url: incoming.url ?? '/',
  headers: incoming.headers as Record<string, string | undefined>,
  ...userOf(incoming),
  ...(incoming.socket?.remoteAddress === undefined
    ? {}
    : { from: incoming.socket.remoteAddress.replace(/^::ffff:/, '') }),
  ...(authorityOf(incoming) === undefined ? {} : { at: authorityOf(incoming)! }),
});
const authorityOf = ({ headers }: IncomingMessage): string | undefined =>
  headers.host ?? (headers[':authority'] as string | undefined);
function receive(incoming: IncomingMessage, response: ServerResponse, handler: Handler, batches: Batches): void {
  const parts: Buffer[] = [];
  let size = 0;
  let begun = false;
  const begin = (tooLarge: boolean): void => {
    if (begun || response.destroyed || isReset(incoming)) return;
    begun = true;
    if (tooLarge) refuseMore(incoming, response);
    const request: HttpRequest = {
      ...headOf(incoming),
      ...(size === 0 ? {} : { body: parts.length === 1 ? parts[0]! : Buffer.concat(parts) }),
      ...(tooLarge ? { tooLarge } : {}),
    };
    const stop = handler.handle(request, new HttpResponder(response, incoming.headers['accept-encoding'], batches));
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
  // HTTP/1.1 has its own limit (requestTimeout).
  if (incoming.httpVersionMajor > 1) incoming.setTimeout(REQUEST_MS, () => (begun ? undefined : response.destroy()));
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

/** A stream of HTTP/2 that its client has given up: its body seems to end, and nobody waits for an answer. */
const isReset = (incoming: IncomingMessage): boolean =>
  (incoming as { stream?: ServerHttp2Stream }).stream?.destroyed === true;
/** Nobody reads on: the connection ends with the answer, or the stream does. */
function refuseMore(incoming: IncomingMessage, response: ServerResponse): void {
  const { stream } = incoming as { stream?: ServerHttp2Stream };
  if (stream === undefined) response.shouldKeepAlive = false;
  else response.on('finish', () => stream.close(constants.NGHTTP2_NO_ERROR));
}
