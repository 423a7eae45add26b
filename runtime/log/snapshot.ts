import { ok, type Result } from '../fault.ts';
import { crc32 } from './crc.ts';
import { damaged } from './segment.ts';

export const SNAPSHOT = 'snapshot';
const MAGIC = 'ORRSNAP1';
/** Magic, u32 CRC of all after it, u48 sequence of the last record in it. */
const HEADER = 18;

export function encodeSnapshot(state: Uint8Array, upTo: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(HEADER + state.length);
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeUIntLE(upTo, 12, 6);
  bytes.set(state, HEADER);
  bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
  return bytes;
}

export function decodeSnapshot(path: string, content: Uint8Array): Result<{ state: Uint8Array; upTo: number }> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  if (bytes.length < HEADER || bytes.toString('latin1', 0, 8) !== MAGIC)
    return damaged(path, 0, 'this is not a snapshot of this version');
  if (crc32(bytes.subarray(12)) !== bytes.readUInt32LE(8)) return damaged(path, HEADER, 'its checksum is wrong');
  return ok({ state: bytes.subarray(HEADER), upTo: bytes.readUIntLE(12, 6) });
}
