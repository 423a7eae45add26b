//! What a connection sends, in order, as far as the receiver's windows allow (RFC 9113, section 5.2).
import { END_STREAM, Frame, frame } from './frame.ts';

type Item =
  | { readonly id: number; readonly headers: Buffer }
  | { readonly id: number; readonly data: Buffer; readonly end: boolean; sent: number };

const FRAME_BYTES = 16_384;

export class Sender {
  readonly #write: (bytes: Uint8Array) => void;
  #queue: Item[] = [];
  #scheduled = false;
  #connection = 65_535;
  #initial = 65_535;
  #streamsMax = Number.POSITIVE_INFINITY;
  readonly #windows = new Map<number, number>();

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  start(id: number, headers: Buffer): void {
    this.#queue.push({ id, headers });
    this.#schedule();
  }
  data(id: number, data: Buffer, end: boolean): void {
    this.#queue.push({ id, data, end, sent: 0 });
    this.#schedule();
  }
  ended(id: number): void {
    this.#windows.delete(id);
    if (this.#queue.length > 0) this.#schedule();
  }
  opened(id: number, bytes: number): void {
    if (id === 0) this.#connection += bytes;
    else if (this.#windows.has(id)) this.#windows.set(id, this.#windows.get(id)! + bytes);
    this.#schedule();
  }
  initialWindow(bytes: number): void {
    for (const [id, window] of this.#windows) this.#windows.set(id, window + bytes - this.#initial);
    this.#initial = bytes;
    this.#schedule();
  }
  maxStreams(count: number): void {
    this.#streamsMax = count;
    this.#schedule();
  }

  /** All that was asked in this turn leaves in one write. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    const out: Buffer[] = [];
    let done = 0;
    for (; done < this.#queue.length; done++) if (!this.#take(this.#queue[done]!, out)) break;
    if (done > 0) this.#queue = this.#queue.slice(done);
    if (out.length > 0) this.#write(out.length === 1 ? out[0]! : Buffer.concat(out));
  }

  /** False: the rest of it must wait. */
  #take(item: Item, out: Buffer[]): boolean {
    if ('headers' in item) {
      if (this.#windows.size >= this.#streamsMax) return false;
      this.#windows.set(item.id, this.#initial);
      out.push(item.headers);
      return true;
    }
    while (item.sent < item.data.length) {
      const window = this.#windows.get(item.id);
      if (window === undefined) return true; // the stream is over
      const size = Math.min(FRAME_BYTES, item.data.length - item.sent, this.#connection, window);
      if (size <= 0) return false;
      const last = item.sent + size === item.data.length;
      out.push(
        frame(Frame.data, item.end && last ? END_STREAM : 0, item.id, item.data.subarray(item.sent, item.sent + size)),
      );
      item.sent += size;
      this.#connection -= size;
      this.#windows.set(item.id, window - size);
    }
    return true;
  }
}
