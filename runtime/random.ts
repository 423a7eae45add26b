import type { Random } from './ports.ts';

/** An integer in [0, below). */
export const integer = (random: Random, below: number): number => Math.floor(random.float() * below);

/** A version 4 UUID (RFC 9562) out of the actor's own stream. */
export function uuid(random: Random): string {
  const [a, b, c, d] = [word(random), word(random), word(random), word(random)];
  return `${hex4(a >>> 16)}${hex4(a)}-${hex4(b >>> 16)}-${hex4((b & 0xfff) | 0x4000)}-${hex4(((c >>> 16) & 0x3fff) | 0x8000)}-${hex4(c)}${hex4(d >>> 16)}${hex4(d)}`;
}
const word = (random: Random): number => integer(random, 2 ** 32);
const BYTES: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
/** Of the lower 16 bits. */
const hex4 = (bits: number): string => `${BYTES[(bits >>> 8) & 0xff]}${BYTES[bits & 0xff]}`;

// Without vowels and look-alikes, so that no word comes out (k8s.io/apimachinery util/rand).
const ALPHANUMERIC = 'bcdfghjklmnpqrstvwxz2456789';
/** A suffix as generateName adds it. */
export const suffix = (random: Random, length = 5): string =>
  Array.from({ length }, () => ALPHANUMERIC[integer(random, ALPHANUMERIC.length)]).join('');
