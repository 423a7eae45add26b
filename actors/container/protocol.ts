//! What a container actor is told and wants, and what its pod gives it.
import type { Address } from '../../runtime/address.ts';
import type { Fault, Result } from '../../runtime/fault.ts';
import type { ActorHandle, Host } from '../../runtime/host.ts';
import type { Task } from '../../runtime/task.ts';
import type { Container, ContainerStatus } from '../api/types/pod.ts';
import type { ContainerSpec, EngineEvent } from '../engine/protocol.ts';

export type ContainerPolicy = 'Always' | 'OnFailure' | 'Never';
export type ProbeKind = 'startup' | 'liveness' | 'readiness';

export type ContainerEvent =
  | { readonly type: 'container.stop'; readonly graceMs: number }
  | { readonly type: 'image.pulled'; readonly imageId: string; readonly pulled: boolean; readonly message: string }
  | { readonly type: 'image.refused'; readonly fault: Fault }
  | { readonly type: 'config.resolved' }
  | { readonly type: 'config.refused'; readonly fault: Fault }
  | { readonly type: 'engine.started'; readonly id: string; readonly at: number }
  | { readonly type: 'engine.refused'; readonly fault: Fault; readonly at: number }
  | EngineEvent
  | { readonly type: 'probe.passed'; readonly probe: ProbeKind }
  | { readonly type: 'probe.failed'; readonly probe: ProbeKind }
  | { readonly type: 'hook.ended' };

export type ContainerEffect =
  | { readonly type: 'image.pull' }
  | { readonly type: 'config.resolve'; readonly attempt: number }
  | { readonly type: 'engine.start' }
  | { readonly type: 'engine.stop'; readonly id: string; readonly graceMs: number }
  | { readonly type: 'engine.forget'; readonly id: string }
  | { readonly type: 'hook.run'; readonly id: string; readonly graceMs: number }
  | { readonly type: 'probes.start'; readonly kinds: readonly ProbeKind[]; readonly id: string }
  | { readonly type: 'probes.stop' }
  | { readonly type: 'status.report'; readonly status: ContainerStatus }
  | { readonly type: 'order.end' }
  | { readonly type: 'event.record'; readonly warning: boolean; readonly reason: string; readonly message: string };

export type Terminated = NonNullable<ContainerStatus['state']['terminated']>;
/** What is known of a container before its actor starts: from the engine, else from the API. */
export interface Known {
  /** That of the container that runs or ended last; -1: none yet. */
  readonly attempt: number;
  readonly id: string;
  readonly imageId: string;
  readonly startedAt: number;
  readonly running: boolean;
  /** Runs again whatever its end was: an init container in a new sandbox. */
  readonly again?: boolean;
  readonly latest?: Terminated;
  readonly previous?: Terminated;
}

/** What a pod hands over. The functions stay inside the process: pod and container live and die together. */
export interface ContainerOrder {
  readonly address: Address;
  readonly engine: Address;
  readonly pod: { readonly namespace: string; readonly name: string; readonly uid: string; readonly graceMs: number };
  readonly container: Container;
  readonly policy: ContainerPolicy;
  readonly known: Known | undefined;
  /** Environment, mounts, commands of one attempt. A fault's message is what the status says. */
  configure(attempt: number): Task<Result<ContainerSpec>>;
  report(status: ContainerStatus): void;
  record(type: 'Normal' | 'Warning', reason: string, message: string): void;
  /** It will not run again; `failed`: by a bug of ours. */
  ended(how: 'done' | 'failed'): void;
}
export type StartContainer = (host: Host, order: ContainerOrder) => ActorHandle<ContainerEvent>;
