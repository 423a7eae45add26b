//! All logs of a node: one watch on their folder tells which have grown, at no cost while nobody writes.
import { type FSWatcher, watch } from 'node:fs';
import { basename } from 'node:path';
import type { Clock } from '../../../../runtime/ports.ts';
import { LogFile } from './log-file.ts';

/** A burst of writes is one look. */
const SETTLE_MS = 10;
/** Without a watch. */
const LOOK_MS = 250;

export class LogFolder {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #files = new Map<string, LogFile>();
  /** Name to when the first of its unseen writes was seen. */
  readonly #grown = new Map<string, number>();
  #watcher: FSWatcher | undefined;
  #timer: unknown;
  constructor(dir: string, clock: Clock, maxBytes: number) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
    try {
      this.#watcher = watch(dir, (_, name) => this.#changed(name ?? ''));
      this.#watcher.on('error', () => {}); // the folder went with the cluster's data
    } catch {
      this.#look(); // the machine has no watches left
    }
  }
  open(path: string): LogFile {
    const name = basename(path);
    let file = this.#files.get(name);
    if (file === undefined) {
      file = new LogFile(path, this.#maxBytes);
      this.#files.set(name, file);
    }
    return file;
  }
  forget(path: string): void {
    const file = this.#files.get(basename(path));
    this.#files.delete(basename(path));
    this.#grown.delete(basename(path));
    if (file && !file.ended) file.finish(this.#clock.now());
  }
  close(): void {
    this.#watcher?.close();
    this.#clock.clearTimeout(this.#timer);
    for (const file of this.#files.values()) file.followers.clear();
  }
  #look(): void {
    for (const file of this.#files.values()) if (!file.ended) file.noticed(this.#clock.now());
    this.#timer = this.#clock.setTimeout(() => this.#look(), LOOK_MS);
  }
  #changed(name: string): void {
    if (!this.#files.has(name) || this.#grown.has(name)) return;
    this.#grown.set(name, this.#clock.now());
    if (this.#grown.size > 1) return;
    this.#timer = this.#clock.setTimeout(() => {
      const grown = [...this.#grown];
      this.#grown.clear();
      for (const [one, at] of grown) this.#files.get(one)?.noticed(at);
    }, SETTLE_MS);
  }
}
