//! Workloads as data, and what a test may do to them. Everything else is the engine's contract (../protocol.ts).

/** How a container behaves. Found by its image, changed by annotations (`orrery.dev/…`, see workload.ts). */
export interface Behaviour {
  /** Between being asked to start and running. */
  readonly startDelayMs: number;
  /** Before it listens. */
  readonly readyDelayMs: number;
  /** Runs this long, then exits with `exitCode`. Absent: until it is stopped, or its script ends. */
  readonly runTimeMs?: number;
  readonly exitCode: number;
  /** A small shell script (script.ts): how long it runs and what it prints follow from it. */
  readonly script?: string;
  /** Printed when it starts. */
  readonly lines: readonly string[];
  /** Listens on these; absent: on the ports that the container declares. */
  readonly listens?: readonly number[];
  readonly httpStatus: number;
  /** What HTTP is answered; `{hostname}`, `{ip}` and `{path}` are filled in. */
  readonly httpBody: string;
  /** Between SIGTERM and its end. */
  readonly stopDelayMs: number;
  readonly ignoresTerm: boolean;
  readonly termExitCode: number;
  /** In use. More than the container's limit: OOM-killed at start. */
  readonly memoryBytes: number;
  /** Used while it runs, as far as the container's limit lets it. */
  readonly cpuMilli: number;
  /** How commands run in it (exec) are answered; the first that fits. Others: a small shell (script.ts). */
  readonly execs?: readonly ExecRule[];
}
export interface ExecRule {
  /** The words of the command or how they begin; `*` for any. */
  readonly command: string;
  /** A line, or several. */
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
  readonly delayMs?: number;
}
/** `image` is a repository's last part (`nginx`), or a whole repository; `*` for all. The first that fits is taken. */
export interface WorkloadRule {
  readonly image: string;
  readonly behaviour: Partial<Behaviour>;
}

/** What a test asks besides the contract. */
export type SimulationRequest =
  /** As if its process had died. */
  | { readonly type: 'sim.crash'; readonly podUid: string; readonly container: string; readonly exitCode: number }
  /** An HTTP request from somewhere in the cluster. */
  | { readonly type: 'sim.http'; readonly ip: string; readonly port: number; readonly path: string }
  /** From now on answered so. Absent fields: as before. */
  | {
      readonly type: 'sim.behave';
      readonly podUid: string;
      readonly container: string;
      readonly httpStatus?: number;
      readonly listening?: boolean;
      readonly execs?: readonly ExecRule[];
      readonly cpuMilli?: number;
      readonly memoryBytes?: number;
    }
  | { readonly type: 'sim.print'; readonly podUid: string; readonly container: string; readonly line: string };
export type SimulationReply =
  | { readonly type: 'done' }
  | { readonly type: 'sim.answered'; readonly status: number; readonly body: string; readonly podUid: string };
