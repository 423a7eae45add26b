import { crc32 as native } from 'node:zlib';

/** CRC-32 as in zlib; `seed` continues an earlier one. */
export const crc32 = (bytes: Uint8Array, seed = 0): number => native(bytes, seed);
