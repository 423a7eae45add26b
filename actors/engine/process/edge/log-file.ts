//! One container's output: a file that its process appends to by itself, so that no line waits for the engine. The
//! engine notes when the file grew: (offset, time) pairs give lines their timestamps. Offsets count from the first byte
//! ever written; a file over its bound moves to `.1` (… `.4`), the oldest is dropped.
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';

export const FILES = 5;
const MARKS_MAX = 20_000;
const COPY_BYTES = 1 << 16;

export class LogFile {
  readonly path: string;
  readonly #maxBytes: number;
  /** Bytes in rotated files, oldest first. */
  #rotated: number[] = [];
  /** Offset of the first byte that is still there. */
  #start = 0;
  /** Of the current file, as last seen. */
  #size = 0;
  #offsets: number[] = [];
  #times: number[] = [];
  /** Told of growth and of the end. */
  readonly followers = new Set<() => void>();
  ended = false;

  constructor(path: string, maxBytes: number) {
    this.path = path;
    this.#maxBytes = maxBytes;
    this.#recover();
  }
  get start(): number {
    return this.#start;
  }
  get end(): number {
    return this.#base + this.#size;
  }
  get #base(): number {
    return this.#rotated.reduce((sum, bytes) => sum + bytes, this.#start);
  }

  /** The file may have grown: what is new has come by `now`. */
  noticed(now: number): void {
    const size = sizeOf(this.path);
    if (size > this.#size) {
      const from = this.end;
      this.#size = size;
      this.#mark(from, now);
    }
    if (size > this.#maxBytes) this.#rotate(now);
    for (const follower of [...this.followers]) follower();
  }
  finish(now: number): void {
    this.ended = true;
    this.noticed(now);
  }
  /** When the byte at this offset was written, as well as we know. */
  timeAt(offset: number): number {
    let low = 0;
    let high = this.#offsets.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#offsets[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return this.#times[Math.max(0, low - 1)] ?? 0;
  }
  /** The first offset noted at or after the time. */
  offsetSince(time: number): number {
    const at = this.#times.findIndex((noted) => noted >= time);
    return at < 0 ? this.end : Math.max(this.#offsets[at]!, this.#start);
  }
  /** At most `length` bytes; fewer at the end of a file. Empty: none yet, or gone. */
  read(offset: number, length: number): Buffer {
    let base = this.#start;
    for (const [i, bytes] of [...this.#rotated, this.#size].entries()) {
      if (offset < base + bytes) {
        const back = this.#rotated.length - i;
        return readAt(
          back === 0 ? this.path : `${this.path}.${back}`,
          offset - base,
          Math.min(length, base + bytes - offset),
        );
      }
      base += bytes;
    }
    return Buffer.alloc(0);
  }

  #mark(offset: number, time: number): void {
    if (this.#offsets.length >= MARKS_MAX) {
      // Half as exact from here back: the bound on memory matters more than old milliseconds.
      this.#offsets = this.#offsets.filter((_, i) => i % 2 === 0);
      this.#times = this.#times.filter((_, i) => i % 2 === 0);
      this.#save();
    }
    this.#offsets.push(offset);
    this.#times.push(time);
    appendFileSync(`${this.path}.index`, `${offset} ${time} ${this.end}\n`);
  }
  /** The process keeps its file: its bytes are copied away and the file is cut. The window for a loss is one call. */
  #rotate(now: number): void {
    const oldest = `${this.path}.${FILES - 1}`;
    if (this.#rotated.length === FILES - 1) {
      rmSync(oldest, { force: true });
      this.#start += this.#rotated.shift()!;
    }
    for (let i = this.#rotated.length; i >= 1; i--) renameSync(`${this.path}.${i}`, `${this.path}.${i + 1}`);
    copyFileSync(this.path, `${this.path}.1`);
    const from = openSync(this.path, 'r+');
    let copied = sizeOf(`${this.path}.1`);
    for (
      let more = readAt(this.path, copied, COPY_BYTES);
      more.length > 0;
      more = readAt(this.path, copied, COPY_BYTES)
    ) {
      appendFileSync(`${this.path}.1`, more);
      copied += more.length;
    }
    ftruncateSync(from, 0);
    closeSync(from);
    const seen = this.end;
    this.#rotated.push(copied);
    this.#size = 0;
    if (this.end > seen) this.#mark(seen, now);
    this.#save();
  }
  #save(): void {
    const kept = this.#offsets.findLastIndex((offset) => offset <= this.#start);
    if (kept > 0) {
      this.#offsets.splice(0, kept);
      this.#times.splice(0, kept);
    }
    const lines = this.#offsets.map((offset, i) => `${offset} ${this.#times[i]}`);
    const last = lines.length === 0 ? [] : [`${lines.pop()} ${this.end}`];
    writeFileSync(`${this.path}.index`, [`start ${this.#start}`, ...lines, ...last, ''].join('\n'));
  }
  #recover(): void {
    for (let i = FILES - 1; i >= 1; i--)
      if (existsSync(`${this.path}.${i}`)) this.#rotated.push(sizeOf(`${this.path}.${i}`));
    if (!existsSync(`${this.path}.index`)) return;
    let seen = 0;
    for (const line of readFileSync(`${this.path}.index`, 'utf8').split('\n')) {
      const [first = '', second, end] = line.split(' ');
      if (second === undefined) continue;
      if (first === 'start') this.#start = Number(second);
      else {
        this.#offsets.push(Number(first));
        this.#times.push(Number(second));
      }
      if (end !== undefined) seen = Number(end);
    }
    // What came while nobody looked is noticed next.
    this.#size = Math.max(0, Math.min(seen - this.#base, sizeOf(this.path)));
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
function readAt(path: string, at: number, length: number): Buffer {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return Buffer.alloc(0);
  }
  try {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, fstatSync(file).size - at)));
    return bytes.subarray(0, bytes.length === 0 ? 0 : readSync(file, bytes, 0, bytes.length, at));
  } finally {
    closeSync(file);
  }
}
