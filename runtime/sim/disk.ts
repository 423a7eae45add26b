//! A disk that forgets: what was not synced is lost, or torn, in a crash.
import { fail, ok, type Result } from '../fault.ts';
import type { Clock, Disk, DiskFile, Random } from '../ports.ts';
import { integer } from '../random.ts';

type Done<T> = (result: Result<T>) => void;

interface SimFile {
  bytes: Uint8Array;
  size: number;
  /** Bytes that a crash leaves. */
  synced: number;
}

export interface SimDiskOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Each call takes so long. May be changed while it runs: a slow disk. */
  readonly delayMs?: number;
  /** Writes beyond it fail as on a full disk. */
  readonly capacityBytes?: number;
}

export class SimDisk implements Disk {
  readonly #options: SimDiskOptions;
  readonly #files = new Map<string, SimFile>();
  /** Their names may come back in a crash: nobody synced the directory since. */
  readonly #removed = new Map<string, SimFile>();
  life = 0;
  /** How many syncs there were: what group commit saves. */
  syncs = 0;
  /** Writes beyond it fail. May be changed while it runs. */
  capacityBytes: number;
  delayMs: number;
  /** It says that it has synced and has not: a crash takes what was written since. */
  forgetsSyncs = false;
  /** Paths that cannot be read: a bad sector. */
  readonly unreadable = new Set<string>();

  constructor(options: SimDiskOptions) {
    this.#options = options;
    this.capacityBytes = options.capacityBytes ?? Number.POSITIVE_INFINITY;
    this.delayMs = options.delayMs ?? DELAY_MS;
  }

  /** The machine loses power: unsynced bytes go, all or from some byte on, and nobody is called back. */
  crash(): void {
    this.life++;
    const { random } = this.#options;
    for (const [path, file] of this.#removed)
      if (!this.#files.has(path) && random.float() < 0.5) this.#files.set(path, file);
    this.#removed.clear();
    for (const file of this.#files.values()) {
      const kept = integer(random, file.size - file.synced + 1);
      const tail = file.bytes.subarray(file.synced, file.synced + kept);
      // A block that was allocated and never written reads as zeros.
      if (random.float() < 0.25) tail.fill(0, integer(random, kept + 1));
      file.size = file.synced + kept;
      file.synced = file.size;
    }
  }
  /** For tests: flips the bits of one byte. */
  damage(path: string, offset: number): void {
    const file = this.#files.get(path);
    if (file === undefined || offset >= file.size) throw new Error(`nothing at ${path} ${offset}`);
    file.bytes[offset] = file.bytes[offset]! ^ 0xff;
  }
  size(path: string): number {
    return this.#files.get(path)?.size ?? 0;
  }

  list(dir: string, done: Done<readonly string[]>): void {
    const prefix = dir === '' || dir === '.' ? '' : `${dir}/`;
    this.#later(() => {
      const names = [...this.#files.keys()].filter((path) => path.startsWith(prefix));
      done(ok(names.map((path) => path.slice(prefix.length)).sort()));
    });
  }
  read(path: string, done: Done<Uint8Array>): void {
    this.#later(() => {
      const file = this.#files.get(path);
      if (this.unreadable.has(path)) return done(fail('InternalError', `cannot read ${path}: input/output error`));
      done(file ? ok(file.bytes.slice(0, file.size)) : fail('NotFound', `cannot read ${path}: it is not there`));
    });
  }
  replace(path: string, bytes: Uint8Array, done: Done<void>): void {
    const copy = bytes.slice();
    this.#later(() => {
      if (this.#full(copy.length)) return done(noSpace(path));
      this.#files.set(path, { bytes: copy, size: copy.length, synced: copy.length });
      this.#removed.clear();
      done(ok(undefined));
    });
  }
  remove(path: string, done: Done<void>): void {
    this.#later(() => {
      const file = this.#files.get(path);
      if (file) this.#removed.set(path, file);
      this.#files.delete(path);
      done(ok(undefined));
    });
  }
  openAppend(path: string, size: number | undefined, done: Done<DiskFile>): void {
    this.#later(() => {
      const file = this.#files.get(path) ?? { bytes: new Uint8Array(1_024), size: 0, synced: 0 };
      this.#files.set(path, file);
      this.#removed.clear();
      if (size !== undefined && size < file.size) {
        file.size = size;
        file.synced = Math.min(file.synced, size);
      }
      done(ok(this.#handle(path, file)));
    });
  }

  #handle(path: string, file: SimFile): DiskFile {
    return {
      append: (bytes, done) => {
        const copy = bytes.slice();
        this.#later(() => {
          if (this.#full(copy.length)) {
            write(file, copy.subarray(0, copy.length >> 1)); // as a real one: part of it may be there
            return done(noSpace(path));
          }
          write(file, copy);
          done(ok(undefined));
        });
      },
      sync: (done) =>
        this.#later(() => {
          this.syncs++;
          if (!this.forgetsSyncs) file.synced = file.size;
          done(ok(undefined));
        }),
      close: (done) => this.#later(done),
    };
  }
  #full(more: number): boolean {
    let used = more;
    for (const file of this.#files.values()) used += file.size;
    return used > this.capacityBytes;
  }
  #later(run: () => void): void {
    const life = this.life;
    this.#options.clock.setTimeout(() => life === this.life && run(), this.delayMs);
  }
}

const DELAY_MS = 0.05;

function write(file: SimFile, bytes: Uint8Array): void {
  if (file.size + bytes.length > file.bytes.length) {
    const grown = new Uint8Array(Math.max(file.bytes.length * 2, file.size + bytes.length));
    grown.set(file.bytes.subarray(0, file.size));
    file.bytes = grown;
  }
  file.bytes.set(bytes, file.size);
  file.size += bytes.length;
}
const noSpace = (path: string): ReturnType<typeof fail> =>
  fail('InternalError', `cannot write ${path}: no space is left on the device: free some and start again`);
