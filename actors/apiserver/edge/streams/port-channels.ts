//! port-forward as client libraries ask for it over a WebSocket: two channels a port of the query, one for what is sent
//! both ways, one for what went wrong; each begins with the port's number (pkg/kubelet portforward/websocket.go).
import type { WebSocket } from 'ws';
import type { PodOnNode } from '../../http/connect/target.ts';
import type { Api } from '../../index.ts';
import { forward } from './port-forward.ts';
import type { StreamEvents } from './spdy/connection.ts';

/** '' is the first. */
export const CHANNEL_PROTOCOLS: readonly string[] = ['v4.channel.k8s.io', 'v4.base64.channel.k8s.io'];
/** Two channels each, and a channel is a byte or a digit. */
const PORTS_MAX = 127;
/** Unsent or untaken bytes before the other side has to wait. */
const HELD_MAX = 256 * 1024;
const NORMAL = 1000;

/** `ports=80&ports=81,82`. A text is what is wrong with them. */
export function portsOf(url: string): readonly number[] | string {
  const texts = new URL(url, 'http://in').searchParams.getAll('ports').flatMap((text) => text.split(','));
  if (texts.length === 0) return 'query parameter "port" is required';
  const ports = texts.map(Number);
  const wrong = texts.find((_, i) => !Number.isInteger(ports[i]) || ports[i]! < 1 || ports[i]! > 65_535);
  if (wrong !== undefined) return `unable to parse ${JSON.stringify(wrong)} as a port`;
  return ports.length > PORTS_MAX ? `at most ${PORTS_MAX} ports` : ports;
}

export function forwardChannels(
  api: Api,
  pod: PodOnNode,
  ports: readonly number[],
  socket: WebSocket,
  protocol: string,
): void {
  const text = protocol.includes('base64');
  let open = ports.length;
  let blocked = false;
  let untaken = 0;
  const send = (channel: number, bytes: Uint8Array): boolean => {
    if (socket.readyState !== socket.OPEN) return true;
    const message = text
      ? `${channel}${Buffer.from(bytes).toString('base64')}`
      : Buffer.concat([Buffer.of(channel), bytes]);
    socket.send(message, { binary: !text }, () => {
      if (!blocked || socket.bufferedAmount > HELD_MAX / 2) return;
      blocked = false;
      for (const line of lines) line.onDrain();
    });
    blocked ||= socket.bufferedAmount > HELD_MAX;
    return !blocked;
  };
  const lines: StreamEvents[] = [];
  ports.forEach((port, i) => {
    const number = Uint8Array.of(port & 0xff, port >> 8);
    send(2 * i, number);
    send(2 * i + 1, number);
    const closed = (): void => {
      open--;
      if (open === 0) socket.close(NORMAL);
    };
    const data = { write: (bytes: Uint8Array) => send(2 * i, bytes), end: () => {}, reset: () => {} };
    const error = {
      end: (bytes?: Uint8Array) => {
        if (bytes !== undefined) send(2 * i + 1, bytes);
        closed();
      },
    };
    lines.push(forward(api, pod, port, data, error));
  });
  socket.on('message', (message: Buffer) => {
    const channel = text ? (message[0] ?? 0) - 0x30 : (message[0] ?? 0);
    const bytes = text ? Buffer.from(message.subarray(1).toString(), 'base64') : message.subarray(1);
    const line = channel % 2 === 0 ? lines[channel / 2] : undefined;
    if (line === undefined || bytes.length === 0) return;
    untaken += bytes.length;
    if (untaken > HELD_MAX) socket.pause();
    line.onData(bytes, () => {
      untaken -= bytes.length;
      if (untaken <= HELD_MAX && socket.isPaused) socket.resume();
    });
  });
  socket.on('close', () => {
    for (const line of lines) line.onGone();
  });
  socket.on('error', () => socket.terminate());
}
