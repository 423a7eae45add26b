//! What a cluster must not leave behind, and who clears it away when a test dies.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Leftover {
  readonly pid: number;
  readonly command: string;
}
interface Running {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Ticks since boot: tells it from a later one with its id. */
  readonly start: string;
}

/** Every live process whose command line or environment names `text` (a data directory); not this one. */
export const processesNaming = (text: string): readonly Leftover[] =>
  everyProcess()
    .map(({ pid }) => ({ pid, command: read(`/proc/${pid}/cmdline`) }))
    .filter(({ pid, command }) => pid !== process.pid && (command + read(`/proc/${pid}/environ`)).includes(text))
    .map(({ pid, command }) => ({ pid, command: command.replaceAll('\0', ' ') }));

/** Every process that has `POD_UID=…` in its environment, which the tests' pods ask for by a field reference. */
export const processesWith = (variable: string): readonly number[] =>
  everyProcess()
    .map(({ pid }) => pid)
    .filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(variable));

/** Those that name the directory, those in their groups, and all that they have started. */
export function familyOf(dir: string): readonly Running[] {
  const all = everyProcess();
  const family = new Set(processesNaming(dir).map((one) => one.pid));
  for (let before = -1; before !== family.size; ) {
    before = family.size;
    for (const { pid, parent, group } of all)
      if (pid !== process.pid && (family.has(parent) || family.has(group))) family.add(pid);
  }
  return all.filter(({ pid }) => family.has(pid));
}
/** Those of them that live still, or anything that names the directory. */
export function leftOf(family: readonly Running[], dir: string): readonly Leftover[] {
  const now = new Set(everyProcess().map(({ pid, start }) => `${pid} ${start}`));
  const still = family.filter(({ pid, start }) => now.has(`${pid} ${start}`));
  return [
    ...processesNaming(dir),
    ...still.map(({ pid }) => ({ pid, command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ') })),
  ];
}

/** Of processes that started one another (a keeper, a shell, its commands): those that started no other of them. */
export function innermost(pids: readonly number[]): readonly number[] {
  const parents = new Set(everyProcess().flatMap(({ pid, parent }) => (pids.includes(pid) ? [parent] : [])));
  return pids.filter((pid) => !parents.has(pid));
}
/** Those that no other of them started: two of one container are two runs of it. */
export function outermost(pids: readonly number[]): readonly number[] {
  const parents = new Map(everyProcess().map(({ pid, parent }) => [pid, parent]));
  return pids.filter((pid) => parents.has(pid) && !pids.includes(parents.get(pid)!));
}

/** Kernel threads and the dead that nobody has buried count as none. */
const everyProcess = (): readonly Running[] =>
  readdirSync('/proc').flatMap((name): Running[] => {
    if (!/^\d+$/.test(name)) return [];
    const stat = read(`/proc/${name}/stat`);
    // The second field is a name in parentheses that may hold anything.
    const [state, parent, group, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === undefined || state === '' || state === 'Z' || read(`/proc/${name}/cmdline`) === '') return [];
    return [{ pid: Number(name), parent: Number(parent), group: Number(group), start: rest[16] ?? '' }];
  });

const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

/** It and, when it leads one, its group. */
export function killAll(pid: number): void {
  for (const target of [pid, -pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // it has gone by itself, or leads no group
    }
  }
}

/**
 * Outlives this process by a moment: when its pipe closes (this process ended, however) it kills every process that
 * names the directory, with its group, then removes the directory. It learns the name by its pipe, so that it does
 * not name it itself.
 */
export function watchOver(dir: string): void {
  const script = `
    read -r dir
    cat > /dev/null
    for round in 1 2 3; do
      for process in /proc/[0-9]*; do
        pid=\${process#/proc/}
        [ "$pid" = "$$" ] && continue
        if grep -qsaF -e "$dir" "$process/cmdline" "$process/environ"; then kill -9 "$pid" "-$pid" 2> /dev/null; fi
      done
    done
    rm -rf "$dir"`;
  const guard = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  guard.stdin.write(`${dir}\n`);
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
}
