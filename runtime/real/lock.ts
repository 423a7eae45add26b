//! One owner a data directory: a file with the owner's process id. A dead owner's lock is taken over.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../fault.ts';
import type { Stop } from '../ports.ts';

const TRIES_MAX = 5;

/** Synchronous, because nothing else may happen before it. The value releases the lock. */
export function lockDirectory(dir: string): Result<Stop> {
  const path = join(dir, 'lock');
  const mine = JSON.stringify({ pid: process.pid, born: born(process.pid) });
  const draft = `${path}.${process.pid}.${process.hrtime.bigint()}`;
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    writeFileSync(draft, mine, { mode: 0o600 });
  } catch (error) {
    return fail('Forbidden', `cannot use the data directory ${dir}: ${(error as Error).message}`);
  }
  try {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (linked(draft, path)) return ok(() => release(path, mine));
      const held = content(path);
      if (held === undefined) continue; // released meanwhile
      const pid = livingOwner(held);
      if (pid !== undefined)
        return fail('Busy', `the data directory ${dir} is in use by process ${pid}: stop it, or use another directory`);
      moveAway(path, held);
    }
    return fail('Busy', `the data directory ${dir} is being taken by others at this moment: try again`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** link(2) fails when the name exists, and its content is whole from the first instant. */
function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Two may find the same dead lock: whoever moved a lock that is not the dead one puts it back. */
function moveAway(path: string, dead: string): void {
  const aside = `${path}.${process.pid}.${process.hrtime.bigint()}.dead`;
  try {
    renameSync(path, aside);
  } catch {
    return; // another was faster
  }
  if (content(aside) !== dead) linked(aside, path);
  rmSync(aside, { force: true });
}

function release(path: string, mine: string): void {
  if (content(path) === mine) rmSync(path, { force: true });
}

function content(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function livingOwner(held: string): number | undefined {
  let owner: { pid?: unknown; born?: unknown };
  try {
    owner = JSON.parse(held);
  } catch {
    return undefined; // not ours, or torn by a crash of the machine
  }
  if (typeof owner.pid !== 'number') return undefined;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  // Process ids are used again, after a reboot above all: the same id born at another time is another process.
  return born(owner.pid) === owner.born ? owner.pid : undefined;
}

/** When a process began, in clock ticks since boot (Linux, proc(5) field 22); elsewhere nothing is known. */
function born(pid: number): string | null {
  const stat = content(`/proc/${pid}/stat`);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
