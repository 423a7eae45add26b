//! A terminal for a command, by the program `script` (util-linux): it makes the pty, gives the command its other side
//! as a controlling terminal, and ends with the command's exit code.
import { execFile } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import type { Clock } from '../../../../runtime/ports.ts';
import type { TerminalSize } from '../../protocol.ts';
import { quote } from '../logic.ts';
import { DEFAULT_PATH, findProgram, tool } from './programs.ts';

export const NO_TERMINALS = 'this node has no terminals: the program `script` (package util-linux) is missing';
const enginePath = (): string => `${process.env['PATH'] ?? ''}:${DEFAULT_PATH}`;
/** Undefined: this machine lacks `script`, so there are no terminals. */
export function inTerminal(argv: readonly string[]): readonly string[] | undefined {
  const script = findProgram('script', enginePath());
  if (script === undefined) return undefined;
  // --command is given to $SHELL: that must be one that knows `exec`.
  return [tool('env'), 'SHELL=/bin/sh', script, '-qefc', `exec ${argv.map(quote).join(' ')}`, '/dev/null'];
}

const LOOK_MS = 20;
const LOOKS_MAX = 100;
/**
 * Sets sizes of the terminal that the `script` of an id made, as soon as it is there: one after the other, and the last
 * one counts.
 */
export class TerminalSizer {
  readonly #pid: number;
  readonly #clock: Clock;
  #wanted: TerminalSize | undefined;
  #busy = false;
  #looks = 0;
  #timer: unknown;
  constructor(pid: number, clock: Clock) {
    this.#pid = pid;
    this.#clock = clock;
  }
  resize(size: TerminalSize): void {
    this.#wanted = size;
    if (!this.#busy) this.#next();
  }
  stop(): void {
    this.#wanted = undefined;
    this.#clock.clearTimeout(this.#timer);
  }
  readonly #next = (): void => {
    const size = this.#wanted;
    this.#busy = size !== undefined;
    if (size === undefined) return;
    const terminal = terminalOf(this.#pid);
    if (terminal === undefined) {
      if (++this.#looks < LOOKS_MAX) this.#timer = this.#clock.setTimeout(this.#next, LOOK_MS);
      return;
    }
    this.#wanted = undefined;
    const words = ['-F', terminal, 'rows', String(size.height), 'cols', String(size.width)];
    execFile(tool('stty'), words, this.#next);
  };
}
function terminalOf(pid: number): string | undefined {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    if (child === undefined || child === '') return undefined;
    const at = readlinkSync(`/proc/${child}/fd/0`);
    return at.startsWith('/dev/pts/') ? at : undefined;
  } catch {
    return undefined; // it is not there yet, or no more
  }
}
