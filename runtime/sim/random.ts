import type { Random } from '../ports.ts';

const hash = (text: string, seed: number): number => {
  let h = seed ^ 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
};

/** mulberry32: small, fast, seedable. Not for secrets. */
export class SeededRandom implements Random {
  readonly #seed: number;
  #state: number;
  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#state = this.#seed;
  }
  float(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  /** From the seed, not the state: forks never disturb each other. */
  fork(label: string): Random {
    return new SeededRandom(hash(label, this.#seed));
  }
}
