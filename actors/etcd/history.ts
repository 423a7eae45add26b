//! Every version since the last compaction, in the order of its writing: what watches catch up from.
import type { Version } from './version.ts';

const COMPACT_AT = 1_024;

export class History {
  #versions: Version[] = [];
  #head = 0;

  get length(): number {
    return this.#versions.length - this.#head;
  }
  push(version: Version): void {
    this.#versions.push(version);
  }
  *[Symbol.iterator](): Iterator<Version> {
    for (let i = this.#head; i < this.#versions.length; i++) yield this.#versions[i]!;
  }
  *upTo(revision: number): Iterator<Version> {
    for (const version of this) {
      if (version.mod > revision) return;
      yield version;
    }
  }
  /** The i-th that is left. */
  at(i: number): Version | undefined {
    return this.#versions[this.#head + i];
  }
  shift(): void {
    this.#head++;
    if (this.#head < COMPACT_AT || this.#head * 2 < this.#versions.length) return;
    this.#versions = this.#versions.slice(this.#head);
    this.#head = 0;
  }
  /** The place of the first one after a revision. */
  after(revision: number): number {
    let low = this.#head;
    let high = this.#versions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#versions[middle]!.mod <= revision) low = middle + 1;
      else high = middle;
    }
    return low - this.#head;
  }
}
