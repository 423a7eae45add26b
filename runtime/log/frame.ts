//! How records lie in a segment: one frame a synced write, so that a whole frame after a broken one proves damage.
import { crc32 } from './crc.ts';

/** u32 length of the body, u32 CRC of all after it, u48 sequence of the first record, u32 count of records. */
const HEADER = 18;
export const FRAME_BODY_MAX = 64 * 1024 * 1024;

export function encodeFrame(first: number, records: readonly Uint8Array[]): Uint8Array {
  let length = HEADER;
  for (const record of records) length += 4 + record.length;
  const frame = Buffer.allocUnsafe(length);
  frame.writeUInt32LE(length - HEADER, 0);
  frame.writeUIntLE(first, 8, 6);
  frame.writeUInt32LE(records.length, 14);
  let at = HEADER;
  for (const record of records) {
    frame.writeUInt32LE(record.length, at);
    frame.set(record, at + 4);
    at += 4 + record.length;
  }
  frame.writeUInt32LE(crc32(frame.subarray(8)), 4);
  return frame;
}

export interface Frame {
  readonly first: number;
  readonly records: readonly Uint8Array[];
  readonly end: number;
}

/** The frame at `offset`; undefined when there is no whole one. Records are views of `bytes`. */
export function decodeFrame(bytes: Buffer, offset: number): Frame | undefined {
  if (offset + HEADER > bytes.length) return undefined;
  const body = bytes.readUInt32LE(offset);
  const end = offset + HEADER + body;
  if (body === 0 || body > FRAME_BODY_MAX || end > bytes.length) return undefined;
  if (crc32(bytes.subarray(offset + 8, end)) !== bytes.readUInt32LE(offset + 4)) return undefined;
  const records: Uint8Array[] = [];
  for (let at = offset + HEADER; at < end; ) {
    const length = bytes.readUInt32LE(at);
    records.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return { first: bytes.readUIntLE(offset + 8, 6), records, end };
}

/** Where the next whole frame lies behind a broken one; undefined: nowhere, so the broken one was the last write. */
export function findFrame(bytes: Buffer, from: number, expectedFirst: number): number | undefined {
  for (let offset = from; offset + HEADER <= bytes.length; offset++) {
    // The sequence is looked at first: it rules out nearly every offset without a checksum.
    const first = bytes.readUIntLE(offset + 8, 6);
    if (first > expectedFirst && first < expectedFirst + LOOK_AHEAD && decodeFrame(bytes, offset)) return offset;
  }
  return undefined;
}
const LOOK_AHEAD = 1_000_000;
