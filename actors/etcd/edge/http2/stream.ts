//! One call on a connection: the messages that came in, and what waits for the client's window.
import type { Socket } from 'node:net';
import type { Call, CallHandler } from './call.ts';
import { Code, Flag, FRAME_BYTES_MAX, Frame, frame, Http2Error, WINDOW_MAX } from './frame.ts';
import type { Headers } from './hpack.ts';
import { GRPC_PREFIX, HEADERS, prefixed, trailers, wholeReply } from './response.ts';

/** What a stream needs of its connection. */
export interface Carrier {
  readonly socket: Socket;
  /** What the connection's window still lets through. */
  window: number;
  /** Whether the socket takes what it is given; false while it is behind. */
  readonly flowing: boolean;
  write(bytes: Buffer): void;
  /** `bytes` more (or, negative, fewer) are kept for streams, either way. */
  hold(bytes: number, stream: StreamCall): void;
  /** The stream sends and receives no more. */
  closed(stream: StreamCall): void;
  /** The answering of it is over. */
  finished(stream: StreamCall): void;
}
export interface StreamLimits {
  /** Of one message. As etcd: its request limit and 512 KiB (server/embed). */
  readonly messageBytes: number;
  /** What a client may send before we say that it may go on. */
  readonly windowBytes: number;
  /** What waits for a slow reader before `send` says so. */
  readonly pendingBytes: number;
}
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;

export class StreamCall implements Call {
  readonly id: number;
  readonly path: string;
  onDrain: (() => void) | undefined;
  handler: CallHandler | undefined;
  window: number;
  readonly #carrier: Carrier;
  readonly #limits: StreamLimits;
  readonly #headers: Headers;
  #remoteEnded = false;
  /** Nothing more goes out: everything is sent, or the stream was reset. */
  #localEnded = false;
  #finished = false;
  #responded = false;
  #trailers: Buffer | undefined;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #slow = false;
  #parts: Buffer[] = [];
  #have = 0;
  #need = GRPC_PREFIX;
  #consumed = 0;
  #inWindow: number;

  constructor(id: number, path: string, headers: Headers, carrier: Carrier, window: number, limits: StreamLimits) {
    this.id = id;
    this.path = path;
    this.window = window;
    this.#headers = headers;
    this.#carrier = carrier;
    this.#limits = limits;
    this.#inWindow = limits.windowBytes;
  }

  get socket(): Socket {
    return this.#carrier.socket;
  }
  get isClosed(): boolean {
    return this.#localEnded && this.#remoteEnded;
  }
  get waits(): boolean {
    return this.#pending.length > 0 || (this.#trailers !== undefined && !this.#localEnded);
  }
  metadata(name: string): string | undefined {
    return this.#headers.find(([known]) => known === name)?.[1];
  }

  // What comes in.

