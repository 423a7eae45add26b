//! One simulated container: cheap while it just runs; a script costs a generator and a timer.
import type { Clock, Stop } from '../../../runtime/ports.ts';
import type { ContainerSpec, ContainerStats } from '../protocol.ts';
import { CpuMeter } from './cpu-meter.ts';
import { ContainerLog } from './log.ts';
import type { Behaviour } from './protocol.ts';
import { FOREVER, runCommand, runScript, type Shell } from './script.ts';

export interface Exit {
  readonly at: number;
  readonly exitCode: number;
  readonly signal?: number;
  readonly oomKilled: boolean;
}
export interface Surroundings {
  readonly clock: Clock;
  readonly hostname: string;
  readonly ip: string;
  readonly ended: (container: SimulatedContainer) => void;
}
export interface Executed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}
const TERM = 143;
const KILLED = { exitCode: 137, signal: 9 };
const decoder = new TextDecoder();

export class SimulatedContainer {
  readonly spec: ContainerSpec;
  readonly id: string;
  readonly startedAt: number;
  readonly log = new ContainerLog();
  behaviour: Behaviour;
  /** A test may close its ports. */
  listening = true;
  exit: Exit | undefined;
  readonly #around: Surroundings;
  #program: Generator<number, number> | undefined;
  #shell: Shell | undefined;
  readonly #cpu: CpuMeter;
  #timer: unknown;
  #grace: unknown;

