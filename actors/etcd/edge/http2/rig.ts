//! A server of a few calls, and a peer that says what it likes, for the tests beside.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Client, type ClientUnaryCall, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import type { Accept, Call } from './call.ts';
import type { ConnectionLimits } from './connection.ts';
import { Flag, FRAME_HEADER, Frame, frame, PREFACE, settings, uint32 } from './frame.ts';
import { GrpcServer, type GrpcServerOptions } from './server.ts';

export interface Served {
  readonly server: GrpcServer;
  readonly port: number;
  /** Calls of `/test/held` that nobody has answered, and how many were canceled. */
  readonly held: Call[];
  readonly canceled: string[];
  /** Fails when the server does not answer an honest client any more. */
  alive(): Promise<void>;
  close(): Promise<void>;
}

export async function serve(
  limits: Partial<ConnectionLimits> = {},
  more: Partial<GrpcServerOptions> = {},
): Promise<Served> {
  const held: Call[] = [];
  const canceled: string[] = [];
  const accept: Accept = (call) => {
    let last: Uint8Array = Buffer.alloc(0);
    const streams = call.path === '/test/stream';
    if (call.path === '/test/held') held.push(call);
    return {
      message: (bytes) => {
        last = Buffer.from(bytes);
        if (streams) call.send(last);
      },
      halfClosed: () => {
        if (call.path === '/test/echo') call.reply(last);
        else if (call.path === '/test/metadata') call.reply(Buffer.from(call.metadata('who') ?? 'nobody'));
        else if (streams) call.end(0);
        else if (call.path !== '/test/held') call.end(12, `no ${call.path}: 100 % ünknown`);
      },
      canceled: () => canceled.push(call.path),
    };
  };
  const server = new GrpcServer({ accept, limits, ...more });
  const port = await new Promise<number>((resolve, reject) =>
    server.listen(0, '127.0.0.1', (result) => (typeof result === 'number' ? resolve(result) : reject(result))),
  );
  return {
    server,
    port,
    held,
    canceled,
    alive: async () => {
      const client = realClient(port);
      const answer = await unary(client, '/test/echo', Buffer.from('there?'));
      client.close();
      if (String(answer) !== 'there?') throw new Error(`answered ${answer}`);
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

const same = (bytes: Buffer): Buffer => bytes;
export const realClient = (port: number, secured = credentials.createInsecure()): Client =>
  new Client(`localhost:${port}`, secured, { 'grpc.max_receive_message_length': -1 });
export const unary = (
  client: Client,
  path: string,
  message: Buffer,
  metadata = new Metadata(),
  started: (call: ClientUnaryCall) => void = () => {},
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const answered = (error: ServiceError | null, reply?: Buffer): void => (error ? reject(error) : resolve(reply!));
    started(client.makeUnaryRequest(path, same, same, message, metadata, { deadline: Date.now() + 20_000 }, answered));
  });
export const bidi = (client: Client, path: string) => client.makeBidiStreamRequest(path, same, same);

export interface Seen {
  readonly type: number;
  readonly flags: number;
  readonly id: number;
  readonly payload: Buffer;
}

/** Speaks frames; reads all that comes unless it was paused. */
export class Peer {
  readonly socket: Socket;
  readonly seen: Seen[] = [];
  readonly closed: Promise<void>;
  #rest: Buffer = Buffer.alloc(0);
  #waiting: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', () => resolve()));
    socket.on('error', () => {});
    socket.on('close', () => this.#wake());
    socket.on('data', (chunk: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      while (this.#rest.length >= FRAME_HEADER) {
        const end = FRAME_HEADER + this.#rest.readUIntBE(0, 3);
        if (this.#rest.length < end) break;
        const payload = this.#rest.subarray(FRAME_HEADER, end);
        this.seen.push({ type: this.#rest[3]!, flags: this.#rest[4]!, id: this.#rest.readUInt32BE(5), payload });
        this.#rest = this.#rest.subarray(end);
      }
      this.#wake();
    });
  }
  static async connect(port: number, greeting: readonly Uint8Array[] = [PREFACE, settings([])]): Promise<Peer> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const peer = new Peer(socket);
    peer.say(...greeting);
    return peer;
  }
  say(...frames: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(frames));
  }
  /** The first frame that fits; fails when the connection ends before. */
  async until(fits: (frame: Seen) => boolean): Promise<Seen> {
    for (;;) {
      const found = this.seen.find(fits);
      if (found !== undefined) return found;
      if (this.socket.closed) throw new Error('the connection ended before');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
  async goneWith(): Promise<number> {
    return (await this.until(({ type }) => type === Frame.goAway)).payload.readUInt32BE(4);
  }
  async resetWith(stream: number): Promise<number> {
    return (await this.until(({ type, id }) => type === Frame.reset && id === stream)).payload.readUInt32BE(0);
  }
  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

const plain = (name: string, value: string): Buffer =>
  Buffer.concat([Buffer.from([0, name.length]), Buffer.from(name), Buffer.from([value.length]), Buffer.from(value)]);
/** The header block of a call. */
export const block = (path: string, method = 'POST', type = 'application/grpc'): Buffer =>
  Buffer.concat([plain(':method', method), plain(':path', path), plain('content-type', type)]);
export const begin = (id: number, path: string, flags: number = Flag.endHeaders): Buffer =>
  frame(Frame.headers, flags, id, block(path));
export const data = (id: number, message: Uint8Array, flags = 0): Buffer =>
  frame(Frame.data, flags, id, Buffer.concat([Buffer.from([0]), uint32(message.length), message]));
