//! Which cluster of this machine has which slot, and which node of it which number: folders and files, so that several
//! processes agree without asking each other. A reservation outlives its processes: stored ClusterIPs depend on it.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { NODE_MAX } from '../logic.ts';

/** Root's is where the kernel's own network state is kept: both are gone after a reboot. */
export const registryDir = (): string =>
  process.getuid?.() === 0 && existsSync('/run') ? '/run/orrery' : join(tmpdir(), `orrery-${userInfo().uid}`);

export interface Owner {
  /** Who: a cluster's name and where it lives. */
  readonly key: string;
  /** Once this folder is gone the reservation is void. */
  readonly home?: string;
}

export class Registry {
  readonly #dir: string;
  constructor(dir: string) {
    this.#dir = dir;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }
  /** Reserved slots and their owners. */
  owners(): ReadonlyMap<number, Owner> {
    const found = new Map<number, Owner>();
    for (const name of readdirSync(this.#dir).sort()) {
      if (!/^\d+$/.test(name)) continue;
      const text = read(join(this.#dir, name, 'owner.json'));
      if (text !== undefined) found.set(Number(name), JSON.parse(text) as Owner);
    }
    return found;
  }
  /** False when somebody was faster: look again. A folder appears with its owner in it or not at all. */
  reserve(slot: number, owner: Owner): boolean {
    const made = join(this.#dir, `.${slot}-${process.pid}`);
    mkdirSync(join(made, 'members'), { recursive: true });
    mkdirSync(join(made, 'nodes'));
    writeFileSync(join(made, 'owner.json'), JSON.stringify(owner));
    try {
      renameSync(made, join(this.#dir, String(slot)));
      return true;
    } catch {
      rmSync(made, { recursive: true });
      return false;
    }
  }
  /**
   * Gives up a reservation that nobody needs: one process at a time, and only while it is still this owner's. The slot
   * stays taken until `remove` (of what the kernel has of it) is done. False: another process does it, or it is not so.
   */
  release(slot: number, owner: Owner, then: () => void, remove: (done: () => void) => void): boolean {
    const dir = join(this.#dir, String(slot));
    const mark = join(dir, 'releasing');
    const by = read(mark);
    if (by !== undefined && !isMember(by)) rmSync(mark, { force: true });
    try {
      writeFileSync(mark, memberName(), { flag: 'wx' });
    } catch {
      return false;
    }
    if (this.owners().get(slot)?.key !== owner.key) {
      rmSync(mark, { force: true });
      return false;
    }
    remove(() => {
      const gone = join(this.#dir, `.gone-${slot}-${process.pid}`);
      renameSync(dir, gone);
      rmSync(gone, { recursive: true, force: true });
      then();
    });
    return true;
  }
  enter(slot: number): void {
    writeFileSync(this.#member(slot), '');
  }
  leave(slot: number): void {
    rmSync(this.#member(slot), { force: true });
  }
  /** Whether a process of the cluster lives. Marks of dead ones are swept. */
  alive(slot: number): boolean {
    const dir = join(this.#dir, String(slot), 'members');
    let alive = false;
    for (const name of list(dir)) {
      if (isMember(name)) alive = true;
      else rmSync(join(dir, name), { force: true });
    }
    return alive;
  }
  /** The node's number; undefined when all are taken. */
  nodeIndex(slot: number, node: string): number | undefined {
    const dir = join(this.#dir, String(slot), 'nodes');
    const taken = new Set<number>();
    for (const name of list(dir)) {
      if (read(join(dir, name)) === node) return Number(name);
      taken.add(Number(name));
    }
    for (let index = 1; index <= NODE_MAX; index++) {
      if (taken.has(index)) continue;
      try {
        writeFileSync(join(dir, String(index)), node, { flag: 'wx' });
        return index;
      } catch {} // somebody was faster: the next one
    }
    return undefined;
  }
  #member(slot: number): string {
    return join(this.#dir, String(slot), 'members', memberName());
  }
}

const memberName = (): string => `${process.pid}-${startOf(process.pid)}`;
/** Whether the process of that name lives. */
function isMember(name: string): boolean {
  const [pid = '', start = ''] = name.split('-');
  return startOf(Number(pid)) === start;
}
/** When a process started, in ticks since boot: tells a process from a later one with its id. */
function startOf(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  if (stat !== undefined) return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  if (existsSync('/proc/self/stat')) return 'gone';
  try {
    process.kill(pid, 0);
    return '0';
  } catch {
    return 'gone';
  }
}
const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
const list = (dir: string): readonly string[] => {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
};
