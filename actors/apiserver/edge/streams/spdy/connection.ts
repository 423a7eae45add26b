//! The server's side of a SPDY/3.1 connection as clients of Kubernetes use it: they open streams, both write to them.
//! Like theirs it keeps no windows: back-pressure is that of the connection underneath.
import { CONTROL, controlFrame, dataFrame, FIN, type Frame, FrameReader } from './frame.ts';
import { HeaderReader, type Headers, HeaderWriter } from './headers.ts';

/** What carries it: a socket, or a WebSocket. */
export interface Carrier {
  /** False: enough, wait for `drained`. */
  write(bytes: Uint8Array): boolean;
  pause(): void;
  resume(): void;
  end(): void;
}
export interface SpdyEvents {
  /** A stream was opened: refuse it by a word, or take it by its handlers. */
  readonly onStream: (stream: SpdyStream) => StreamEvents | string;
}
export interface StreamEvents {
  readonly onData: (bytes: Uint8Array, taken: () => void) => void;
  /** The client has said all on it. */
  readonly onEnd: () => void;
  readonly onDrain: () => void;
  /** Reset, or the connection is gone. */
  readonly onGone: () => void;
}
const STREAMS_MAX = 1_000;
/** Bytes that are in the hands of those who take them. */
const UNTAKEN_MAX = 256 * 1024;
const DATA_MAX = 32 * 1024;
const RESET = { refused: 3, cancel: 5 } as const;
const OFF = 0x7fffffff;

export class SpdyConnection {
  readonly #carrier: Carrier;
  readonly #events: SpdyEvents;
  readonly #frames = new FrameReader();
  readonly #reader = new HeaderReader();
  readonly #writer = new HeaderWriter();
  readonly #streams = new Map<number, SpdyStream>();
  #untaken = 0;
  #last = 0;
  #over = false;
  constructor(carrier: Carrier, events: SpdyEvents) {
    this.#carrier = carrier;
    this.#events = events;
  }

  /** What the carrier brought. Whoever does not speak SPDY is hung up on. */
  take(bytes: Uint8Array): void {
    if (this.#over) return;
    try {
      for (const frame of this.#frames.take(bytes)) this.#frame(frame);
    } catch {
      this.close();
    }
  }
  drained(): void {
    for (const stream of [...this.#streams.values()]) stream.events?.onDrain();
  }
  /** The carrier is gone. */
  gone(): void {
    if (this.#over) return;
    this.#over = true;
    for (const stream of [...this.#streams.values()]) stream.events?.onGone();
    this.#streams.clear();
  }
  close(): void {
    if (this.#over) return;
    this.#carrier.write(controlFrame(CONTROL.goAway, 0, this.#last, 0));
    this.gone();
    this.#carrier.end();
  }
  get over(): boolean {
    return this.#over;
  }
  send(stream: SpdyStream, bytes: Uint8Array, fin: boolean): boolean {
    if (this.#over) return false;
    let room = true;
    for (let at = 0; at < bytes.length; at += DATA_MAX) {
      const part = bytes.subarray(at, at + DATA_MAX);
      room = this.#carrier.write(dataFrame(stream.id, part, fin && at + DATA_MAX >= bytes.length));
    }
    if (bytes.length === 0 && fin) room = this.#carrier.write(dataFrame(stream.id, bytes, true));
    return room;
  }
  reset(stream: SpdyStream): void {
    if (this.#over || !this.#streams.delete(stream.id)) return;
    this.#carrier.write(controlFrame(CONTROL.rstStream, 0, stream.id, RESET.cancel));
  }
  /** Both sides have said all. */
  forget(stream: SpdyStream): void {
    this.#streams.delete(stream.id);
  }

  #frame(frame: Frame): void {
    if (this.#over) return;
    if (frame.kind === 'data') return this.#data(frame.stream, frame.bytes, frame.fin);
    const { type, flags, bytes } = frame;
    switch (type) {
      case CONTROL.synStream:
        return this.#opened(bytes, (flags & FIN) !== 0);
      case CONTROL.rstStream: {
        const stream = this.#streams.get(bytes.readUInt32BE(0) & OFF);
        if (stream === undefined) return;
        this.#streams.delete(stream.id);
        return stream.events?.onGone();
      }
      case CONTROL.ping:
        this.#carrier.write(controlFrame(CONTROL.ping, 0, bytes.readUInt32BE(0)));
        return;
      default: // SETTINGS, WINDOW_UPDATE and their like ask nothing of us; after GOAWAY the carrier ends
    }
  }
  #opened(bytes: Buffer, fin: boolean): void {
    const id = bytes.readUInt32BE(0) & OFF;
    const headers = this.#reader.read(bytes.subarray(10));
    if (id <= this.#last || id % 2 === 0) throw new Error(`a stream of number ${id} after ${this.#last}`);
    this.#last = id;
    const stream = new SpdyStream(this, id, headers);
    const events = this.#streams.size >= STREAMS_MAX ? 'too many' : this.#events.onStream(stream);
    if (typeof events === 'string') {
      this.#carrier.write(controlFrame(CONTROL.rstStream, 0, id, RESET.refused));
      return;
    }
    stream.events = events;
    this.#streams.set(id, stream);
    this.#carrier.write(controlFrame(CONTROL.synReply, 0, id, this.#writer.write(new Map())));
    if (fin) stream.heardAll();
  }
  #data(id: number, bytes: Buffer, fin: boolean): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    if (bytes.length > 0) {
      this.#untaken += bytes.length;
      if (this.#untaken > UNTAKEN_MAX) this.#carrier.pause();
      let taken = false;
      stream.events?.onData(bytes, () => {
        if (taken) return;
        taken = true;
        this.#untaken -= bytes.length;
        if (this.#untaken <= UNTAKEN_MAX) this.#carrier.resume();
      });
    }
    if (fin) stream.heardAll();
  }
}

export class SpdyStream {
  readonly id: number;
  readonly headers: Headers;
  events: StreamEvents | undefined;
  readonly #connection: SpdyConnection;
  #heardAll = false;
  #saidAll = false;
  constructor(connection: SpdyConnection, id: number, headers: Headers) {
    this.#connection = connection;
    this.id = id;
    this.headers = headers;
  }
  /** False: enough, wait for onDrain. */
  write(bytes: Uint8Array): boolean {
    return !this.#saidAll && this.#connection.send(this, bytes, false);
  }
  end(bytes: Uint8Array = new Uint8Array()): void {
    if (this.#saidAll) return;
    this.#saidAll = true;
    this.#connection.send(this, bytes, true);
    if (this.#heardAll) this.#connection.forget(this);
  }
  reset(): void {
    this.#saidAll = true;
    this.#connection.reset(this);
  }
  heardAll(): void {
    if (this.#heardAll) return;
    this.#heardAll = true;
    this.events?.onEnd();
    if (this.#saidAll) this.#connection.forget(this);
  }
}
