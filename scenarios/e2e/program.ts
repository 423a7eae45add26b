//! A program under test: started, listened to, waited for, stopped. Nothing here sleeps for luck.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}
export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** stdin stays open, for whoever types. */
  readonly typed?: boolean;
}
const KEPT_CHARACTERS = 4_000_000;
const PIPES_CLOSE_MS = 1_000;

export class Program {
  readonly name: string;
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Resolves when it has ended and its output is all in. */
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  #over: Ended | undefined;
  readonly #waiting = new Set<() => void>();

  constructor(name: string, command: string, args: readonly string[], options: StartOptions = {}) {
    this.name = name;
    this.child = spawn(command, [...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.stdin.on('error', () => undefined); // it may end without reading
    if (!options.typed) this.child.stdin.end(options.stdin ?? '');
    this.child.stdout.on('data', (chunk: Buffer) => {
      this.stdout = (this.stdout + chunk.toString()).slice(-KEPT_CHARACTERS);
      this.#wake();
    });
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString()).slice(-KEPT_CHARACTERS);
      this.#wake();
    });
    this.ended = new Promise((resolve, reject) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        this.#over ??= { code, signal };
        resolve(this.#over);
        this.#wake();
      };
      this.child.on('error', reject);
      this.child.on('close', end);
      // What a killed program had started may hold its pipes open: then its output is what came until now.
      this.child.on('exit', (code, signal) => setTimeout(end, PIPES_CLOSE_MS, code, signal).unref());
    });
    this.ended.catch(() => undefined);
  }

  get over(): Ended | undefined {
    return this.#over;
  }
  get lines(): readonly string[] {
    return this.stdout.split('\n').filter((line) => line !== '');
  }

  /** The first line of stdout that fits; fails with everything it said when it ends or takes too long. */
  line(pattern: RegExp, timeoutMs = 30_000): Promise<string> {
    return this.until(`a line ${pattern}`, () => this.lines.find((line) => pattern.test(line)), timeoutMs);
  }

  /** Asks after each piece of output until there is an answer. */
  until<T>(what: string, look: () => T | undefined, timeoutMs = 30_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        settle();
      };
      const check = (): void => {
        const found = look();
        if (found !== undefined) finish(() => resolve(found));
        else if (this.#over !== undefined)
          finish(() => reject(new Error(`${this.name} ended before ${what}\n${this.report()}`)));
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`${this.name}: not ${what} within ${timeoutMs} ms\n${this.report()}`))),
        timeoutMs,
      );
      this.#waiting.add(check);
      check();
    });
  }

  /** Signals it and waits for its end. Takes too long: SIGKILL and an error. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', timeoutMs = 30_000): Promise<Ended> {
    if (this.#over === undefined) this.child.kill(signal);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.child.kill('SIGKILL');
      this.child.stdout.destroy(); // grandchildren may hold the pipes
      this.child.stderr.destroy();
    }, timeoutMs);
    const ended = await this.ended.finally(() => clearTimeout(timer));
    if (late) throw new Error(`${this.name} still ran ${timeoutMs} ms after ${signal}\n${this.report()}`);
    return ended;
  }

  report(): string {
    const state = this.#over === undefined ? 'running' : `ended ${JSON.stringify(this.#over)}`;
    const said = `stdout\n${tail(this.stdout)}\n--- stderr\n${tail(this.stderr)}`;
    return `--- ${this.name} (${state}): ${said}\n---`;
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check();
  }
}

export interface Outcome extends Ended {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function run(
  command: string,
  args: readonly string[],
  options: StartOptions & { readonly timeoutMs?: number } = {},
): Promise<Outcome> {
  const name = [command.split('/').at(-1), ...args].join(' ');
  const program = new Program(name, command, args, options);
  const timeoutMs = options.timeoutMs ?? 90_000;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    program.child.kill('SIGKILL');
  }, timeoutMs);
  const ended = await program.ended.finally(() => clearTimeout(timer));
  if (late) throw new Error(`${name}: no end within ${timeoutMs} ms\n${program.report()}`);
  return { ...ended, stdout: program.stdout, stderr: program.stderr };
}

const tail = (text: string): string => (text.length > 8_000 ? `…${text.slice(-8_000)}` : text);
