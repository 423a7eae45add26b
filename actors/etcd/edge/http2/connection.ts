//! One connection of clients: RFC 9113 as far as gRPC needs it. Everything that a peer can make grow has a bound; what
//! breaks the protocol ends its stream or the connection, never the process.
import type { Socket } from 'node:net';
import type { Accept } from './call.ts';
import {
  Code,
  DEFAULT_WINDOW,
  Flag,
  FRAME_BYTES_MAX,
  Frame,
  frame,
  Http2Error,
  Setting,
  settings,
  uint32,
  WINDOW_MAX,
} from './frame.ts';
import { HeaderDecoder, type Headers } from './hpack.ts';
import { FrameReader, HeaderBlocks, unpadded } from './reader.ts';
import { plainStatus } from './response.ts';
import { type Carrier, StreamCall, type StreamLimits } from './stream.ts';

export interface ConnectionLimits extends StreamLimits {
  /** Calls that are not answered yet, those that were reset included: a reset frees nobody's hands. */
  readonly calls: number;
  readonly headerListBytes: number;
  /** All that is kept for one client: its unfinished messages and what it has not read. */
  readonly heldBytes: number;
  /** What the socket has not taken: above it nothing is read. */
  readonly unsentBytes: number;
  /** Frames a second that ask and carry nothing: settings, pings, priorities, empty data. */
  readonly idleFrames: number;
  /** A client has so long to say what it is. */
  readonly settingsMs: number;
}
export const CONNECTION_LIMITS: ConnectionLimits = {
  messageBytes: 2 * 1024 * 1024,
  windowBytes: 1024 * 1024,
  pendingBytes: 256 * 1024,
  calls: 4_096,
  headerListBytes: 16 * 1024,
  heldBytes: 256 * 1024 * 1024,
  unsentBytes: 4 * 1024 * 1024,
  idleFrames: 20_000,
  settingsMs: 10_000,
};
const CONNECTION_WINDOW = 16 * 1024 * 1024;

export class Connection implements Carrier {
  readonly socket: Socket;
  window = DEFAULT_WINDOW;
  readonly #accept: Accept;
  readonly #limits: ConnectionLimits;
  readonly #decoder: HeaderDecoder;
  readonly #onEnd: () => void;
  /** Open on either side. */
  readonly #streams = new Map<number, StreamCall>();
  /** Not answered yet. */
  #calls = 0;
  #lastId = 0;
  #initialWindow = DEFAULT_WINDOW;
  #inWindow = CONNECTION_WINDOW;
  #consumed = 0;
  #held = 0;
  readonly #reader: FrameReader;
  readonly #blocks: HeaderBlocks;
  #state: 'settings' | 'open' | 'closing' | 'closed' = 'settings';
  #out: Buffer[] = [];
  #scheduled = false;
  #idle = { frames: 0, since: 0 };
  readonly #settingsTimer: NodeJS.Timeout;

