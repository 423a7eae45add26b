//! A gRPC client that costs little: HTTP/2 by hand, nothing read of a response but its messages. With a full client
//! the benchmark would measure the client. Plain text, no compression, headers are never decoded.
import { connect, type Socket } from 'node:net';
import { END_STREAM, FRAME_HEADER, Frame, frame, uint32 } from './frame.ts';
import { Sender } from './sender.ts';

export type Done = (reply: Uint8Array | undefined) => void;
interface Open {
  readonly id: number;
  readonly path: string;
  readonly message: (bytes: Uint8Array) => void;
  readonly end: () => void;
  /** Of a message that came in part. */
  rest: Buffer;
  unreported: number;
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const ACK = 1;
const END_HEADERS = 4;
const INITIAL_WINDOW = 4;
const MAX_STREAMS = 3;
const WINDOW = 2 ** 31 - 1;
const DEFAULT_WINDOW = 65_535;
/** How much may come in before the window is opened again. */
const REPORT_BYTES = 2 ** 29;
const GRPC_PREFIX = 5;

export class Wire {
  readonly #socket: Socket;
  readonly #sender: Sender;
  readonly #authority: string;
  readonly #open = new Map<number, Open>();
  readonly #paths = new Map<string, Buffer>();
  #nextId = 1;
  #rest: Buffer = Buffer.alloc(0);
  #unreported = 0;
  #failure: ((error: Error) => void) | undefined;

  private constructor(socket: Socket, authority: string) {
    this.#socket = socket;
    this.#authority = authority;
    this.#sender = new Sender((bytes) => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  /** `onFailure` hears of a connection that broke, once. Without it that is an uncaught error. */
  static connect(authority: string, onFailure?: (error: Error) => void): Promise<Wire> {
    const [host, port] = authority.split(':');
    return new Promise((resolve, reject) => {
      const socket = connect({ host: host!, port: Number(port), noDelay: true }, () => {
        const wire = new Wire(socket, authority);
        wire.#failure = onFailure;
        socket.off('error', reject);
        const settings = Buffer.alloc(6);
        settings.writeUInt16BE(INITIAL_WINDOW, 0);
        settings.writeUInt32BE(WINDOW, 2);
        socket.write(
          Buffer.concat([
            PREFACE,
            frame(Frame.settings, 0, 0, settings),
            frame(Frame.windowUpdate, 0, 0, uint32(WINDOW - DEFAULT_WINDOW)),
          ]),
        );
        resolve(wire);
      });
      socket.once('error', reject);
    });
  }

  /** `done` gets the reply's bytes, or undefined when the server answered with an error. */
  unary(path: string, message: Uint8Array, done: Done): void {
    let reply: Uint8Array | undefined;
    const id = this.#start(
      path,
      (bytes) => {
        reply = bytes;
      },
      () => done(reply),
    );
    this.#sender.data(id, grpc(message), true);
  }

  /** A stream both ways; returns how to send on it. */
  stream(path: string, message: (bytes: Uint8Array) => void, end: () => void): (message: Uint8Array) => void {
    const id = this.#start(path, message, end);
    return (bytes) => this.#sender.data(id, grpc(bytes), false);
  }

  close(): void {
    this.#failure = () => {};
    this.#socket.destroy();
  }

  #start(path: string, message: Open['message'], end: Open['end']): number {
    const id = this.#nextId;
    this.#nextId += 2;
    this.#open.set(id, { id, path, message, end, rest: EMPTY, unreported: 0 });
    this.#sender.start(id, frame(Frame.headers, END_HEADERS, id, this.#block(path)));
    return id;
  }

  /** RFC 7541: indexed fields and literals that are not remembered, so that a block is the same bytes each time. */
  #block(path: string): Buffer {
    const known = this.#paths.get(path);
    if (known !== undefined) return known;
    const block = Buffer.concat([
      Buffer.from([0x83, 0x86]), // :method POST, :scheme http
      Buffer.from([0x04]), // :path
      literal(path),
      Buffer.from([0x01]), // :authority
      literal(this.#authority),
      Buffer.from([0x0f, 0x10]), // content-type
      literal('application/grpc'),
      Buffer.from([0x00]),
      literal('te'),
      literal('trailers'),
    ]);
    this.#paths.set(path, block);
    return block;
  }

  #received(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= FRAME_HEADER) {
      const length = bytes.readUIntBE(at, 3);
      if (bytes.length - at < FRAME_HEADER + length) break;
      const payload = bytes.subarray(at + FRAME_HEADER, at + FRAME_HEADER + length);
      this.#frame(bytes[at + 3]!, bytes[at + 4]!, bytes.readUInt32BE(at + 5) & WINDOW, payload);
      at += FRAME_HEADER + length;
    }
    this.#rest = bytes.subarray(at);
  }

  #frame(type: number, flags: number, id: number, payload: Buffer): void {
    const open = this.#open.get(id);
    switch (type) {
      case Frame.data:
        this.#count(open, payload.length);
        if (open) messages(open, payload);
        break;
      case Frame.settings:
        if (flags & ACK) return;
        for (let at = 0; at < payload.length; at += 6) {
          const [name, value] = [payload.readUInt16BE(at), payload.readUInt32BE(at + 2)];
          if (name === INITIAL_WINDOW) this.#sender.initialWindow(value);
          if (name === MAX_STREAMS) this.#sender.maxStreams(value);
        }
        this.#socket.write(frame(Frame.settings, ACK, 0, EMPTY));
        return;
      case Frame.ping:
        if (!(flags & ACK)) this.#socket.write(frame(Frame.ping, ACK, 0, payload));
        return;
      case Frame.windowUpdate:
        return this.#sender.opened(id, payload.readUInt32BE(0));
      case Frame.goAway:
        return this.#fail(new Error(`the server goes away: ${payload.subarray(8).toString('latin1')}`));
    }
    const ended = type === Frame.reset || ((type === Frame.data || type === Frame.headers) && flags & END_STREAM);
    if (!ended || open === undefined) return;
    this.#open.delete(id);
    this.#sender.ended(id);
    open.end();
  }

  #count(open: Open | undefined, bytes: number): void {
    this.#unreported += bytes;
    if (this.#unreported > REPORT_BYTES) {
      this.#socket.write(frame(Frame.windowUpdate, 0, 0, uint32(this.#unreported)));
      this.#unreported = 0;
    }
    if (open === undefined) return;
    open.unreported += bytes;
    if (open.unreported <= REPORT_BYTES) return;
    this.#socket.write(frame(Frame.windowUpdate, 0, open.id, uint32(open.unreported)));
    open.unreported = 0;
  }

  #fail(error: Error): void {
    const told = this.#failure;
    this.#failure = () => {};
    this.#socket.destroy();
    if (told === undefined) throw error;
    told(error);
  }
}

const EMPTY: Buffer = Buffer.alloc(0);

function messages(open: Open, payload: Buffer): void {
  let bytes = open.rest.length === 0 ? payload : Buffer.concat([open.rest, payload]);
  while (bytes.length >= GRPC_PREFIX) {
    const end = GRPC_PREFIX + bytes.readUInt32BE(1);
    if (bytes.length < end) break;
    open.message(bytes.subarray(GRPC_PREFIX, end));
    bytes = bytes.subarray(end);
  }
  open.rest = bytes;
}

function grpc(message: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(GRPC_PREFIX + message.length);
  bytes[0] = 0;
  bytes.writeUInt32BE(message.length, 1);
  bytes.set(message, GRPC_PREFIX);
  return bytes;
}
/** Shorter than 127 bytes, which one byte of length can say. */
const literal = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')]);
