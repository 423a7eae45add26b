//! The container engine of one node (address `engine/<node>`): what a kubelet asks and what it is told. CRI in spirit.
//! Requests are request/reply over the bus; a refusal is `{ type: 'fault', fault }`. All requests are idempotent.
import type { Fault } from '../../runtime/fault.ts';

/** A pod's shared ground: its IP and namespaces. */
export interface SandboxSpec {
  readonly podUid: string;
  readonly namespace: string;
  readonly name: string;
  readonly hostNetwork: boolean;
  readonly hostname: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
export interface Mount {
  /** A directory or file of the node, or (files) contents: path inside the mount to bytes. */
  readonly hostPath?: string;
  readonly files?: Readonly<Record<string, Uint8Array>>;
  /**
   * A folder of the pod (emptyDir): empty at first, the same for all its containers by this name, gone with the
   * sandbox.
   */
  readonly scratch?: string;
  readonly mountPath: string;
  readonly readOnly: boolean;
}
export interface ContainerSpec {
  readonly podUid: string;
  readonly name: string;
  /** Raised by each restart: pod, name and attempt name a container. */
  readonly attempt: number;
  readonly image: string;
  /** Empty: the image's own. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir: string;
  /** Somebody may write to it: its input stays open, with `stdinOnce` until the first who did has gone. */
  readonly stdin?: boolean;
  readonly stdinOnce?: boolean;
  readonly tty?: boolean;
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  /** Declared ports: what a simulated or built-in workload listens on. */
  readonly ports: readonly { readonly containerPort: number; readonly protocol: 'TCP' | 'UDP' | 'SCTP' }[];
  readonly cpuMilli?: number;
  readonly memoryBytes?: number;
  readonly annotations: Readonly<Record<string, string>>;
}

export type EngineRequest =
  | { readonly type: 'engine.info' }
  /** What the node and each running container use, at one instant. */
  | { readonly type: 'engine.stats' }
  /** Everything it holds: what a restarted kubelet adopts. From now on events go to `subscriber` (an inbox subject). */
  | { readonly type: 'engine.attach'; readonly subscriber: string }
  | { readonly type: 'sandbox.run'; readonly spec: SandboxSpec }
  /** Kills what is left in it and frees its IP, logs and files. */
  | { readonly type: 'sandbox.remove'; readonly podUid: string }
  /**
   * `policy` as in Kubernetes. NotFound: no such image (ErrImagePull); Unavailable: it is not there and may not be
   * pulled (ErrImageNeverPull).
   */
  | {
      readonly type: 'image.pull';
      readonly image: string;
      readonly policy: 'Always' | 'IfNotPresent' | 'Never';
      /** The container's own command: engine `process` runs it on this machine and then needs no image. */
      readonly command?: readonly string[];
    }
  | { readonly type: 'container.start'; readonly spec: ContainerSpec }
  /** SIGTERM, after graceMs SIGKILL; answered at once, `engine.exited` follows. graceMs 0: SIGKILL. */
  | { readonly type: 'container.stop'; readonly id: string; readonly graceMs: number }
  /** Forgets a dead container and its log. */
  | { readonly type: 'container.remove'; readonly id: string }
  | {
      readonly type: 'container.exec';
      readonly id: string;
      readonly command: readonly string[];
      readonly timeoutMs: number;
    }
  /** HTTP and TCP are tried from the node against the pod. */
  | {
      readonly type: 'probe.http';
      readonly podUid: string;
      readonly host: string;
      readonly port: number;
      readonly path: string;
      readonly scheme: 'HTTP' | 'HTTPS';
      readonly headers: readonly { readonly name: string; readonly value: string }[];
      readonly timeoutMs: number;
    }
  | {
      readonly type: 'probe.tcp';
      readonly podUid: string;
      readonly host: string;
      readonly port: number;
      readonly timeoutMs: number;
    }
  /**
   * Lines go to `stream` (runtime/stream.ts) until the end, or, following, until the container has ended or the
   * reader has gone.
   */
  | { readonly type: 'container.logs'; readonly id: string; readonly stream: string; readonly options: LogOptions }
  /**
   * A command in a running container, or (no command) its own process, with somebody at the other end of `stream`: an
   * offer of runtime/duplex.ts. Pieces of runtime/channels.ts go over it, see CHANNELS.
   */
  | { readonly type: 'container.open'; readonly id: string; readonly order: OpenOrder; readonly stream: string }
  /** A connection to a TCP port of the pod, in its own network: bytes as they are. */
  | { readonly type: 'sandbox.dial'; readonly podUid: string; readonly port: number; readonly stream: string };

export interface OpenOrder {
  readonly command?: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** stderr then comes with stdout. */
  readonly tty: boolean;
}
/**
 * To the container: stdin, resize (JSON of TerminalSize), close (one byte: the channel that has ended). From it:
 * stdout, stderr and, last, outcome (JSON of Outcome).
 */
export const CHANNELS = { stdin: 0, stdout: 1, stderr: 2, outcome: 3, resize: 4, close: 255 } as const;
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}
/** Of an attachment without an end of its process: 0. */
export type Outcome = { readonly exitCode: number } | { readonly fault: Fault };

