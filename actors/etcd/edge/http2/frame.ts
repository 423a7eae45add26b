//! HTTP/2 frames: RFC 9113, sections 4.1, 6 and 7.
export const FRAME_HEADER = 9;
export const FRAME_BYTES_MAX = 16_384;
export const WINDOW_MAX = 2 ** 31 - 1;
export const DEFAULT_WINDOW = 65_535;
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export const Frame = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;
export const Flag = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const;
export const Setting = {
  headerTable: 1,
  push: 2,
  maxStreams: 3,
  initialWindow: 4,
  maxFrame: 5,
  maxHeaderList: 6,
} as const;
export const Code = {
  none: 0,
  protocol: 1,
  internal: 2,
  flowControl: 3,
  streamClosed: 5,
  frameSize: 6,
  refusedStream: 7,
  cancel: 8,
  compression: 9,
  enhanceYourCalm: 11,
} as const;

/** A peer broke the protocol: the connection ends with this code, or only the stream when it names one. */
export class Http2Error extends Error {
  readonly code: number;
  readonly stream: number | undefined;
  constructor(code: number, message: string, stream?: number) {
    super(message);
    this.code = code;
    this.stream = stream;
  }
}

export function writeFrameHeader(
  into: Buffer,
  at: number,
  type: number,
  flags: number,
  id: number,
  length: number,
): number {
  into[at] = length >>> 16;
  into[at + 1] = length >>> 8;
  into[at + 2] = length;
  into[at + 3] = type;
  into[at + 4] = flags;
  into[at + 5] = id >>> 24;
  into[at + 6] = id >>> 16;
  into[at + 7] = id >>> 8;
  into[at + 8] = id;
  return at + FRAME_HEADER;
}
export function frame(type: number, flags: number, id: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(FRAME_HEADER + payload.length);
  bytes.set(payload, writeFrameHeader(bytes, 0, type, flags, id, payload.length));
  return bytes;
}
export function uint32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}
export function settings(pairs: readonly (readonly [number, number])[]): Buffer {
  const bytes = Buffer.alloc(6 * pairs.length);
  for (const [i, [name, value]] of pairs.entries()) {
    bytes.writeUInt16BE(name, 6 * i);
    bytes.writeUInt32BE(value, 6 * i + 2);
  }
  return frame(Frame.settings, 0, 0, bytes);
}
