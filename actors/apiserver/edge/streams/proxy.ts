//! A client's request handed on to a pod (through its node), to an endpoint that is no pod, or to a kubelet; its answer
//! handed back (apimachinery pkg/util/proxy). Bodies and upgraded connections pass as they come.
import { type IncomingMessage, type RequestOptions, type ServerResponse, request as send } from 'node:http';
import { connect } from 'node:net';
import type { Duplex as Socket } from 'node:stream';
import { connect as secure } from 'node:tls';
import { address, inbox } from '../../../../runtime/address.ts';
import type { Message } from '../../../../runtime/ports.ts';
import { ask } from '../../../../runtime/task.ts';
import { serviceUnavailable, statusOf } from '../../../api/status.ts';
import type { Status } from '../../../api/types/meta.ts';
import type { Backend } from '../../http/connect/backend.ts';
import { splitProxy } from '../../http/connect/door.ts';
import type { Target } from '../../http/connect/target.ts';
import type { Api } from '../../index.ts';
import type { KubeletReply } from '../../protocol.ts';
import { socketTo } from './line.ts';
import { refuseOn } from './upgrade.ts';

type Proxied = Extract<Target, { kind: 'proxy' }>;
type ToKubelet = Extract<Target, { kind: 'kubelet' }>;
type Headers = Record<string, string | string[]>;
/** About this connection, or about who asked us: not for the next one (RFC 9110, 7.6.1). */
const OWN =
  /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|authorization|impersonate-.*|http2-settings|:.*)$/i;
const KUBELET_MS = 10_000;

