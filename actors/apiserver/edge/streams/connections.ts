//! Requests that become connections: exec, attach, port-forward, and proxies of pods, services and nodes.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex as Socket } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Fault } from '../../../../runtime/fault.ts';
import type { Stop } from '../../../../runtime/ports.ts';
import { uuid } from '../../../../runtime/random.ts';
import { badRequest, failure, statusOf } from '../../../api/status.ts';
import type { Status } from '../../../api/types/meta.ts';
import { type Authenticator, openDoor } from '../../http/connect/door.ts';
import type { Target } from '../../http/connect/target.ts';
import type { HttpRequest } from '../../http/message.ts';
import type { Api } from '../../index.ts';
import { witnessResponse, witnessSocket } from '../witness.ts';
import { type CommandTarget, connectCommand } from './command.ts';
import { CHANNEL_PROTOCOLS, forwardChannels, portsOf } from './port-channels.ts';
import { FORWARD_PROTOCOL, forwardPorts, TUNNEL_PROTOCOL } from './port-forward.ts';
import { proxyRequest, proxyUpgrade } from './proxy.ts';
import { SPDY_COMMAND_PROTOCOLS, spdyClient } from './spdy-command.ts';
import { refuseOn, socketCarrier, switchTo, webSocketCarrier } from './upgrade.ts';
import { COMMAND_PROTOCOLS, webSocketClient } from './websocket.ts';

type PortForward = Extract<Target, { kind: 'portforward' }>;
interface Upgrading {
  readonly incoming: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
}
/** Bytes of one message: clients send at most 32 KiB. */
const MESSAGE_MAX = 4 * 1024 * 1024;

export class Connections {
  readonly #api: Api;
  readonly #door: Authenticator;
  constructor(api: Api, door: Authenticator) {
    this.#api = api;
    this.#door = door;
  }

  /** Without an upgrade: a proxied request, or one that should have asked for one. */
  request(incoming: IncomingMessage, response: ServerResponse, request: HttpRequest): void {
    const stop = this.#open(request, (result, audit) => {
      witnessResponse(response, audit, true);
      if (!result.ok) return answer(response, statusOf(result.fault));
      const target = result.value;
      if (target.kind === 'proxy' || target.kind === 'kubelet')
        return proxyRequest(this.#api, target, incoming, response);
      answer(response, badRequest('Upgrade request required'));
    });
    response.on('close', stop);
  }
  upgrade(incoming: IncomingMessage, socket: Socket, head: Buffer, request: HttpRequest): void {
    const upgrading = { incoming, socket, head };
    socket.on('error', () => socket.destroy());
    const stop = this.#open(request, (result, audit) => {
      witnessSocket(socket, audit);
      if (!result.ok) return refuseOn(socket, statusOf(result.fault));
      const target = result.value;
      switch (target.kind) {
        case 'proxy':
          return proxyUpgrade(this.#api, target, incoming, socket, head);
        case 'kubelet':
          return refuseOn(socket, badRequest('a kubelet upgrades no connection'));
        case 'command':
          return this.#command(upgrading, target);
        case 'portforward':
          return this.#forward(upgrading, target);
      }
    });
    socket.on('close', stop);
  }
  #open(request: HttpRequest, done: Parameters<typeof openDoor>[4]): Stop {
    return openDoor(this.#api, this.#door, request, `connect:${uuid(this.#api.engine.random)}`, done);
  }

  #command(upgrading: Upgrading, target: CommandTarget): void {
    const { incoming, socket } = upgrading;
    const offered = protocolsOf(incoming);
    const { order } = target.request;
    const refused = (fault: Fault): void => refuseOn(socket, kubeletStatus(fault));
    const gone = (stop: Stop): void => void socket.on('close', stop);
    if (isWebSocket(incoming)) {
      const protocol = offered.length === 0 ? '' : COMMAND_PROTOCOLS.find((one) => offered.includes(one));
      if (protocol === undefined) return refuseOn(socket, noProtocol(offered, COMMAND_PROTOCOLS));
      return void this.#webSocket(upgrading, protocol, (accept) => {
        gone(
          connectCommand(
            this.#api,
            target,
            (events) => {
              const later = lateClient();
              accept((ws) => later.is(webSocketClient(ws, protocol, order, events)));
              return later;
            },
            refused,
            () => {},
          ),
        );
      });
    }
    const protocol =
      offered.length === 0 ? 'channel.k8s.io' : SPDY_COMMAND_PROTOCOLS.find((one) => offered.includes(one));
    if (protocol === undefined) return refuseOn(socket, noProtocol(offered, SPDY_COMMAND_PROTOCOLS));
    gone(
      connectCommand(
        this.#api,
        target,
        (events) => {
          switchTo(socket, 'SPDY/3.1', { 'x-stream-protocol-version': protocol });
          const { client, connection } = spdyClient(socketCarrier(socket), protocol, order, events);
          carry(upgrading, connection);
          return client;
        },
        refused,
        () => {},
      ),
    );
  }
  #forward(upgrading: Upgrading, { pod }: PortForward): void {
    const { incoming, socket } = upgrading;
    const offered = protocolsOf(incoming);
    if (isWebSocket(incoming)) {
      if (!offered.includes(TUNNEL_PROTOCOL)) return this.#channels(upgrading, pod, offered);
      return void this.#webSocket(upgrading, TUNNEL_PROTOCOL, (accept) =>
        accept((ws) => {
          const connection = forwardPorts(
            this.#api,
            pod,
            webSocketCarrier(ws, () => connection.drained()),
          );
          ws.on('message', (data: Buffer) => connection.take(data));
          ws.on('close', () => connection.gone());
          ws.on('error', () => ws.terminate());
        }),
      );
    }
    if (offered.length > 0 && !offered.includes(FORWARD_PROTOCOL))
      return refuseOn(socket, noProtocol(offered, [FORWARD_PROTOCOL]));
    switchTo(socket, 'SPDY/3.1', { 'x-stream-protocol-version': FORWARD_PROTOCOL });
    carry(upgrading, forwardPorts(this.#api, pod, socketCarrier(socket)));
  }
  #channels(upgrading: Upgrading, pod: PortForward['pod'], offered: readonly string[]): void {
    const protocol = offered.length === 0 ? '' : CHANNEL_PROTOCOLS.find((one) => offered.includes(one));
    if (protocol === undefined)
      return refuseOn(upgrading.socket, noProtocol(offered, [TUNNEL_PROTOCOL, ...CHANNEL_PROTOCOLS]));
    const ports = portsOf(upgrading.incoming.url ?? '');
    if (typeof ports === 'string') return refuseOn(upgrading.socket, badRequest(ports));
    this.#webSocket(upgrading, protocol, (accept) =>
      accept((ws) => forwardChannels(this.#api, pod, ports, ws, protocol)),
    );
  }
  /** The library is loaded by the first who speaks it. */
  async #webSocket(
    { incoming, socket, head }: Upgrading,
    protocol: string,
    begin: (accept: (use: (ws: WebSocket) => void) => void) => void,
  ): Promise<void> {
    const { WebSocketServer } = await import('ws');
    const server = new WebSocketServer({
      noServer: true,
      maxPayload: MESSAGE_MAX,
      perMessageDeflate: false,
    });
    // The library lets no slash through, which `SPDY/3.1+portforward.k8s.io` has: what is agreed on is said past it.
    delete incoming.headers['sec-websocket-protocol'];
    if (protocol !== '') server.on('headers', (headers) => headers.push(`Sec-WebSocket-Protocol: ${protocol}`));
    begin((use) => {
      if (!socket.destroyed) server.handleUpgrade(incoming, socket, head, use);
    });
  }
}

