import type { Random } from './ports.ts';

/** An integer in [0, below). */
export const integer = (random: Random, below: number): number => Math.floor(random.float() * below);

/** A version 4 UUID (RFC 9562) out of the actor's own stream. */
export function uuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => integer(random, 16).toString(16));
  hex[12] = '4';
  hex[16] = (8 + integer(random, 4)).toString(16);
  const text = hex.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}

// Without vowels and look-alikes, so that no word comes out (k8s.io/apimachinery util/rand).
const ALPHANUMERIC = 'bcdfghjklmnpqrstvwxz2456789';
/** A suffix as generateName adds it. */
export const suffix = (random: Random, length = 5): string =>
  Array.from({ length }, () => ALPHANUMERIC[integer(random, ALPHANUMERIC.length)]).join('');
