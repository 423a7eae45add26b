//! A terminal for a command, by the program `script` (util-linux): it makes the pty, gives the command its other side
//! as a controlling terminal, and ends with the command's exit code.
import { execFile } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import type { Clock, Stop } from '../../../../runtime/ports.ts';
import type { TerminalSize } from '../../protocol.ts';
import { quote } from '../logic.ts';
import { DEFAULT_PATH, findProgram, tool } from './programs.ts';

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
/** Sets the size of the terminal that the `script` of this id made, as soon as it is there. */
export function resizeTerminal(pid: number, { width, height }: TerminalSize, clock: Clock): Stop {
  let looks = 0;
  let timer: unknown;
  const look = (): void => {
    const terminal = terminalOf(pid);
    if (terminal !== undefined)
      execFile(tool('stty'), ['-F', terminal, 'rows', String(height), 'cols', String(width)], () => {});
    else if (++looks < LOOKS_MAX) timer = clock.setTimeout(look, LOOK_MS);
  };
  look();
  return () => clock.clearTimeout(timer);
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
