import { randomFillSync } from 'node:crypto';
import type { Random } from '../ports.ts';
import { SeededRandom } from '../sim/random.ts';

const POOL_WORDS = 1_024;

/** The system's source. Its forks are itself: draws of one never tell anything of another's. */
class SystemRandom implements Random {
  readonly #pool = new Uint32Array(POOL_WORDS);
  #next = POOL_WORDS;
  float(): number {
    if (this.#next + 2 > POOL_WORDS) {
      randomFillSync(this.#pool);
      this.#next = 0;
    }
    // 53 bits: what a double holds.
    const high = this.#pool[this.#next++]! >>> 5;
    const low = this.#pool[this.#next++]! >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  }
  fork(_label: string): Random {
    return this;
  }
}

/** With a seed: repeatable, not for secrets. */
export const realRandom = (seed?: number): Random => (seed === undefined ? new SystemRandom() : new SeededRandom(seed));