  constructor(socket: Socket, accept: Accept, limits: ConnectionLimits, onEnd: () => void) {
    this.socket = socket;
    this.#accept = accept;
    this.#limits = limits;
    this.#onEnd = onEnd;
    this.#decoder = new HeaderDecoder(limits.headerListBytes);
    this.#blocks = new HeaderBlocks(limits.headerListBytes, (flags, id, block) => this.#request(flags, id, block));
    this.#reader = new FrameReader((type, flags, id, payload) => this.#guarded(type, flags, id, payload));
    this.#settingsTimer = setTimeout(() => this.#gone(), limits.settingsMs);
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('drain', () => this.#drained());
    socket.on('error', () => this.#gone());
    socket.on('close', () => this.#gone());
    this.write(
      settings([
        [Setting.maxStreams, limits.calls],
        [Setting.initialWindow, limits.windowBytes],
        [Setting.maxHeaderList, limits.headerListBytes],
      ]),
    );
    this.write(frame(Frame.windowUpdate, 0, 0, uint32(CONNECTION_WINDOW - DEFAULT_WINDOW)));
  }

  /** Takes no new calls; ends when those under way are answered. */
  goAway(): void {
    if (this.#state === 'closed' || this.#state === 'closing') return;
    this.#state = 'closing';
    this.write(frame(Frame.goAway, 0, 0, uint32(this.#lastId, Code.none)));
    this.#endWhenIdle();
  }
  destroy(): void {
    this.#gone();
  }

  // For streams.

  get flowing(): boolean {
    // Only what is told of a drain may wait for one.
    return !this.socket.writableNeedDrain || this.socket.writableLength < this.#limits.pendingBytes;
  }
  /** All that is written in one turn leaves together. */
  write(bytes: Buffer): void {
    this.#out.push(bytes);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#flush());
  }
  hold(bytes: number, stream: StreamCall): void {
    this.#held += bytes;
    if (bytes > 0 && this.#held > this.#limits.heldBytes) {
      this.#reset(stream.id, Code.enhanceYourCalm);
      stream.abort();
    }
  }
  closed(stream: StreamCall): void {
    this.#streams.delete(stream.id);
    this.#endWhenIdle();
  }
  finished(_stream: StreamCall): void {
    this.#calls--;
    this.#endWhenIdle();
  }

  #flush(): void {
    this.#scheduled = false;
    const out = this.#out;
    this.#out = [];
    if (this.#state === 'closed' || this.socket.destroyed) return;
    this.socket.write(out.length === 1 ? out[0]! : Buffer.concat(out));
    if (this.socket.writableNeedDrain && this.socket.writableLength > this.#limits.unsentBytes) this.socket.pause();
  }
  #drained(): void {
    this.socket.resume();
    for (const stream of [...this.#streams.values()]) stream.drained();
  }
  #endWhenIdle(): void {
    if (this.#state !== 'closing' || this.#streams.size > 0) return;
    queueMicrotask(() => {
      if (this.#state === 'closing' && this.#streams.size === 0) this.socket.end();
    });
  }

  // What comes in.

  #received(chunk: Buffer): void {
    try {
      this.#reader.push(chunk);
    } catch (error) {
      if (!(error instanceof Http2Error)) throw error;
      this.#refuse(error);
    }
  }
  /** An error that names a stream ends that one. */
  #guarded(type: number, flags: number, id: number, payload: Buffer): void {
    try {
      this.#frame(type, flags, id, payload);
    } catch (error) {
      if (!(error instanceof Http2Error) || error.stream === undefined) throw error;
      this.#reset(error.stream, error.code);
      this.#streams.get(error.stream)?.abort();
    }
  }

  #frame(type: number, flags: number, id: number, payload: Buffer): void {
    if (this.#state === 'settings') {
      if (type !== Frame.settings || flags & Flag.ack) throw new Http2Error(Code.protocol, 'settings come first');
      this.#state = 'open';
      clearTimeout(this.#settingsTimer);
    }
    this.#blocks.expects(type, id);
    switch (type) {
      case Frame.data:
        return this.#data(flags, id, payload);
      case Frame.headers:
      case Frame.continuation:
        return this.#blocks.take(type, flags, id, payload);
      case Frame.reset:
        this.#known(id, payload.length === 4);
        return this.#streams.get(id)?.abort();
      case Frame.windowUpdate:
        return this.#windowUpdate(id, payload);
      case Frame.settings:
        return this.#settings(flags, id, payload);
      case Frame.ping:
        if (id !== 0) throw new Http2Error(Code.protocol, 'a ping of a stream');
        if (payload.length !== 8) throw new Http2Error(Code.frameSize, 'a ping has 8 bytes');
        this.#countIdle();
        if (!(flags & Flag.ack)) this.write(frame(Frame.ping, Flag.ack, 0, payload));
        return;
      case Frame.goAway:
        if (id !== 0) throw new Http2Error(Code.protocol, 'a stream cannot go away');
        return;
      case Frame.pushPromise:
        throw new Http2Error(Code.protocol, 'clients promise nothing');
      default: // priorities mean nothing any more, frames of unknown types never did
        this.#countIdle();
    }
  }

  #data(flags: number, id: number, payload: Buffer): void {
    this.#known(id, true);
    this.#inWindow -= payload.length;
    if (this.#inWindow < 0) throw new Http2Error(Code.flowControl, 'more data than the window allows');
    this.#consumed += payload.length;
    if (this.#consumed * 2 >= CONNECTION_WINDOW) {
      this.write(frame(Frame.windowUpdate, 0, 0, uint32(this.#consumed)));
      this.#inWindow += this.#consumed;
      this.#consumed = 0;
    }
    if (payload.length === 0 && !(flags & Flag.endStream)) this.#countIdle();
    const stream = this.#streams.get(id);
    if (stream === undefined) return; // answered or reset; what was under way still comes
    if (stream.remoteEnded) throw new Http2Error(Code.streamClosed, 'data after the end', id);
    stream.received(unpadded(flags, payload), payload.length);
    if (flags & Flag.endStream && !stream.remoteEnded) stream.remoteEnd();
  }

  #request(flags: number, id: number, block: Buffer): void {
    // Decoded whatever becomes of it: the table is the connection's.
    const headers = this.#decoder.decode(block);
    const known = this.#streams.get(id);
    if (known !== undefined && !known.remoteEnded) {
      if (!(flags & Flag.endStream)) throw new Http2Error(Code.protocol, 'trailers end a request', id);
      return known.remoteEnd();
    }
    if (id <= this.#lastId) throw new Http2Error(Code.streamClosed, `stream ${id} is over`);
    if (this.#state === 'closing') return; // it was told where we stopped
    this.#lastId = id;
    if (this.#calls >= this.#limits.calls) return this.#reset(id, Code.refusedStream);
    const path = pathOf(headers);
    if (typeof path === 'number') {
      this.write(frame(Frame.headers, Flag.endHeaders | Flag.endStream, id, plainStatus(path)));
      return flags & Flag.endStream ? undefined : this.#reset(id, Code.none);
    }
    const stream = new StreamCall(id, path, headers, this, this.#initialWindow, this.#limits);
    this.#streams.set(id, stream);
    this.#calls++;
    stream.handler = this.#accept(stream);
    if (flags & Flag.endStream && !stream.remoteEnded) stream.remoteEnd();
  }

  #windowUpdate(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new Http2Error(Code.frameSize, 'a window update has 4 bytes');
    const bytes = payload.readUInt32BE(0) & WINDOW_MAX;
    if (id !== 0) this.#known(id, true);
    const stream = this.#streams.get(id);
    if (bytes === 0) throw new Http2Error(Code.protocol, 'a window update of nothing', id === 0 ? undefined : id);
    if (id === 0) {
      if (this.window + bytes > WINDOW_MAX) throw new Http2Error(Code.flowControl, 'a window of 2^31');
      this.window += bytes;
      for (const one of [...this.#streams.values()]) {
        if (this.window <= 0) break;
        if (one.waits) this.#pump(one);
      }
    } else if (stream !== undefined) {
      stream.opened(bytes);
      this.#pump(stream);
    }
  }
  #pump(stream: StreamCall): void {
    stream.pump();
    stream.drained();
  }

  #settings(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) throw new Http2Error(Code.protocol, 'settings of a stream');
    this.#countIdle();
    if (flags & Flag.ack) {
      if (payload.length > 0) throw new Http2Error(Code.frameSize, 'an acknowledgement says nothing');
      return;
    }
    if (payload.length % 6 !== 0) throw new Http2Error(Code.frameSize, 'a setting has 6 bytes');
    for (let at = 0; at < payload.length; at += 6)
      this.#setting(payload.readUInt16BE(at), payload.readUInt32BE(at + 2));
    this.write(frame(Frame.settings, Flag.ack, 0, EMPTY));
  }
  #setting(name: number, value: number): void {
    if (name === Setting.push && value > 1) throw new Http2Error(Code.protocol, 'push is 0 or 1');
    if (name === Setting.maxFrame && (value < FRAME_BYTES_MAX || value > 2 ** 24 - 1))
      throw new Http2Error(Code.protocol, `frames of ${value} bytes`);
    if (name !== Setting.initialWindow) return;
    if (value > WINDOW_MAX) throw new Http2Error(Code.flowControl, 'a window of 2^31');
    const more = value - this.#initialWindow;
    this.#initialWindow = value;
    for (const stream of [...this.#streams.values()]) {
      stream.opened(more);
      this.#pump(stream);
    }
  }

  /** A stream that was never begun takes no frames. */
  #known(id: number, sized: boolean): void {
    if (id === 0 || id > this.#lastId) throw new Http2Error(Code.protocol, `stream ${id} was not begun`);
    if (!sized) throw new Http2Error(Code.frameSize, 'a reset has 4 bytes');
  }
  #countIdle(): void {
    const idle = this.#idle;
    if (++idle.frames < this.#limits.idleFrames) return;
    const now = performance.now();
    if (now - idle.since < 1_000) throw new Http2Error(Code.enhanceYourCalm, 'frames that ask nothing');
    this.#idle = { frames: 0, since: now };
  }
  #reset(id: number, code: number): void {
    this.write(frame(Frame.reset, 0, id, uint32(code)));
  }
  #refuse(error: Http2Error): void {
    if (this.#state === 'closed') return;
    const reason = Buffer.from(error.message);
    this.write(frame(Frame.goAway, 0, 0, Buffer.concat([uint32(this.#lastId, error.code), reason])));
    this.#flush();
    this.socket.end();
    this.#gone();
  }
  #gone(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#settingsTimer);
    this.#reader.stop();
    for (const stream of [...this.#streams.values()]) stream.abort();
    this.socket.destroySoon();
    this.#onEnd();
  }
}

const EMPTY: Buffer = Buffer.alloc(0);

/** A path, or the HTTP status for what gRPC does not speak. */
function pathOf(headers: Headers): string | number {
  let [method, path, type] = ['', '', ''];
  for (const [name, value] of headers)
    if (name === ':method') method = value;
    else if (name === ':path') path = value;
    else if (name === 'content-type') type = value;
  if (method !== 'POST') return 405;
  if (!type.startsWith('application/grpc')) return 415;
  return path;
}
