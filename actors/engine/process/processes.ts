//! Which processes are a container's: its keeper's session, all that came of it, and strays with its mark.

export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** In ticks since boot. */
  readonly start: string;
  /** Its own CPU time and that of the children it has waited for. */
  readonly ticks: number;
  /** Resident. */
  readonly pages: number;
}
export interface Tree {
  ticks: number;
  pages: number;
}

/** /proc/<pid>/stat (proc_pid_stat(5)); undefined: not one. */
export function processOf(text: string): Process | undefined {
  const open = text.indexOf(' (');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < 0) return undefined;
  const fields = text.slice(close + 2).split(' ');
  const number = (at: number): number => Number(fields[at] ?? 0);
  // Field 3 is the first here.
  return {
    pid: Number(text.slice(0, open)),
    parent: number(1),
    session: number(3),
    start: fields[19] ?? '',
    ticks: number(11) + number(12) + number(13) + number(14),
    pages: Math.max(0, number(21)),
  };
}

/** Sums by container. `roots`: keepers' ids to containers; `marks`: containers of processes that name theirs. */
export function treesOf(
  processes: readonly Process[],
  roots: ReadonlyMap<number, string>,
  marks: ReadonlyMap<number, string>,
): ReadonlyMap<string, Tree> {
  const byPid = new Map(processes.map((one) => [one.pid, one]));
  const owners = new Map<number, string>();
  const ownerOf = (process: Process | undefined): string => {
    if (process === undefined) return '';
    const known = owners.get(process.pid);
    if (known !== undefined) return known;
    // Before its parent's is known: a loop, which a torn picture may have, ends here.
    owners.set(process.pid, '');
    const { pid, session, parent } = process;
    const own = roots.get(pid) ?? roots.get(session) ?? marks.get(pid) ?? ownerOf(byPid.get(parent));
    owners.set(pid, own);
    return own;
  };
  const trees = new Map<string, Tree>();
  for (const hash of roots.values()) trees.set(hash, { ticks: 0, pages: 0 });
  for (const process of processes) {
    const tree = trees.get(ownerOf(process));
    if (tree === undefined) continue;
    tree.ticks += process.ticks;
    tree.pages += process.pages;
  }
  return trees;
}
