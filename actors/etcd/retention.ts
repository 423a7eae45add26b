//! How much history is kept, and when a snapshot is due.
import { compactTo, snapshotDue } from './logic.ts';

export interface RetentionLimits {
  /** History kept for reads at an older revision and for watches: so long, and so many revisions at most. */
  readonly historyMs: number;
  readonly historyRevisions: number;
  readonly compactionMs: number;
  /** A snapshot after so many records or bytes of log, and never before the log has grown by the store's size. */
  readonly snapshotRecords: number;
  readonly snapshotBytes: number;
}

export class Retention {
  readonly #limits: RetentionLimits;
  /** When the store had which revision. */
  #marks: { readonly at: number; readonly revision: number }[] = [];
  #since = { records: 0, bytes: 0 };
  #snapshotBytes = 0;
  constructor(limits: RetentionLimits) {
    this.#limits = limits;
  }
  mark(at: number, revision: number): void {
    const { compactionMs, historyMs } = this.#limits;
    if ((this.#marks.at(-1)?.at ?? Number.NEGATIVE_INFINITY) + compactionMs > at) return;
    this.#marks.push({ at, revision });
    while (this.#marks.length > 2 && this.#marks[1]!.at <= at - historyMs) this.#marks.shift();
  }
  /** Up to which revision history may go now. */
  compactTo(now: number, revision: number): number {
    return Math.min(compactTo(this.#marks, now, revision, this.#limits), revision);
  }
  logged(records: number, bytes: number): void {
    this.#since = { records: this.#since.records + records, bytes: this.#since.bytes + bytes };
  }
  get snapshotDue(): boolean {
    return snapshotDue(this.#since, this.#snapshotBytes, this.#limits);
  }
  snapshotTaken(bytes: number): void {
    this.#snapshotBytes = bytes;
    this.#since = { records: 0, bytes: 0 };
  }
}
