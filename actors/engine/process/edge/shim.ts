//! Starts a container's keeper (shim.sh) and sees how it ends: at once as its parent, else by looking.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { fail, ok, type Result } from '../../../../runtime/fault.ts';
import type { Clock } from '../../../../runtime/ports.ts';
import { signal, startOf } from './proc.ts';

export interface ShimOrder {
  /** Folder of pid, exit and prelude.sh. */
  readonly dir: string;
  readonly script: string;
  readonly logFile: string;
  readonly workingDir: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** `nsenter …`, `unshare …`: each ends by running what follows, so the process stays the same. */
  readonly enter: readonly string[];
}
/** A running keeper; its id is that of the container's process group. */
export interface Shim {
  readonly pid: number;
  readonly start: string;
}

/** `done` once the command begins, or why it did not; then, once, `ended`. */
export function startShim(
  order: ShimOrder,
  ended: (by: NodeJS.Signals | null) => void,
  done: (result: Result<Shim>) => void,
): void {
  const [command = '/bin/sh', ...args] = [
    ...order.enter,
    ...['/bin/sh', order.script, 'outside', order.dir, order.workingDir, ...order.argv],
  ];
  const log = openSync(order.logFile, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(command, args, { detached: true, env: order.env, stdio: ['ignore', log, log, 'pipe'], cwd: '/' });
  } catch (error) {
    return done(fail('InternalError', `cannot start a process: ${String(error)}`));
  } finally {
    closeSync(log);
  }
  let begun = false;
  let over = false;
  let gone: { readonly by: NodeJS.Signals | null } | undefined;
  const refuse = (why: string): void => {
    if (begun || over) return;
    over = true;
    done(fail('InternalError', why));
  };
  child.on('error', (error) => refuse(`cannot start a process: ${error.message}`));
  const begins = child.stdio[3] as Readable | null | undefined;
  begins?.on('data', () => {
    if (begun || over) return;
    begun = true;
    begins.destroy();
    const pid = child.pid!;
    done(ok({ pid, start: startOf(pid) ?? 'gone' }));
    // A stream that is destroyed has no end: what is gone already is told here.
    if (gone !== undefined) ended(gone.by);
  });
  begins?.on('error', () => {});
  child.on('exit', (_, by) => {
    if (begun) return ended(by);
    gone = { by };
    // It may have begun and ended before its word was read.
    if (begins?.readableEnded || begins?.destroyed) return refuse(lastLine(order.logFile));
    begins?.on('end', () => refuse(lastLine(order.logFile)));
  });
  child.unref(); // the engine's end is not held up by it
}
const lastLine = (file: string): string =>
  readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) || 'the container’s keeper ended before it began';

export const isAlive = (shim: Shim): boolean => startOf(shim.pid) === shim.start;
/** To the keeper (which only notes it) and everything that its container has started in its group. */
export function signalGroup(shim: Shim, name: NodeJS.Signals): void {
  if (isAlive(shim)) signal(-shim.pid, name);
}

const LOOK_MS = 100;
/** Keepers whose parent was an engine before us. */
export class Orphans {
  readonly #clock: Clock;
  readonly #watched = new Map<Shim, () => void>();
  #timer: unknown;
  constructor(clock: Clock) {
    this.#clock = clock;
  }
  watch(shim: Shim, ended: () => void): void {
    this.#watched.set(shim, ended);
    if (this.#watched.size === 1) this.#look();
  }
  close(): void {
    this.#watched.clear();
    this.#clock.clearTimeout(this.#timer);
  }
  #look(): void {
    for (const [shim, ended] of [...this.#watched]) {
      if (isAlive(shim)) continue;
      this.#watched.delete(shim);
      ended();
    }
    if (this.#watched.size > 0) this.#timer = this.#clock.setTimeout(() => this.#look(), LOOK_MS);
  }
}
