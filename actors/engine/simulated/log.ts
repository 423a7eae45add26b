//! What a simulated container has printed: the newest lines, in bounded memory, and those who follow.
import type { Bus, Clock, Stop } from '../../../runtime/ports.ts';
import { openWriter } from '../../../runtime/stream.ts';
import type { LogOptions } from '../protocol.ts';

interface Line {
  readonly at: number;
  readonly text: string;
}
const LINES_MAX = 1_000;
const LINE_MAX = 16 * 1024;
const encoder = new TextEncoder();

export class ContainerLog {
  #lines: Line[] = [];
  /** Lines that are no longer kept. */
  #dropped = 0;
  #ended = false;
  readonly #followers = new Set<() => void>();

  print(at: number, text: string): void {
    for (const line of text.split('\n')) this.#lines.push({ at, text: line.slice(0, LINE_MAX) });
    if (this.#lines.length > 2 * LINES_MAX) {
      this.#dropped += this.#lines.length - LINES_MAX;
      this.#lines = this.#lines.slice(-LINES_MAX);
    }
    this.#wake();
  }
  end(): void {
    this.#ended = true;
    this.#wake();
  }
  /** Writes to the stream until its end, the reader's, or, following, the container's. */
  send(bus: Bus, clock: Clock, subject: string, options: LogOptions): Stop {
    const until = this.#dropped + this.#lines.length;
    let next = this.#start(options);
    let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
    const pump = (): void => {
      next = Math.max(next, this.#dropped);
      const last = options.follow ? this.#dropped + this.#lines.length : until;
      let open = true;
      while (open && next < last && left > 0) {
        const line = this.#lines[next++ - this.#dropped]!;
        const stamp = options.timestamps ? `${new Date(line.at).toISOString().replace('Z', '000000Z')} ` : '';
        const bytes = encoder.encode(`${stamp}${line.text}\n`).subarray(0, left);
        left -= bytes.length;
        open = writer.write(bytes);
      }
      if (left > 0 && (next < last || (options.follow && !this.#ended))) return;
      this.#followers.delete(pump);
      writer.end();
    };
    const stop = (): void => void this.#followers.delete(pump);
    const writer = openWriter(bus, clock, subject, { onDrain: pump, onGone: stop });
    this.#followers.add(pump);
    pump();
    return () => {
      stop();
      writer.end();
    };
  }
  /** Lines from now on. */
  follow(told: { readonly line: (text: string) => void; readonly end: () => void }): Stop {
    let next = this.#dropped + this.#lines.length;
    const pump = (): void => {
      next = Math.max(next, this.#dropped);
      while (next < this.#dropped + this.#lines.length) told.line(this.#lines[next++ - this.#dropped]!.text);
      if (!this.#ended) return;
      this.#followers.delete(pump);
      told.end();
    };
    this.#followers.add(pump);
    pump();
    return () => void this.#followers.delete(pump);
  }
  #start(options: LogOptions): number {
    const { sinceMs, tailLines } = options;
    const since = sinceMs === undefined ? 0 : this.#lines.findIndex((line) => line.at >= sinceMs);
    const first = since < 0 ? this.#lines.length : since;
    return this.#dropped + (tailLines === undefined ? first : Math.max(first, this.#lines.length - tailLines));
  }
  #wake(): void {
    for (const follower of [...this.#followers]) follower();
  }
}
