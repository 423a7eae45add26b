//! Snapshot files on the disk.
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Pages } from '../bolt/reader.ts';

/** Read at once: pages lie nearly in the order in which they are asked for. */
const WINDOW_BYTES = 256 * 1024;

export class FilePages implements Pages {
  readonly size: number;
  readonly #fd: number;
  #window: Buffer = Buffer.alloc(0);
  #at = 0;

  /** Throws what the file system says. */
  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    const stat = fstatSync(this.#fd);
    if (!stat.isFile()) {
      closeSync(this.#fd);
      throw new Error('it is no file');
    }
    this.size = stat.size;
  }

  read(offset: number, length: number): Buffer {
    const end = Math.min(offset + length, this.size);
    if (offset >= end) return Buffer.alloc(0);
    if (offset < this.#at || end > this.#at + this.#window.length) {
      this.#window = this.#fetch(offset, Math.min(Math.max(length, WINDOW_BYTES), this.size - offset));
      this.#at = offset;
    }
    return this.#window.subarray(offset - this.#at, Math.min(end - this.#at, this.#window.length));
  }
  close(): void {
    closeSync(this.#fd);
  }

  #fetch(offset: number, length: number): Buffer {
    // Whoever keeps a part of it keeps all of it, so it is not taken from a shared pool.
    const bytes = Buffer.allocUnsafeSlow(length);
    let read = 0;
    while (read < length) {
      const more = readSync(this.#fd, bytes, read, length - read, offset + read);
      if (more === 0) break; // it became shorter meanwhile
      read += more;
    }
    return bytes.subarray(0, read);
  }
}

/**
 * The file is there whole and synced, or not at all: it is written beside, looked at by `check`, and renamed. Rejects
 * with what the file system or `check` says.
 */
export async function writeWhole(
  path: string,
  pieces: Iterable<Uint8Array>,
  check: (written: string) => void,
): Promise<void> {
  const beside = `${path}.${process.pid}.part`;
  const remove = (): void => rmSync(beside, { force: true });
  process.on('exit', remove);
  try {
    const file = await open(beside, 'wx', 0o600);
    try {
      for (const piece of pieces) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    check(beside);
    renameSync(beside, path);
    syncFolder(dirname(path));
  } finally {
    remove();
    process.off('exit', remove);
  }
}

function syncFolder(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
