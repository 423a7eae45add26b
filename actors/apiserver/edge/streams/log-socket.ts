//! A pod's log over WebSocket: a message a piece (k8s.io/streaming pkg/wsstream Reader).
import type { IncomingMessage } from 'node:http';
import type { Duplex as Socket } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Status } from '../../../api/types/meta.ts';
import type { Handler } from '../../http/handler.ts';
import type { HttpRequest, Responder } from '../../http/message.ts';
import { refuseOn } from './upgrade.ts';

/** The first has its pieces as base64 text. */
const PROTOCOLS: readonly string[] = ['base64.binary.k8s.io', 'binary.k8s.io'];

export async function serveLogSocket(
  handler: Handler,
  incoming: IncomingMessage,
  socket: Socket,
  first: Buffer,
  request: HttpRequest,
): Promise<void> {
  const { WebSocketServer } = await import('ws');
  const offered = (incoming.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  const protocol = PROTOCOLS.find((one) => offered.includes(one));
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: () => protocol ?? false,
  });
  socket.on('error', () => socket.destroy());
  let ws: WebSocket | undefined;
  let refusal = '';
  const send = (chunk: string | Uint8Array): void => {
    if (ws === undefined) refusal += String(chunk);
    else if (ws.readyState === ws.OPEN) {
      const bytes = Buffer.from(chunk as Uint8Array);
      ws.send(protocol === PROTOCOLS[0] ? bytes.toString('base64') : bytes, { binary: protocol !== PROTOCOLS[0] });
    }
  };
  const responder: Responder = {
    head: (code) => {
      if (code !== 200 || socket.destroyed) return;
      server.handleUpgrade(incoming, socket, first, (opened) => {
        ws = opened;
        opened.on('error', () => opened.terminate());
      });
    },
    write: send,
    end: (chunk) => {
      if (chunk !== undefined) send(chunk);
      if (ws !== undefined) ws.close(1000);
      else if (refusal !== '') refuseOn(socket, JSON.parse(refusal) as Status);
      else socket.destroy();
    },
    get waiting() {
      return ws?.bufferedAmount ?? 0;
    },
  };
  // Its answer is a Status in JSON, whatever the client takes.
  const stop = handler.handle({ ...request, headers: { ...request.headers, accept: 'application/json' } }, responder);
  socket.on('close', stop);
}
