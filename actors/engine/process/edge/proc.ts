//! What /proc says about processes.
import { readdir, readFile, readFileSync } from 'node:fs';
import type { Clock } from '../../../../runtime/ports.ts';

/** When it started, in ticks since boot: tells a process from a later one with its id. Undefined: gone, or a zombie. */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {} // it is gone: what the signal was for
}

/**
 * Kills every process whose environment has one of the marks, wherever it has gone (its own session, another parent),
 * and looks again until none is left. One pass serves all who ask within it.
 */
export class Sweeper {
  readonly #clock: Clock;
  #waiting: { readonly mark: string; readonly done: () => void }[] = [];
  #busy = false;
  constructor(clock: Clock) {
    this.#clock = clock;
  }
  sweep(mark: string, done: () => void): void {
    this.#waiting.push({ mark, done });
    if (!this.#busy) this.#pass();
  }
  #pass(): void {
    const asked = this.#waiting;
    this.#waiting = [];
    if (asked.length === 0) return;
    this.#busy = true;
    readdir('/proc', (error, names) => {
      const pids = error ? [] : names.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
      const found = new Set<(typeof asked)[number]>();
      let left = pids.length;
      const finish = (): void => {
        this.#busy = false;
        for (const one of asked)
          if (found.has(one)) this.#waiting.push(one);
          else one.done();
        // The killed are gone in a moment; init reaps them.
        if (this.#waiting.length > 0) this.#clock.setTimeout(() => this.#pass(), found.size > 0 ? 5 : 0);
      };
      if (left === 0) return finish();
      for (const pid of pids)
        readFile(`/proc/${pid}/environ`, 'latin1', (gone, environ) => {
          if (!gone && environ !== '')
            for (const one of asked)
              if (environ.includes(one.mark) && startOf(Number(pid)) !== undefined) {
                found.add(one);
                signal(Number(pid), 'SIGKILL');
              }
          if (--left === 0) finish();
        });
    });
  }
}
