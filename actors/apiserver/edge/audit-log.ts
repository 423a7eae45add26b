//! The audit log: one event a line, to a file that is put aside when it is full, or to stdout (`-`).
import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';

export interface AuditLogOptions {
  readonly path: string;
  /** Of one file. Default 100. */
  readonly maxMegabytes?: number;
  /** Old files that are kept. 0, the default: all. */
  readonly maxBackups?: number;
}
const MEGABYTE = 1024 * 1024;
const DEFAULT_MEGABYTES = 100;

/** Written before the answer goes on: --audit-log-mode=blocking. */
export class AuditLog {
  readonly #options: AuditLogOptions;
  readonly #now: () => number;
  readonly #failed: (error: unknown) => void;
  #file: number;
  #size = 0;
  /** Throws when the file cannot be opened. */
  constructor(options: AuditLogOptions, now: () => number, failed: (error: unknown) => void) {
    this.#options = options;
    this.#now = now;
    this.#failed = failed;
    this.#file = this.#open();
  }
  write(event: object): void {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    try {
      if (this.#file !== STDOUT && this.#size > 0 && this.#size + line.length > this.#most) this.#rotate();
      writeSync(this.#file, line);
      this.#size += line.length;
    } catch (error) {
      // What cannot be written must not stop the cluster.
      this.#failed(error);
    }
  }
  close(): void {
    if (this.#file !== STDOUT) closeSync(this.#file);
  }

  get #most(): number {
    return (this.#options.maxMegabytes || DEFAULT_MEGABYTES) * MEGABYTE;
  }
  #open(): number {
    const { path } = this.#options;
    if (path === '-') return STDOUT;
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'a', 0o600);
    this.#size = fstatSync(file).size;
    return file;
  }
  /** `audit-2026-01-01T00-00-00.000.log`, as lumberjack names them. */
  #rotate(): void {
    const { path, maxBackups = 0 } = this.#options;
    const end = extname(path);
    const name = basename(path, end);
    const stamp = new Date(this.#now()).toISOString().replaceAll(':', '-').replace('Z', '');
    closeSync(this.#file);
    renameSync(path, join(dirname(path), `${name}-${stamp}${end}`));
    this.#file = this.#open();
    if (maxBackups === 0) return;
    const old = readdirSync(dirname(path)).filter((file) => file.startsWith(`${name}-`) && file.endsWith(end));
    for (const file of old.sort().slice(0, -maxBackups)) rmSync(join(dirname(path), file));
  }
}
const STDOUT = 1;