type Client = ReturnType<typeof webSocketClient>;
/** The handshake calls back at once, but from inside the making of its own client. */
function lateClient(): Client & { is(client: Client): void } {
  let client: Client | undefined;
  return {
    is: (real) => {
      client = real;
    },
    write: (channel, bytes) => client?.write(channel, bytes) ?? true,
    finish: (status) => client?.finish(status),
    hangUp: () => client?.hangUp(),
  };
}
function carry(
  { socket, head }: Upgrading,
  connection: { take(bytes: Uint8Array): void; drained(): void; gone(): void },
): void {
  socket.on('data', (bytes: Buffer) => connection.take(bytes));
  socket.on('drain', () => connection.drained());
  socket.on('end', () => socket.end());
  socket.on('close', () => connection.gone());
  if (head.length > 0) connection.take(head);
}
const isWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === 'websocket';
/** Of a WebSocket, or as SPDY clients name theirs: a header each, or several in one. */
const protocolsOf = ({ headers }: IncomingMessage): readonly string[] =>
  [headers['sec-websocket-protocol'] ?? headers['x-stream-protocol-version'] ?? []]
    .flat()
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
const noProtocol = (offered: readonly string[], served: readonly string[]): Status =>
  failure(
    403,
    'Forbidden',
    `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], ` +
      `server accepts [${served.join(' ')}]`,
  );
/** What a kubelet answers before the upgrade reaches the client as an error of the server. */
const kubeletStatus = (fault: Fault): Status =>
  fault.reason === 'NotFound' || fault.reason === 'InternalError' || fault.reason === 'Unavailable'
    ? failure(500, 'InternalError', fault.message)
    : statusOf(fault);
function answer(response: ServerResponse, status: Status): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(status);
  response.writeHead(status.code ?? 500, {
    'content-type': 'application/json',
    'cache-control': 'no-cache, private',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
