//! The few calls that the bus needs of the nats package. Its successor would be another file like this one.
import { createRequire } from 'node:module';
import type { BusStatus } from '../ports.ts';

export interface WireMessage {
  readonly subject: string;
  /** '' when nobody waits. */
  readonly reply: string;
  readonly data: Uint8Array;
  /** The broker's word that nobody listens. */
  readonly unheard: boolean;
}
export interface Wire {
  readonly payloadMax: number;
  /** A subject prefix of our own. */
  readonly inbox: string;
  publish(subject: string, data: Uint8Array, reply?: string): void;
  subscribe(pattern: string, queue: string | undefined, handler: (message: WireMessage) => void): () => void;
  /** Resolves once the broker has everything sent before. */
  flush(): Promise<void>;
  onStatus(handler: (status: BusStatus) => void): void;
  close(): Promise<void>;
}
export interface WireOptions {
  readonly name?: string;
  /** How long the first connection may take. */
  readonly connectMs?: number;
}

const RECONNECT_MS = 200;
const PING_MS = 15_000;

/** Throws one sentence when there is no broker; once there was one it is looked for for ever. */
export async function connectWire(url: string, options: WireOptions = {}): Promise<Wire> {
  // Loaded here: a cluster in one process need not pay 60 ms for a client that it does not use.
  // Required, not imported: the package is CommonJS, and loaders differ in where they show its names.
  const { connect, createInbox } = createRequire(import.meta.url)('nats') as typeof import('nats');
  let connection: Awaited<ReturnType<typeof connect>>;
  try {
    connection = await connect({
      servers: url,
      ...(options.name === undefined ? {} : { name: options.name }),
      timeout: options.connectMs ?? 5_000,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
      pingInterval: PING_MS,
      noAsyncTraces: true,
    });
  } catch (error) {
    throw new Error(`cannot reach the NATS server at ${url}: ${(error as Error).message}`);
  }
  return {
    payloadMax: connection.info?.max_payload ?? 1_048_576,
    inbox: createInbox(),
    publish: (subject, data, reply) => connection.publish(subject, data, reply === undefined ? undefined : { reply }),
    subscribe: (pattern, queue, handler) => {
      const subscription = connection.subscribe(pattern, {
        ...(queue === undefined ? {} : { queue }),
        callback: (error, message) => {
          if (error) return;
          const unheard = message.data.length === 0 && message.headers?.code === 503;
          handler({ subject: message.subject, reply: message.reply ?? '', data: message.data, unheard });
        },
      });
      return () => connection.isClosed() || subscription.unsubscribe();
    },
    flush: () => connection.flush(),
    onStatus: async (handler) => {
      for await (const { type } of connection.status())
        if (type === 'disconnect') handler('disconnected');
        else if (type === 'reconnect') handler('connected');
    },
    close: () => connection.close(),
  };
}
