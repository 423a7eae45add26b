//! What is written to many connections in one turn leaves in one write a connection, and what several of them write
//! alike is put together once.

export interface Batched {
  /** Takes what has come together, whole. */
  flush(join: Join): void;
}
export type Join = (chunks: readonly Uint8Array[]) => Uint8Array;

/** Of all connections of a server. */
export class Batches {
  #waiting: Batched[] = [];
  #scheduled = false;
  #tookMs = 0;
  #endedAt = 0;
  add(one: Batched): void {
    this.#waiting.push(one);
    if (this.#scheduled) return;
    this.#scheduled = true;
    // At most half of the time is spent here: with many watchers several events leave together.
    const rest = this.#tookMs - (performance.now() - this.#endedAt);
    if (rest < 1) setImmediate(this.#flush);
    else setTimeout(this.#flush, rest);
  }
  readonly #flush = (): void => {
    const began = performance.now();
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#scheduled = false;
    const join = joiner();
    for (const one of waiting) one.flush(join);
    this.#endedAt = performance.now();
    this.#tookMs = Math.min(this.#endedAt - began, REST_MOST_MS);
  };
}
/** Nobody waits longer for the sake of others. */
const REST_MOST_MS = 50;

function joiner(): Join {
  /** By their first: lists that begin alike are alike, as a rule. */
  const known = new Map<Uint8Array, { readonly chunks: readonly Uint8Array[]; readonly bytes: Uint8Array }[]>();
  return (chunks) => {
    const first = chunks[0]!;
    if (chunks.length === 1) return first;
    const begun = known.get(first) ?? [];
    known.set(first, begun);
    const same = begun.find((one) => isSame(one.chunks, chunks));
    if (same !== undefined) return same.bytes;
    const bytes = Buffer.concat(chunks);
    begun.push({ chunks, bytes });
    return bytes;
  };
}
const isSame = (a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean =>
  a.length === b.length && a.every((chunk, i) => chunk === b[i]);
