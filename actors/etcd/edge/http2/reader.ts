//! From the pieces that a socket gives to frames, and from frames to whole header blocks.
import { Code, Flag, FRAME_BYTES_MAX, FRAME_HEADER, Frame, Http2Error, PREFACE, WINDOW_MAX } from './frame.ts';

type OnFrame = (type: number, flags: number, id: number, payload: Buffer) => void;
const EMPTY: Buffer = Buffer.alloc(0);
const CONTINUATIONS_MAX = 16;

export class FrameReader {
  readonly #onFrame: OnFrame;
  #begun = false;
  #stopped = false;
  #rest: Buffer = EMPTY;

  constructor(onFrame: OnFrame) {
    this.#onFrame = onFrame;
  }
  /** Nothing more is read. */
  stop(): void {
    this.#stopped = true;
    this.#rest = EMPTY;
  }

  push(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (!this.#begun) {
      const length = Math.min(bytes.length, PREFACE.length);
      if (PREFACE.compare(bytes, 0, length, 0, length) !== 0) throw new Http2Error(Code.protocol, 'this is not HTTP/2');
      this.#begun = length === PREFACE.length;
      if (this.#begun) bytes = bytes.subarray(length);
    }
    let at = 0;
    while (this.#begun && !this.#stopped && bytes.length - at >= FRAME_HEADER) {
      const length = bytes.readUIntBE(at, 3);
      if (length > FRAME_BYTES_MAX) throw new Http2Error(Code.frameSize, `a frame of ${length} bytes`);
      const end = at + FRAME_HEADER + length;
      if (bytes.length < end) break;
      const id = bytes.readUInt32BE(at + 5) & WINDOW_MAX;
      this.#onFrame(bytes[at + 3]!, bytes[at + 4]!, id, bytes.subarray(at + FRAME_HEADER, end));
      at = end;
    }
    this.#rest = this.#stopped || at === bytes.length ? EMPTY : bytes.subarray(at);
  }
}

interface Block {
  readonly id: number;
  readonly flags: number;
  readonly parts: Buffer[];
  bytes: number;
}

/** A block may come in several frames, with nothing between them (RFC 9113, 6.10). */
export class HeaderBlocks {
  readonly #bytesMax: number;
  readonly #onBlock: (flags: number, id: number, block: Buffer) => void;
  #block: Block | undefined;

  constructor(bytesMax: number, onBlock: (flags: number, id: number, block: Buffer) => void) {
    this.#bytesMax = bytesMax;
    this.#onBlock = onBlock;
  }

  expects(type: number, id: number): void {
    if (this.#block !== undefined && (type !== Frame.continuation || id !== this.#block.id))
      throw new Http2Error(Code.protocol, 'a header block is not finished');
  }

  take(type: number, flags: number, id: number, payload: Buffer): void {
    if (type === Frame.continuation) return this.#continue(flags, payload);
    if (id % 2 === 0) throw new Http2Error(Code.protocol, `stream ${id} is not a client's`);
    let block = unpadded(flags, payload);
    if (flags & Flag.priority) {
      if (block.length < 5) throw new Http2Error(Code.frameSize, 'a priority has 5 bytes');
      block = block.subarray(5);
    }
    if (flags & Flag.endHeaders) return this.#onBlock(flags, id, block);
    this.#block = { id, flags, parts: [Buffer.from(block)], bytes: block.length };
  }

  #continue(flags: number, payload: Buffer): void {
    const block = this.#block;
    if (block === undefined) throw new Http2Error(Code.protocol, 'nothing to continue');
    block.parts.push(Buffer.from(payload));
    block.bytes += payload.length;
    if (block.bytes > this.#bytesMax || block.parts.length > CONTINUATIONS_MAX)
      throw new Http2Error(Code.enhanceYourCalm, 'the header block does not end');
    if (!(flags & Flag.endHeaders)) return;
    this.#block = undefined;
    this.#onBlock(block.flags, block.id, Buffer.concat(block.parts));
  }
}

export function unpadded(flags: number, payload: Buffer): Buffer {
  if (!(flags & Flag.padded)) return payload;
  const padding = payload[0] ?? 0;
  if (padding >= payload.length) throw new Http2Error(Code.protocol, 'more padding than payload');
  return payload.subarray(1, payload.length - padding);
}
