//! What a cluster must not leave behind, and who clears it away when a test dies.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/** Every live process whose command line or environment names `text` (a data directory); not this one. */
export function processesNaming(text: string): readonly Leftover[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name): Leftover[] => {
      const command = read(`/proc/${name}/cmdline`);
      if (command === '') return []; // a kernel thread, a zombie, or gone
      const names = command.includes(text) || read(`/proc/${name}/environ`).includes(text);
      return names ? [{ pid: Number(name), command: command.replaceAll('\0', ' ') }] : [];
    });
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

/**
 * Outlives this process by a moment: when its pipe closes (this process ended, however) it kills every process that
 * names the directory, then removes the directory. It learns the name by its pipe, so that it does not name it itself.
 */
export function watchOver(dir: string): void {
  const script = `
    read -r dir
    cat > /dev/null
    for round in 1 2 3; do
      for process in /proc/[0-9]*; do
        pid=\${process#/proc/}
        [ "$pid" = "$$" ] && continue
        if grep -qsaF -e "$dir" "$process/cmdline" "$process/environ"; then kill -9 "$pid" 2> /dev/null; fi
      done
    done
    rm -rf "$dir"`;
  const guard = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  guard.stdin.write(`${dir}\n`);
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
}

/** Whether a process has this in its environment: `POD_UID=…`, which the tests' pods ask for by a field reference. */
export const hasVariable = (pid: number, variable: string): boolean =>
  read(`/proc/${pid}/environ`).split('\0').includes(variable);

/** Of processes that started one another (a launcher, a shell, its commands): those that started no other of them. */
export const innermost = (pids: readonly number[]): readonly number[] =>
  pids.filter((pid) => !pids.some((other) => other !== pid && parentOf(other) === pid));
/** Those that no other of them started: two of one container are two runs of it. */
export const outermost = (pids: readonly number[]): readonly number[] =>
  pids.filter((pid) => !pids.includes(parentOf(pid)));
const parentOf = (pid: number): number => Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
