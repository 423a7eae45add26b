//! The containers of one node: started, stopped, seen to end, taken up again after a crash of the engine.
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { type fail, ok, type Result } from '../../../../runtime/fault.ts';
import type { Clock } from '../../../../runtime/ports.ts';
import type { ContainerRecord, ContainerSpec } from '../../protocol.ts';
import { containerKey, exitOf, ID_PREFIX, KILLED, TERMINATED } from '../logic.ts';
import { type Machine, orderOf, prepare } from './launch.ts';
import type { LogFile } from './log-file.ts';
import type { LogFolder } from './log-folder.ts';
import { type Sweeper, signal } from './proc.ts';
import { isAlive, Orphans, type Shim, signalGroup, startShim } from './shim.ts';
import type { ContainerFile, SandboxFile, StateDir } from './state.ts';

export interface Container {
  readonly hash: string;
  file: ContainerFile;
  readonly log: LogFile;
  /** Set while a stop waits to become a kill. */
  grace?: unknown;
  /** Called when it has ended. */
  readonly onEnd: (() => void)[];
}
export interface ContainersPorts {
  readonly state: StateDir;
  readonly logs: LogFolder;
  readonly sweeper: Sweeper;
  readonly clock: Clock;
  readonly exited: (container: Container) => void;
}

export class Containers {
  readonly #ports: ContainersPorts;
  readonly #orphans: Orphans;
  readonly #all = new Map<string, Container>();
  #open = true;
  constructor(ports: ContainersPorts) {
    this.#ports = ports;
    this.#orphans = new Orphans(ports.clock);
  }
  get(id: string): Container | undefined {
    return this.#all.get(id);
  }
  ofPod(podUid: string): readonly Container[] {
    return [...this.#all.values()].filter(({ file }) => file.spec.podUid === podUid);
  }
  running(): readonly Container[] {
    return [...this.#all.values()].filter(({ file }) => file.exit === undefined);
  }
  records(): readonly ContainerRecord[] {
    return [...this.#all.values()].map(({ file }) => ({
      podUid: file.spec.podUid,
      name: file.spec.name,
      attempt: file.spec.attempt,
      id: file.id,
      image: file.spec.image,
      startedAt: file.startedAt,
      ...(file.exit === undefined ? {} : { exit: file.exit }),
    }));
  }
  /** What the last engine left: what runs is watched again, what ended meanwhile is known as ended. */
  recover(): void {
    for (const file of this.#ports.state.containers()) {
      const container = this.#keep(file);
      if (file.exit !== undefined) {
        container.log.finish(file.exit.at);
        continue;
      }
      container.log.noticed(this.#ports.clock.now());
      this.#orphans.watch({ pid: file.pid, start: file.start }, () => this.#ended(container));
    }
  }
  start(machine: Machine, sandbox: SandboxFile, spec: ContainerSpec, done: (result: Result<Container>) => void): void {
    const { state, clock, logs } = this.#ports;
    const hash = createHash('sha256').update(containerKey(spec)).digest('hex');
    const known = this.#all.get(ID_PREFIX + hash);
    if (known) return done(ok(known));
    const dir = state.containerDir(hash);
    mkdirSync(dir, { recursive: true, mode: 0o755 });
    const refuse = (result: ReturnType<typeof fail>): void => {
      state.removeContainer(hash);
      done(result);
    };
    const launch = prepare(machine, sandbox, spec, hash, dir);
    if (!launch.ok) return refuse(launch);
    const { mounts: _, ...kept } = spec;
    const base = {
      id: ID_PREFIX + hash,
      spec: kept,
      startedAt: clock.now(),
      env: launch.value.env,
      isolated: machine.isolates,
    };
    // Known before it runs: an engine that dies in between finds it by its mark.
    state.saveContainer(hash, { ...base, pid: 0, start: 'gone' });
    const container = this.#keep({ ...base, pid: 0, start: 'gone' });
    startShim(
      orderOf(machine, launch.value, dir, state.logFile(hash)),
      (by) => this.#ended(container, by),
      (started) => {
        if (!started.ok) {
          this.#all.delete(base.id);
          logs.forget(state.logFile(hash));
          return refuse(started);
        }
        container.file = { ...base, pid: started.value.pid, start: started.value.start };
        state.saveContainer(hash, container.file);
        done(ok(container));
      },
    );
  }
  stop(container: Container, graceMs: number): void {
    if (container.file.exit !== undefined) return;
    const { clock } = this.#ports;
    clock.clearTimeout(container.grace);
    if (graceMs <= 0) return signalGroup(shimOf(container), 'SIGKILL');
    this.#terminate(container);
    container.grace = clock.setTimeout(() => signalGroup(shimOf(container), 'SIGKILL'), graceMs);
  }
  /** The first process alone hears of it, as in every container runtime: what it started is its own to end. */
  #terminate(container: Container): void {
    const pid = this.#ports.state.pidOf(container.hash);
    if (pid !== undefined && isAlive(shimOf(container))) signal(pid, 'SIGTERM');
  }
  /** Calls once they all have ended. */
  kill(containers: readonly Container[], done: () => void): void {
    const running = containers.filter(({ file }) => file.exit === undefined);
    let left = running.length;
    if (left === 0) return done();
    for (const container of running) {
      container.onEnd.push(() => {
        if (--left === 0) done();
      });
      this.stop(container, 0);
    }
  }
  remove(container: Container): void {
    const { state, logs } = this.#ports;
    this.#all.delete(container.file.id);
    logs.forget(state.logFile(container.hash));
    state.removeContainer(container.hash);
  }
  /** They run on. */
  close(): void {
    this.#open = false;
    this.#orphans.close();
    for (const { grace } of this.#all.values()) this.#ports.clock.clearTimeout(grace);
  }

  #keep(file: ContainerFile): Container {
    const { state, logs } = this.#ports;
    const hash = file.id.slice(ID_PREFIX.length);
    const container: Container = { hash, file, log: logs.open(state.logFile(hash)), onEnd: [] };
    this.#all.set(file.id, container);
    return container;
  }
  #ended(container: Container, by: NodeJS.Signals | null = null): void {
    const { state, sweeper, clock, exited } = this.#ports;
    if (!this.#open || container.file.exit !== undefined) return;
    clock.clearTimeout(container.grace);
    const wrote = state.exitOf(container.hash);
    // Nothing written: the keeper itself was killed, so the rest of the container goes with it. By SIGTERM: it was
    // stopped before it had begun.
    const left = wrote === undefined ? state.pidOf(container.hash) : undefined;
    if (left !== undefined) signal(left, 'SIGKILL');
    const exit =
      wrote === undefined
        ? { at: clock.now(), ...(by === 'SIGTERM' ? TERMINATED : KILLED) }
        : { at: Math.round(wrote.at), ...exitOf(wrote.code) };
    sweeper.sweep(`ORRERY_CONTAINER=${container.hash}\0`, () => {
      if (!this.#open) return;
      container.file = { ...container.file, exit };
      if (this.#all.has(container.file.id)) state.saveContainer(container.hash, container.file);
      container.log.finish(clock.now());
      exited(container);
      for (const done of container.onEnd.splice(0)) done();
    });
  }
}
const shimOf = ({ file }: Container): Shim => ({ pid: file.pid, start: file.start });
