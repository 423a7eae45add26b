//! From a request to a connection of bytes: the answer 101, or a refusal, and what carries the bytes then.
import { STATUS_CODES } from 'node:http';
import type { Duplex as Socket } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Status } from '../../../api/types/meta.ts';
import type { Carrier } from './spdy/connection.ts';

const UNSENT_MAX = 256 * 1024;

export function switchTo(socket: Socket, protocol: string, headers: Readonly<Record<string, string>>): void {
  const lines = Object.entries({ connection: 'Upgrade', upgrade: protocol, ...headers });
  const text = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${text}\r\n`);
}
export function refuseOn(socket: Socket, status: Status): void {
  if (socket.destroyed || !socket.writable) return;
  const code = status.code ?? 500;
  const body = JSON.stringify(status);
  const head = [
    `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? 'Error'}`,
    'content-type: application/json',
    'cache-control: no-cache, private',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

export const socketCarrier = (socket: Socket): Carrier => ({
  write: (bytes) => {
    if (socket.destroyed || socket.writableEnded) return true;
    socket.write(bytes);
    return socket.writableLength <= UNSENT_MAX;
  },
  pause: () => void socket.pause(),
  resume: () => void socket.resume(),
  end: () => void socket.end(),
});
export function webSocketCarrier(ws: WebSocket, drained: () => void): Carrier {
  let blocked = false;
  return {
    write: (bytes) => {
      if (ws.readyState !== ws.OPEN) return true;
      ws.send(bytes, { binary: true }, () => {
        if (!blocked || ws.bufferedAmount > UNSENT_MAX / 2) return;
        blocked = false;
        drained();
      });
      blocked ||= ws.bufferedAmount > UNSENT_MAX;
      return !blocked;
    },
    pause: () => ws.pause(),
    resume: () => ws.resume(),
    end: () => ws.close(1000),
  };
}