export function proxyRequest(
  api: Api,
  target: Proxied | ToKubelet,
  incoming: IncomingMessage,
  response: ServerResponse,
): void {
  if (target.kind === 'kubelet') return askKubelet(api, target, incoming, response);
  const { base, query } = splitProxy(incoming.url ?? '/');
  const { method = 'GET' } = incoming;
  if (target.path === '' && (method === 'GET' || method === 'HEAD')) {
    response.writeHead(301, { location: `${base}/${query}` }).end();
    return;
  }
  const refuse = (why: string): void => refused(response, unreachable(why));
  withSocket(api, target.backend, (socket, why) => {
    if (socket === undefined) return refuse(why);
    const outgoing = send(optionsOf(target, incoming, socket), (answer) => {
      response.writeHead(answer.statusCode ?? 502, headersBack(answer, base, incoming));
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    outgoing.on('error', (error) => (response.headersSent ? response.destroy() : refuse(error.message)));
    response.on('close', () => {
      outgoing.destroy();
      socket.destroy();
    });
    incoming.pipe(outgoing);
  });
}

/** A client that wants to speak something else with the backend: if that agrees, both are joined. */
export function proxyUpgrade(api: Api, target: Proxied, incoming: IncomingMessage, client: Socket, head: Buffer): void {
  withSocket(api, target.backend, (socket, why) => {
    if (socket === undefined) return refuseOn(client, unreachable(why));
    const options = optionsOf(target, incoming, socket);
    const upgrade = { connection: 'Upgrade', upgrade: incoming.headers.upgrade ?? '' };
    const outgoing = send({ ...options, headers: { ...(options.headers as Headers), ...upgrade } });
    outgoing.on('error', (error) => refuseOn(client, unreachable(error.message)));
    outgoing.on('upgrade', (answer, backend, first) => {
      client.write(headOf(answer));
      if (first.length > 0) client.write(first);
      if (head.length > 0) backend.write(head);
      join(client, backend);
      join(backend, client);
    });
    outgoing.on('response', (answer) => {
      client.write(headOf(answer, { connection: 'close' }));
      answer.pipe(client);
    });
    client.on('close', () => {
      outgoing.destroy();
      socket.destroy();
    });
    outgoing.end();
  });
}
function join(from: Socket, to: Socket): void {
  from.pipe(to);
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}
function headOf(answer: IncomingMessage, more: Headers = {}): string {
  const pairs: string[] = [];
  for (let i = 0; i < answer.rawHeaders.length; i += 2) {
    const name = answer.rawHeaders[i]!;
    if (more[name.toLowerCase()] === undefined && !/^transfer-encoding$/i.test(name))
      pairs.push(`${name}: ${answer.rawHeaders[i + 1]}`);
  }
  for (const [name, value] of Object.entries(more)) pairs.push(`${name}: ${String(value)}`);
  return `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n${pairs.join('\r\n')}\r\n\r\n`;
}

function withSocket(api: Api, backend: Backend, use: (socket: Socket | undefined, why: string) => void): void {
  const { scheme, ip, port, pod } = backend;
  const dressed = (socket: Socket): Socket =>
    // Nobody knows the certificates of pods: kube-apiserver does not look at them either.
    scheme === 'https' ? secure({ socket, rejectUnauthorized: false }).on('error', () => socket.destroy()) : socket;
  if (pod !== undefined && pod.node !== '') {
    socketTo(api, pod, port, (result) => {
      if (result.ok) use(dressed(result.value), '');
      else use(undefined, result.fault.message);
    });
    return;
  }
  const socket = connect({ host: ip, port });
  const failed = (error: Error): void => use(undefined, error.message);
  socket.once('error', failed);
  socket.once('connect', () => {
    socket.off('error', failed);
    use(dressed(socket), '');
  });
}
function optionsOf({ path }: Proxied, incoming: IncomingMessage, socket: Socket): RequestOptions {
  const { query } = splitProxy(incoming.url ?? '/');
  const headers: Headers = {};
  for (const [name, value] of Object.entries(incoming.headers))
    if (value !== undefined && !OWN.test(name)) headers[name] = value;
  const from = incoming.socket?.remoteAddress;
  const before = headers['x-forwarded-for'];
  if (from !== undefined) headers['x-forwarded-for'] = before === undefined ? from : `${String(before)}, ${from}`;
  headers['x-forwarded-uri'] = splitProxy(incoming.url ?? '/').base + path;
  headers['x-forwarded-host'] = incoming.headers.host ?? '';
  headers['x-forwarded-proto'] = 'https';
  return {
    method: incoming.method ?? 'GET',
    path: `${path === '' ? '/' : path}${query}`,
    headers,
    createConnection: () => socket as never,
  };
}
function headersBack(answer: IncomingMessage, base: string, incoming: IncomingMessage): Headers {
  const headers: Headers = {};
  for (const [name, value] of Object.entries(answer.headers))
    if (value !== undefined && !OWN.test(name)) headers[name] = value;
  const location = answer.headers.location;
  // A place on the same server is reached through us.
  if (location?.startsWith('/') && !location.startsWith('//')) headers['location'] = base + location;
  else if (location !== undefined && URL.canParse(location)) {
    const { host, pathname, search } = new URL(location);
    if (host === incoming.headers.host) headers['location'] = `${base}${pathname}${search}`;
  }
  return headers;
}

function askKubelet(api: Api, target: ToKubelet, incoming: IncomingMessage, response: ServerResponse): void {
  incoming.resume();
  const { engine } = api;
  const to = inbox(engine.cluster, address('kubelet', '', target.node));
  const request = { type: 'kubelet.get', path: target.path } as Message;
  const stop = api.run(ask<KubeletReply>(to, request, KUBELET_MS), (answer) => {
    if (!answer.ok) return refused(response, statusOf(answer.fault));
    if (answer.value.type !== 'kubelet.got') return refused(response, unreachable('the kubelet gave no answer'));
    const { code, contentType, body } = answer.value;
    response.writeHead(code, { 'content-type': contentType }).end(body);
  });
  response.on('close', stop);
}
const unreachable = (why: string): Status => serviceUnavailable(`error trying to reach service: ${why}`);
function refused(response: ServerResponse, status: Status): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status.code ?? 500, { 'content-type': 'application/json' }).end(JSON.stringify(status));
}
