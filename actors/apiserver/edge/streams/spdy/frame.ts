//! Frames of SPDY/3.1 (draft-mbelshe-httpbis-spdy-00, 2.2): eight bytes of head, then what the length says.

export const CONTROL = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goAway: 7 } as const;
export const FIN = 1;
const HEAD = 8;
/** A length has 24 bits; clients of Kubernetes send at most 32 KiB at once. */
const FRAME_MAX = 1024 * 1024;

export type Frame =
  | { readonly kind: 'data'; readonly stream: number; readonly fin: boolean; readonly bytes: Buffer }
  | { readonly kind: 'control'; readonly type: number; readonly flags: number; readonly bytes: Buffer };

/** Cuts frames out of what comes. Throws when it is no SPDY. */
export class FrameReader {
  #kept: Buffer = Buffer.alloc(0);
  take(bytes: Uint8Array): readonly Frame[] {
    let rest = this.#kept.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#kept, bytes]);
    const frames: Frame[] = [];
    while (rest.length >= HEAD) {
      const first = rest.readUInt32BE(0);
      const second = rest.readUInt32BE(4);
      const length = second & 0xffffff;
      if (length > FRAME_MAX) throw new Error(`a frame of ${length} bytes`);
      if (rest.length < HEAD + length) break;
      frames.push(frameOf(first, second >>> 24, rest.subarray(HEAD, HEAD + length)));
      rest = rest.subarray(HEAD + length);
    }
    this.#kept = rest;
    return frames;
  }
}
function frameOf(first: number, flags: number, bytes: Buffer): Frame {
  if (first >>> 31 === 0) return { kind: 'data', stream: first, fin: (flags & FIN) !== 0, bytes };
  const version = (first >>> 16) & 0x7fff;
  if (version !== 3) throw new Error(`SPDY of version ${version}`);
  return { kind: 'control', type: first & 0xffff, flags, bytes };
}

export function dataFrame(stream: number, bytes: Uint8Array, fin: boolean): Buffer {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE(stream, 0);
  head.writeUInt32BE(bytes.length, 4);
  head[4] = fin ? FIN : 0;
  return Buffer.concat([head, bytes]);
}
export function controlFrame(type: number, flags: number, ...parts: readonly (number | Uint8Array)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part !== 'number') return part;
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(part);
      return bytes;
    }),
  );
  const head = Buffer.alloc(HEAD);
  head.writeUInt32BE((0x80030000 | type) >>> 0, 0);
  head.writeUInt32BE(body.length, 4);
  head[4] = flags;
  return Buffer.concat([head, body]);
}
