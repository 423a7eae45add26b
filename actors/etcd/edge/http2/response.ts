//! What a gRPC server says besides messages, as bytes: header blocks of indexed names and plain literals, which need
//! no table, so that they are the same bytes each time.
import { Flag, FRAME_HEADER, Frame, writeFrameHeader } from './frame.ts';

const NAME = 0x00; // a literal field that nobody remembers, RFC 7541, section 6.2.2

function integer(prefixBits: number, value: number): number[] {
  const mask = 2 ** prefixBits - 1;
  if (value < mask) return [value];
  const bytes = [mask];
  let rest = value - mask;
  for (; rest >= 128; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}
const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from(integer(7, value.length)), Buffer.from(value, 'latin1')]);
const field = (name: string, value: string): Buffer => Buffer.concat([Buffer.from([NAME]), text(name), text(value)]);

const STATUS_200 = Buffer.from([0x88]);
const CONTENT_TYPE = field('content-type', 'application/grpc');
export const HEADERS: Buffer = Buffer.concat([STATUS_200, CONTENT_TYPE]);
const STATUS_OK: Buffer = field('grpc-status', '0');

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md: a status, and a message in percent encoding. */
export function trailers(code: number, message: string): Buffer {
  if (code === 0 && message === '') return STATUS_OK;
  const encoded = [...Buffer.from(message)]
    .map((byte) =>
      byte >= 0x20 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
  return Buffer.concat([field('grpc-status', `${code}`), field('grpc-message', encoded)]);
}
/** For what is no gRPC request. */
export const plainStatus = (status: number): Buffer => field(':status', `${status}`);

export const GRPC_PREFIX = 5;
/** A message with its prefix: not compressed, and its length. */
export function prefixed(message: Uint8Array, more?: Uint8Array): Buffer {
  const length = message.length + (more?.length ?? 0);
  const bytes = Buffer.allocUnsafe(GRPC_PREFIX + length);
  const at = writePrefix(bytes, 0, length);
  bytes.set(message, at);
  if (more !== undefined) bytes.set(more, at + message.length);
  return bytes;
}
function writePrefix(into: Buffer, at: number, length: number): number {
  into[at] = 0;
  into.writeUInt32BE(length, at + 1);
  return at + GRPC_PREFIX;
}

const AROUND = FRAME_HEADER + HEADERS.length + FRAME_HEADER + GRPC_PREFIX + FRAME_HEADER + STATUS_OK.length;
/** Headers, the one message and the trailers of a call that went well, in one piece. */
export function wholeReply(id: number, message: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(AROUND + message.length);
  let at = writeFrameHeader(bytes, 0, Frame.headers, Flag.endHeaders, id, HEADERS.length);
  at += HEADERS.copy(bytes, at);
  at = writeFrameHeader(bytes, at, Frame.data, 0, id, GRPC_PREFIX + message.length);
  at = writePrefix(bytes, at, message.length);
  bytes.set(message, at);
  at = writeFrameHeader(
    bytes,
    at + message.length,
    Frame.headers,
    Flag.endHeaders | Flag.endStream,
    id,
    STATUS_OK.length,
  );
  STATUS_OK.copy(bytes, at);
  return bytes;
}
