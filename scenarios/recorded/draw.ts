//! Chances from a seed, so that what was drawn can be drawn again.
import type { Json } from '../../actors/api/json.ts';

export class Draw {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  /** In [0, 1): mulberry32. */
  number(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let word = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  }
  chance(part: number): boolean {
    return this.number() < part;
  }
  below(count: number): number {
    return Math.floor(this.number() * count);
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

export type Path = readonly (string | number)[];
/** `value` undefined: the field is taken away. */
export interface Change {
  readonly path: Path;
  readonly value?: Json;
}
export function changed(object: Json, changes: readonly Change[]): Json {
  const result = structuredClone(object);
  for (const { path, value } of changes) {
    // biome-ignore lint/suspicious/noExplicitAny: walks whatever is there
    let at: any = result;
    for (const key of path.slice(0, -1)) at = at?.[key];
    const last = path.at(-1)!;
    if (typeof at !== 'object' || at === null) continue;
    if (value !== undefined) at[last] = structuredClone(value);
    else if (Array.isArray(at)) at.splice(Number(last), 1);
    else delete at[last];
  }
  return result;
}
