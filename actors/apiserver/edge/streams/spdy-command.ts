//! exec and attach over SPDY: a stream a channel, told apart by the header `streamtype`.
import type { CommandClient, CommandEvents } from './command.ts';
import { type Carrier, SpdyConnection, type SpdyStream, type StreamEvents } from './spdy/connection.ts';
import { lastWord, resized } from './websocket.ts';

export const SPDY_COMMAND_PROTOCOLS: readonly string[] = [
  'v4.channel.k8s.io',
  'v3.channel.k8s.io',
  'v2.channel.k8s.io',
  'channel.k8s.io',
];
export interface SpdyCommand {
  readonly client: CommandClient;
  readonly connection: SpdyConnection;
}
interface Order {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}
const RESIZE_MAX = 4_096;

export function spdyClient(carrier: Carrier, protocol: string, order: Order, events: CommandEvents): SpdyCommand {
  const version = Number(/^v(\d)/.exec(protocol)?.[1] ?? 1);
  const { tty } = order;
  const expected = new Set([
    'error',
    ...(['stdin', 'stdout', 'stderr'] as const).filter((name) => order[name]),
    ...(tty && version >= 3 ? ['resize'] : []),
  ]);
  const streams = new Map<string, SpdyStream>();
  const blocked = new Set<SpdyStream>();
  const drained = (stream: SpdyStream): void => {
    if (blocked.delete(stream) && blocked.size === 0) events.onDrain();
  };
  const handlers = (name: string, stream: SpdyStream): StreamEvents => {
    let sizes = '';
    return {
      onData: (bytes, taken) => {
        if (name === 'stdin') return events.onStdin(bytes, taken);
        taken();
        if (name !== 'resize') return;
        // One JSON object after the other, however they are cut.
        sizes = (sizes + Buffer.from(bytes).toString()).slice(-RESIZE_MAX);
        for (let end = sizes.indexOf('}'); end >= 0; end = sizes.indexOf('}')) {
          resized(Buffer.from(sizes.slice(0, end + 1)), events);
          sizes = sizes.slice(end + 1);
        }
      },
      onEnd: () => {
        if (name === 'stdin') events.onStdinEnd();
      },
      onDrain: () => drained(stream),
      onGone: () => {
        if (connection.over) events.onGone();
        else drained(stream);
      },
    };
  };
  const connection = new SpdyConnection(carrier, {
    onStream: (stream) => {
      const name = stream.headers.get('streamtype') ?? '';
      if (!expected.has(name) || streams.has(name)) return `no stream ${name} was expected`;
      streams.set(name, stream);
      if (streams.size === expected.size) queueMicrotask(() => events.onReady());
      return handlers(name, stream);
    },
  });
  return {
    connection,
    client: {
      write: (channel, bytes) => {
        const stream = streams.get(channel);
        if (stream === undefined || stream.write(bytes)) return true;
        blocked.add(stream);
        return false;
      },
      finish: (status) => {
        for (const name of ['stdout', 'stderr']) streams.get(name)?.end();
        streams.get('error')?.end(Buffer.from(lastWord(status, version)));
        connection.close();
      },
      hangUp: () => connection.close(),
    },
  };
}
