//! exec and attach over WebSocket: the first byte (or character) of a message is its channel
//! (k8s.io/streaming pkg/wsstream, client-go tools/remotecommand).
import type { WebSocket } from 'ws';
import type { Status } from '../../../api/types/meta.ts';
import { CHANNELS } from '../../../engine/protocol.ts';
import type { CommandClient, CommandEvents } from './command.ts';

/** Those with `base64` are text. Newest first; '' is `channel.k8s.io`. */
export const COMMAND_PROTOCOLS: readonly string[] = [
  'v5.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
  'v3.channel.k8s.io',
  'v3.base64.channel.k8s.io',
  'v2.channel.k8s.io',
  'v2.base64.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
];
/** Unsent bytes before the container has to wait. */
const UNSENT_MAX = 256 * 1024;
const [ERROR, NORMAL] = [3, 1000];

export function webSocketClient(
  socket: WebSocket,
  protocol: string,
  order: { readonly stdout: boolean; readonly stderr: boolean },
  events: CommandEvents,
): CommandClient {
  const version = Number(/^v(\d)/.exec(protocol)?.[1] ?? 1);
  const text = protocol.includes('base64');
  let blocked = false;
  let untaken = 0;
  const send = (channel: number, bytes: Uint8Array): boolean => {
    if (socket.readyState !== socket.OPEN) return true;
    const message = text
      ? `${channel}${Buffer.from(bytes).toString('base64')}`
      : Buffer.concat([Buffer.of(channel), bytes]);
    socket.send(message, { binary: !text }, () => {
      if (!blocked || socket.bufferedAmount > UNSENT_MAX / 2) return;
      blocked = false;
      events.onDrain();
    });
    blocked ||= socket.bufferedAmount > UNSENT_MAX;
    return !blocked;
  };
  socket.on('message', (data: Buffer) => {
    const bytes = text ? Buffer.from(data.subarray(1).toString(), 'base64') : data.subarray(1);
    const channel = text ? (data[0] ?? 0) - 0x30 : data[0];
    if (channel === CHANNELS.stdin && bytes.length > 0) {
      untaken += bytes.length;
      if (untaken > UNSENT_MAX) socket.pause();
      events.onStdin(bytes, () => {
        untaken -= bytes.length;
        if (untaken <= UNSENT_MAX && socket.isPaused) socket.resume();
      });
    } else if (channel === CHANNELS.close && version >= 5 && bytes[0] === CHANNELS.stdin) events.onStdinEnd();
    else if (channel === CHANNELS.resize && version >= 3) resized(bytes, events);
  });
  socket.on('close', () => events.onGone());
  socket.on('error', () => events.onGone());
  // An empty message: the connection stands. Clients wait for it.
  send(order.stdout ? CHANNELS.stdout : order.stderr ? CHANNELS.stderr : ERROR, new Uint8Array());
  events.onReady();
  return {
    write: (channel, bytes) => send(CHANNELS[channel], bytes),
    finish: (status) => {
      const said = lastWord(status, version);
      if (said !== '') send(ERROR, Buffer.from(said));
      socket.close(NORMAL);
    },
    hangUp: () => socket.terminate(),
  };
}
/** Since version 4 a Status; before, a sentence, and nothing when all went well. */
export const lastWord = (status: Status, version: number): string =>
  version >= 4 ? JSON.stringify(status) : status.status === 'Success' ? '' : (status.message ?? '');
/** As kubectl tells it: `{"Width":80,"Height":24}`. */
export function resized(bytes: Uint8Array, events: CommandEvents): void {
  try {
    const { Width, Height } = JSON.parse(Buffer.from(bytes).toString()) as { Width: number; Height: number };
    if (Width > 0 && Height > 0) events.onResize({ width: Width, height: Height });
  } catch {} // no size: nothing changes
}
