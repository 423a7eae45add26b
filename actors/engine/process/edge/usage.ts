//! What the machine and each container have used, from one pass over /proc.
import { readdir, readFile, readFileSync } from 'node:fs';
import type { Clock } from '../../../../runtime/ports.ts';
import type { EngineStats, Usage } from '../../protocol.ts';
import { type Process, processOf, treesOf } from '../processes.ts';
import type { Container } from './containers.ts';

/** Of the times in /proc (USER_HZ is 100 on every Linux). */
const TICK_NANOS = 10_000_000;
const AT_PAGESZ = 6n;

type Measured = (stats: EngineStats) => void;
interface Meter {
  /** What processes took along that nobody has waited for. */
  lostNanos: number;
  lastNanos: number;
}

/** Asked twice at once, it looks once. */
export class UsageReader {
  readonly #clock: Clock;
  readonly #running: () => readonly Container[];
  readonly #meters = new Map<string, Meter>();
  /** Of a process whose parent has gone: the container that its environment names, or ''. By id and start. */
  #strays = new Map<string, string>();
  #waiting: Measured[] = [];
  readonly #pageBytes = pageBytes();
  constructor(clock: Clock, running: () => readonly Container[]) {
    this.#clock = clock;
    this.#running = running;
  }
  read(done: Measured): void {
    this.#waiting.push(done);
    if (this.#waiting.length > 1) return;
    this.#processes((processes) => {
      this.#strayed(processes, (marks) => {
        const stats = this.#measure(processes, marks);
        for (const one of this.#waiting.splice(0)) one(stats);
      });
    });
  }
  #processes(done: (processes: readonly Process[]) => void): void {
    readdir('/proc', (error, names) => {
      const pids = error ? [] : names.filter((name) => /^\d+$/.test(name));
      const found: Process[] = [];
      let left = pids.length;
      if (left === 0) return done(found);
      for (const pid of pids)
        readFile(`/proc/${pid}/stat`, 'latin1', (gone, text) => {
          const process = gone ? undefined : processOf(text);
          if (process !== undefined) found.push(process);
          if (--left === 0) done(found);
        });
    });
  }
  /** A process that has left its session and lost its parent still has its container's mark. */
  #strayed(processes: readonly Process[], done: (marks: ReadonlyMap<number, string>) => void): void {
    const orphans = processes.filter(({ parent, pid }) => parent === 1 && pid !== 1);
    const marks = new Map<number, string>();
    const known = new Map<string, string>();
    let left = orphans.length;
    const end = (): void => {
      this.#strays = known;
      done(marks);
    };
    if (left === 0) return end();
    for (const { pid, start } of orphans) {
      const key = `${pid}/${start}`;
      const note = (mark: string): void => {
        known.set(key, mark);
        if (mark !== '') marks.set(pid, mark);
        if (--left === 0) end();
      };
      const before = this.#strays.get(key);
      if (before !== undefined) note(before);
      else
        readFile(`/proc/${pid}/environ`, 'latin1', (gone, environ) =>
          note(gone ? '' : (/(?:^|\0)ORRERY_CONTAINER=([0-9a-f]+)\0/.exec(environ)?.[1] ?? '')),
        );
    }
  }
  #measure(processes: readonly Process[], marks: ReadonlyMap<number, string>): EngineStats {
    const running = this.#running();
    const roots = new Map(running.map(({ hash, file }) => [file.pid, hash]));
    const trees = treesOf(processes, roots, marks);
    for (const hash of [...this.#meters.keys()]) if (!trees.has(hash)) this.#meters.delete(hash);
    const containers = running.flatMap(({ hash, file }) => {
      const tree = trees.get(hash);
      if (tree === undefined) return [];
      const { podUid, name, attempt } = file.spec;
      const memoryBytes = tree.pages * this.#pageBytes;
      const cpuNanos = this.#counted(hash, tree.ticks * TICK_NANOS);
      return [{ podUid, name, attempt, startedAt: file.startedAt, cpuNanos, memoryBytes }];
    });
    return { at: this.#clock.now(), node: machine(), containers };
  }
  /** A counter never falls: what orphans took along was used. */
  #counted(hash: string, nanos: number): number {
    const meter = this.#meters.get(hash) ?? { lostNanos: 0, lastNanos: 0 };
    this.#meters.set(hash, meter);
    if (meter.lostNanos + nanos < meter.lastNanos) meter.lostNanos = meter.lastNanos - nanos;
    meter.lastNanos = meter.lostNanos + nanos;
    return meter.lastNanos;
  }
}

function machine(): Usage & { startedAt: number } {
  const stat = readFileSync('/proc/stat', 'latin1');
  // user nice system idle iowait irq softirq steal
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '')
    .split(' ')
    .map(Number);
  const memory = readFileSync('/proc/meminfo', 'latin1');
  const kibi = (name: string): number => Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(memory)?.[1] ?? 0);
  return {
    startedAt: Number(/^btime (\d+)$/m.exec(stat)?.[1] ?? 0) * 1_000,
    cpuNanos: (user + nice + system + irq + softirq + steal) * TICK_NANOS,
    memoryBytes: Math.max(0, kibi('MemTotal') - kibi('MemAvailable')) * 1_024,
  };
}
function pageBytes(): number {
  try {
    const auxv = readFileSync('/proc/self/auxv');
    for (let at = 0; at + 16 <= auxv.length; at += 16)
      if (auxv.readBigUInt64LE(at) === AT_PAGESZ) return Number(auxv.readBigUInt64LE(at + 8));
  } catch {} // the size that nearly every machine has
  return 4_096;
}
