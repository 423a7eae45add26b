//! Benchmark clients are processes of their own: what they are told to do, and how.
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { ROOT } from '../../../runtime/real/root.ts';
import type { Measured } from './drive.ts';

export const VALUE_BYTES = 256;
/** Puts go round so many keys. */
export const KEYS = 10_000;

export type Job =
  /** Puts, reads of 1,000 keys, or txns (a compare, a put, a read). `connections` where there are any. */
  | {
      readonly kind: 'put' | 'range' | 'txn';
      readonly inFlight: number;
      readonly ms: number;
      readonly address?: string;
      readonly connections?: number;
    }
  /** `count` keys from `first` on, in txns of 100 puts: as fast as it goes. */
  | { readonly kind: 'fill'; readonly count: number; readonly first: number; readonly address?: string }
  /** `watchers` of one prefix; `puts` puts one after the other. */
  | {
      readonly kind: 'watch';
      readonly watchers: number;
      readonly puts: number;
      readonly ms: number;
      readonly address?: string;
    }
  /** A read of one key, asked again until somebody answers. */
  | { readonly kind: 'first'; readonly address: string }
  /** Bare write and fdatasync, one after the other. */
  | { readonly kind: 'fsync'; readonly ms: number };
export interface Fanout {
  readonly events: number;
  readonly rate: number;
  /** From a put until the last watcher has it; the median of all puts. */
  readonly allMs: number;
}
export type Answer = Measured | Fanout | { readonly failed: string };

/** A process that does jobs, one at a time. */
export class Worker {
  readonly child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.child = child;
  }
  /** `file` beside this one. Resolves when it says that it is ready. */
  static start(file: string, args: readonly string[] = [], execArgv: readonly string[] = []): Promise<Worker> {
    // Bundled, as Orrery runs: tsx wraps functions to keep their names, at a cost.
    const outfile = join(ROOT, 'build/bench', file.replace(/\.ts$/, '.mjs'));
    const entryPoints = [fileURLToPath(new URL(file, import.meta.url))];
    buildSync({ entryPoints, outfile, bundle: true, format: 'esm', platform: 'node', packages: 'external' });
    const child = fork(outfile, [...args], { execArgv: [...execArgv] });
    process.once('exit', () => child.kill('SIGKILL'));
    return new Promise((resolve, reject) => {
      child.once('message', () => resolve(new Worker(child)));
      child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
    });
  }
  do(job: Job & { kind: 'watch' }): Promise<Fanout>;
  do(job: Job): Promise<Measured>;
  do(job: Job): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.child.once('message', (answer: Answer) =>
        'failed' in answer ? reject(new Error(answer.failed)) : resolve(answer),
      );
      this.child.send(job);
    });
  }
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }
}

/** For the process: does what it is told until its parent is gone. */
export function work(perform: (job: Job) => Promise<Answer>): void {
  process.on('message', (job: Job) => {
    perform(job).then(
      (answer) => process.send!(answer),
      (error) => process.send!({ failed: String(error?.stack ?? error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
  process.send!({ ready: true });
}