export interface LogOptions {
  readonly follow: boolean;
  readonly timestamps: boolean;
  /** Lines from the end. */
  readonly tailLines?: number;
  /** Milliseconds since 1970: lines from then on. */
  readonly sinceMs?: number;
  readonly limitBytes?: number;
}

export type EngineReply =
  | { readonly type: 'engine.informed'; readonly info: EngineInfo }
  | { readonly type: 'engine.measured'; readonly stats: EngineStats }
  | {
      readonly type: 'engine.attached';
      readonly sandboxes: readonly SandboxState[];
      readonly containers: readonly ContainerRecord[];
    }
  | { readonly type: 'sandbox.running'; readonly ip: string }
  | { readonly type: 'image.pulled'; readonly imageId: string; readonly sizeBytes: number; readonly pulled: boolean }
  /** `id` is a URL as in containerStatuses: `process://…`, `simulated://…`, `docker://…`. */
  | { readonly type: 'container.started'; readonly id: string; readonly at: number }
  | {
      readonly type: 'container.executed';
      readonly exitCode: number;
      readonly stdout: Uint8Array;
      readonly stderr: Uint8Array;
    }
  /** HTTP: `status` and the start of the body. `ok`: connected and, for HTTP, 200 to 399. */
  | { readonly type: 'probed'; readonly ok: boolean; readonly message: string }
  /** Where the engine listens: the other end of the connection. */
  | { readonly type: 'stream.opened'; readonly stream: string }
  | { readonly type: 'done' }
  | { readonly type: 'fault'; readonly fault: Fault };

/** Told to the subscriber. */
export type EngineEvent = {
  readonly type: 'engine.exited';
  readonly podUid: string;
  readonly name: string;
  readonly attempt: number;
  readonly id: string;
  readonly at: number;
  readonly exitCode: number;
  readonly signal?: number;
  readonly oomKilled: boolean;
  readonly message: string;
};

export interface EngineInfo {
  readonly name: 'simulated' | 'process' | 'docker';
  readonly version: string;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  /** This node's own address: InternalIP, hostIP. */
  readonly nodeIp: string;
  readonly podCidr: string;
  readonly osImage: string;
  readonly kernelVersion: string;
  readonly architecture: string;
}
export interface Usage {
  /** Since `startedAt`; never less than it was. */
  readonly cpuNanos: number;
  readonly memoryBytes: number;
}
export interface EngineStats {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly node: Usage & { readonly startedAt: number };
  readonly containers: readonly ContainerStats[];
}
export interface ContainerStats extends Usage {
  readonly podUid: string;
  readonly name: string;
  readonly attempt: number;
  readonly startedAt: number;
}
export interface SandboxState {
  readonly podUid: string;
  readonly namespace: string;
  readonly name: string;
  readonly ip: string;
}
export interface ContainerRecord {
  readonly podUid: string;
  readonly name: string;
  readonly attempt: number;
  readonly id: string;
  readonly image: string;
  readonly startedAt: number;
  /** Present once it has ended. */
  readonly exit?: { readonly at: number; readonly exitCode: number; readonly signal?: number };
}