  /** `length`: of the frame's whole payload, which the window counts. */
  received(payload: Buffer, length: number): void {
    this.#inWindow -= length;
    if (this.#inWindow < 0) throw new Http2Error(Code.flowControl, 'more data than the window allows', this.id);
    this.#consumed += length;
    if (this.#localEnded || this.#trailers !== undefined) return; // answered already: nobody reads it
    this.#take(payload);
    if (this.#consumed * 2 < this.#limits.windowBytes || this.#remoteEnded || this.#localEnded) return;
    const increment = Buffer.alloc(4);
    increment.writeUInt32BE(this.#consumed);
    this.#carrier.write(frame(Frame.windowUpdate, 0, this.id, increment));
    this.#inWindow += this.#consumed;
    this.#consumed = 0;
  }
  remoteEnd(): void {
    if (this.#remoteEnded) throw new Http2Error(Code.streamClosed, 'data after the end', this.id);
    this.#remoteEnded = true;
    if (this.#have > 0 && !this.#finished) this.end(13, 'the request ends inside a message');
    else if (!this.#finished) this.handler?.halfClosed();
    if (this.isClosed) this.#close();
  }
  get remoteEnded(): boolean {
    return this.#remoteEnded;
  }
  /** It was reset, or its connection is gone. */
  abort(): void {
    if (this.isClosed) return;
    this.#remoteEnded = true;
    this.#localEnded = true;
    this.#drop();
    this.#close();
    if (!this.#finished) this.handler?.canceled();
  }

  #take(payload: Buffer): void {
    let bytes = payload;
    if (this.#have > 0) {
      this.#parts.push(payload);
      this.#have += payload.length;
      this.#carrier.hold(payload.length, this);
      if (this.#have < this.#need) return;
      bytes = Buffer.concat(this.#parts);
      this.#carrier.hold(-this.#have, this);
      this.#parts = [];
      this.#have = 0;
    }
    while (bytes.length >= GRPC_PREFIX) {
      const length = bytes.readUInt32BE(1);
      if (bytes[0] !== 0) return this.end(UNIMPLEMENTED, 'grpc: messages are not taken compressed');
      if (length > this.#limits.messageBytes)
        return this.end(
          RESOURCE_EXHAUSTED,
          `grpc: received message larger than max (${length} vs. ${this.#limits.messageBytes})`,
        );
      this.#need = GRPC_PREFIX + length;
      if (bytes.length < this.#need) break;
      const message = bytes.subarray(GRPC_PREFIX, this.#need);
      bytes = bytes.subarray(this.#need);
      this.#need = GRPC_PREFIX;
      this.handler?.message(message);
      if (this.#localEnded || this.#trailers !== undefined) return;
    }
    if (bytes.length === 0) return;
    // A copy: it would keep the whole of what the socket read.
    this.#parts = [Buffer.from(bytes)];
    this.#have = bytes.length;
    this.#carrier.hold(bytes.length, this);
  }

  // What goes out.

  reply(message: Uint8Array): void {
    const bytes = message.length + GRPC_PREFIX;
    const fits = bytes <= FRAME_BYTES_MAX && bytes <= this.window && bytes <= this.#carrier.window;
    if (!fits || this.#responded || this.#localEnded || this.#trailers !== undefined || !this.#remoteEnded) {
      this.send(message);
      this.end(0);
      return;
    }
    this.window -= bytes;
    this.#carrier.window -= bytes;
    this.#responded = true;
    this.#localEnded = true;
    this.#carrier.write(wholeReply(this.id, message));
    this.#close();
    this.#finish();
  }
  send(message: Uint8Array, more?: Uint8Array): boolean {
    if (this.#localEnded || this.#trailers !== undefined) return true;
    const bytes = prefixed(message, more);
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    this.#carrier.hold(bytes.length, this);
    this.pump();
    this.#slow ||= this.#pendingBytes > this.#limits.pendingBytes || !this.#carrier.flowing;
    return !this.#slow;
  }
  end(code: number, message = ''): void {
    if (this.#finished) return;
    if (!this.#localEnded) {
      this.#trailers = trailers(code, message);
      this.pump();
    }
    this.#finish();
  }

  opened(bytes: number): void {
    if (this.window + bytes > WINDOW_MAX) throw new Http2Error(Code.flowControl, 'a window of 2^31', this.id);
    this.window += bytes;
  }
  /** Sends what the windows allow. */
  pump(): void {
    if (this.#localEnded) return;
    if (!this.#responded && this.waits) {
      this.#responded = true;
      this.#carrier.write(frame(Frame.headers, Flag.endHeaders, this.id, HEADERS));
    }
    while (this.#pending.length > 0) {
      const first = this.#pending[0]!;
      const size = Math.min(FRAME_BYTES_MAX, first.length, this.window, this.#carrier.window);
      if (size <= 0) return;
      this.#carrier.write(frame(Frame.data, 0, this.id, first.subarray(0, size)));
      this.window -= size;
      this.#carrier.window -= size;
      this.#pendingBytes -= size;
      this.#carrier.hold(-size, this);
      if (size === first.length) this.#pending.shift();
      else this.#pending[0] = first.subarray(size);
    }
    if (this.#trailers === undefined) return;
    this.#localEnded = true;
    this.#carrier.write(frame(Frame.headers, Flag.endHeaders | Flag.endStream, this.id, this.#trailers));
    if (this.#remoteEnded) return this.#close();
    // RFC 9113, 8.1: the answer is whole, so that the rest of the request is not needed.
    this.#carrier.write(frame(Frame.reset, 0, this.id, NO_ERROR));
    this.#remoteEnded = true;
    this.#close();
  }
  /** Tells the one that sends that its reader has caught up. */
  drained(): void {
    if (!this.#slow || this.#pendingBytes > 0 || this.#localEnded) return;
    this.#slow = false;
    this.onDrain?.();
  }

  #finish(): void {
    this.#finished = true;
    this.#carrier.finished(this);
  }
  #close(): void {
    this.#drop();
    this.#carrier.closed(this);
  }
  #drop(): void {
    this.#carrier.hold(-this.#pendingBytes - this.#have, this);
    this.#pending = [];
    this.#parts = [];
    this.#pendingBytes = 0;
    this.#have = 0;
  }
}
const NO_ERROR = Buffer.alloc(4);