  constructor(id: string, spec: ContainerSpec, behaviour: Behaviour, around: Surroundings) {
    this.id = id;
    this.spec = spec;
    this.behaviour = behaviour;
    this.#around = around;
    this.startedAt = around.clock.now();
    this.#cpu = new CpuMeter(around.clock, this.#limited(behaviour.cpuMilli));
    for (const line of behaviour.lines) this.log.print(this.startedAt, line);
    this.#begin();
  }
  #limited(milli: number): number {
    return Math.min(milli, this.spec.cpuMilli ?? Number.POSITIVE_INFINITY);
  }
  /** From now on; absent fields as before. */
  use({ cpuMilli, memoryBytes }: { readonly cpuMilli?: number; readonly memoryBytes?: number }): void {
    if (cpuMilli !== undefined) this.#cpu.milli = this.#limited(cpuMilli);
    if (memoryBytes !== undefined) this.behaviour = { ...this.behaviour, memoryBytes };
  }
  stats(): ContainerStats {
    const { podUid, name, attempt } = this.spec;
    const { startedAt, behaviour } = this;
    return { podUid, name, attempt, startedAt, cpuNanos: this.#cpu.nanos, memoryBytes: behaviour.memoryBytes };
  }
  #begin(): void {
    const { behaviour, spec } = this;
    const { clock } = this.#around;
    if (spec.memoryBytes !== undefined && behaviour.memoryBytes > spec.memoryBytes)
      this.#timer = clock.setTimeout(() => this.#end({ ...KILLED, oomKilled: true }), 0);
    else if (behaviour.runTimeMs !== undefined) {
      if (behaviour.runTimeMs !== FOREVER)
        this.#timer = clock.setTimeout(() => this.finish(behaviour.exitCode), behaviour.runTimeMs);
    } else if (behaviour.script !== undefined) {
      this.#program = runScript(behaviour.script, this.#shellOf());
      // Not inside the request that starts it: its end is told after the start was answered.
      this.#timer = clock.setTimeout(() => this.#step(), 0);
    }
  }
  #step(): void {
    const step = this.#program!.next();
    if (step.done) this.finish(step.value);
    else if (step.value !== FOREVER) this.#timer = this.#around.clock.setTimeout(() => this.#step(), step.value);
  }
  #shellOf(): Shell {
    if (this.#shell !== undefined) return this.#shell;
    const files = new Map<string, string>();
    for (const mount of this.spec.mounts)
      for (const [path, bytes] of Object.entries(mount.files ?? {}))
        files.set(path === '' ? mount.mountPath : `${mount.mountPath}/${path}`, decoder.decode(bytes));
    const print = (text: string): void => this.log.print(this.#around.clock.now(), text);
    const { hostname } = this.#around;
    this.#shell = { files, env: { HOSTNAME: hostname, ...this.spec.env }, hostname, print, complain: print };
    return this.#shell;
  }

  get running(): boolean {
    return this.exit === undefined;
  }
  /** Whether something answers at this port of the pod. */
  listens(port: number): boolean {
    if (!this.running || !this.listening) return false;
    if (this.#around.clock.now() < this.startedAt + this.behaviour.readyDelayMs) return false;
    return (this.behaviour.listens ?? this.spec.ports.map((declared) => declared.containerPort)).includes(port);
  }
  answer(path: string): { readonly status: number; readonly body: string } {
    const { httpStatus, httpBody } = this.behaviour;
    const { hostname, ip } = this.#around;
    const values: Readonly<Record<string, string>> = { hostname, ip, path };
    return { status: httpStatus, body: httpBody.replace(/\{(\w+)\}/g, (all, key: string) => values[key] ?? all) };
  }
  stop(graceMs: number): void {
    if (!this.running) return;
    const { clock } = this.#around;
    if (graceMs <= 0) return this.#end({ ...KILLED, oomKilled: false });
    const trapped = this.#shell?.trap;
    const ignores = this.behaviour.ignoresTerm || trapped === '';
    clock.clearTimeout(this.#grace);
    if (ignores || this.behaviour.stopDelayMs >= graceMs) {
      this.#grace = clock.setTimeout(() => this.#end({ ...KILLED, oomKilled: false }), graceMs);
      return;
    }
    const asked = /exit (\d+)/.exec(trapped ?? '')?.[1];
    const exitCode = trapped === undefined ? this.behaviour.termExitCode : Number(asked ?? 0);
    const exit = { exitCode, ...(exitCode === TERM ? { signal: 15 } : {}), oomKilled: false };
    this.#grace = clock.setTimeout(() => this.#end(exit), this.behaviour.stopDelayMs);
  }
  finish(exitCode: number): void {
    const signal = exitCode > 128 && exitCode <= 192 ? { signal: exitCode - 128 } : {};
    this.#end({ exitCode, ...signal, oomKilled: false });
  }
  #end(exit: Omit<Exit, 'at'>): void {
    if (!this.running) return;
    this.exit = { at: this.#around.clock.now(), ...exit };
    this.#cpu.milli = 0;
    this.dispose();
    this.log.end();
    this.#around.ended(this);
  }
  /** Without an end that anybody is told of: the engine goes. */
  dispose(): void {
    this.#around.clock.clearTimeout(this.#timer);
    this.#around.clock.clearTimeout(this.#grace);
    this.#program = undefined;
  }
  /** Undefined: not within so long. */
  exec(command: readonly string[], timeoutMs: number, done: (result: Executed | undefined) => void): void {
    const out: string[] = [];
    const errors: string[] = [];
    const { clock } = this.#around;
    const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
    let over = false;
    const end = (result: Executed | undefined): void => {
      over = true;
      clock.clearTimeout(timer);
      done(result);
    };
    let timer: unknown;
    const stop = this.run(
      command,
      (line) => out.push(line),
      (line) => errors.push(line),
      (exitCode) => end({ exitCode, stdout: text(out), stderr: text(errors) }),
    );
    if (over) return;
    timer = clock.setTimeout(() => {
      stop();
      end(undefined);
    }, timeoutMs);
  }
  /** A command in it, by its rules or by the small shell. `done` with the exit code, at once or later. */
  run(
    command: readonly string[],
    print: (line: string) => void,
    complain: (line: string) => void,
    done: (exitCode: number) => void,
  ): Stop {
    const { clock } = this.#around;
    const rule = this.behaviour.execs?.find((one) => commandFits(one.command, command));
    let timer: unknown;
    if (rule !== undefined) {
      timer = clock.setTimeout(() => {
        if (rule.stdout !== undefined) print(rule.stdout);
        if (rule.stderr !== undefined) complain(rule.stderr);
        done(rule.exitCode ?? 0);
      }, rule.delayMs ?? 0);
      return () => clock.clearTimeout(timer);
    }
    const program = runCommand(command, { ...this.#shellOf(), print, complain });
    const step = (): void => {
      const next = program.next();
      if (next.done) done(next.value);
      else if (next.value !== FOREVER) timer = clock.setTimeout(step, next.value);
    };
    step();
    return () => clock.clearTimeout(timer);
  }
}
/** `*` for any; else the words of the command, or their beginning. */
const commandFits = (pattern: string, command: readonly string[]): boolean => {
  const words = command.join(' ');
  return pattern === '*' || words === pattern || words.startsWith(`${pattern} `);
};
