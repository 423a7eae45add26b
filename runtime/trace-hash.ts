//! Two runs of one seed are the same when their transitions are: one line each, and a number for all of them.
import type { TraceRecord } from './trace.ts';

/** Everything that is decided, nothing that XState numbers by process. */
export const canonical = (record: TraceRecord): string =>
  [
    record.at,
    `${record.host}:${record.actor}#${record.seq}`,
    `${record.event}${record.cause === undefined ? '' : ` by ${record.cause}`}`,
    `${record.from} > ${record.to}`,
    record.microsteps.join(','),
    record.actions.join(','),
    record.sent.join(','),
    record.refused.join(','),
  ].join(' | ');

const LINES_KEPT = 1_000;

/** FNV-1a over the lines; the last ones are kept, to say where two runs part. */
export class TraceHash {
  #high = 0x811c9dc5;
  #low = 0xc2b2ae35;
  readonly #last: string[] = [];
  count = 0;
  readonly add = (record: TraceRecord): void => {
    const line = canonical(record);
    for (let i = 0; i < line.length; i++) {
      const code = line.charCodeAt(i);
      this.#high = Math.imul(this.#high ^ code, 0x01000193);
      this.#low = Math.imul(this.#low ^ code, 0x85ebca6b);
    }
    this.count++;
    this.#last.push(line);
    if (this.#last.length > LINES_KEPT) this.#last.splice(0, LINES_KEPT / 2);
  };
  get hash(): string {
    const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, '0');
    return hex(this.#high) + hex(this.#low);
  }
  get last(): readonly string[] {
    return this.#last;
  }
}
