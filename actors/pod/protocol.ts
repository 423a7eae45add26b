//! What a pod actor is told and wants, and what its kubelet gives it.
import type { Address } from '../../runtime/address.ts';
import type { Fault, Result } from '../../runtime/fault.ts';
import type { ActorHandle, Host } from '../../runtime/host.ts';
import type { ObjectReference } from '../api/types/cluster.ts';
import type { KubeObject } from '../api/types/meta.ts';
import type { Pod } from '../api/types/pod.ts';
import type { Service } from '../api/types/service.ts';
import type { Cache, Client } from '../client/protocol.ts';
import type { ContainerRecord, EngineEvent } from '../engine/protocol.ts';

/** What follows from the states of its containers. */
export interface Progress {
  /** `over`: nothing of it runs or will run again, sidecars aside; `idle`: nothing of it runs at all. */
  readonly stage: 'initializing' | 'running' | 'over' | 'idle';
  /** Containers whose turn it is. */
  readonly begin: readonly string[];
}
export type PodEvent =
  /** The API's object has changed. */
  | { readonly type: 'pod.changed'; readonly deleting: boolean; readonly graceMs: number }
  /** The API has it no more. */
  | { readonly type: 'pod.vanished' }
  /** The node stops: the containers end, the API's object stays as it is. */
  | { readonly type: 'pod.halt'; readonly graceMs: number }
  | { readonly type: 'deadline.passed' }
  | { readonly type: 'volumes.mounted' }
  | { readonly type: 'volumes.refused'; readonly fault: Fault }
  | { readonly type: 'sandbox.running'; readonly ip: string }
  | { readonly type: 'sandbox.refused'; readonly fault: Fault }
  /** The engine has it no more, and nobody asked for that. */
  | { readonly type: 'sandbox.lost' }
  | { readonly type: 'sandbox.removed' }
  | { readonly type: 'containers.changed'; readonly progress: Progress }
  | { readonly type: 'container.failed' }
  | { readonly type: 'status.settled' }
  | { readonly type: 'object.deleted' }
  | { readonly type: 'object.kept'; readonly fault: Fault };

export type PodEffect =
  | { readonly type: 'volumes.mount' }
  | { readonly type: 'sandbox.run' }
  | { readonly type: 'sandbox.remove' }
  | { readonly type: 'containers.survey' }
  | { readonly type: 'containers.begin'; readonly names: readonly string[] }
  | { readonly type: 'containers.stop'; readonly graceMs: number }
  | { readonly type: 'containers.forget' }
  | { readonly type: 'status.compute' }
  | { readonly type: 'status.conclude'; readonly pastDeadline: boolean }
  | { readonly type: 'object.delete' }
  | { readonly type: 'order.end' }
  | { readonly type: 'event.record'; readonly reason: string; readonly message: string };

export interface Rejection {
  readonly reason: string;
  readonly message: string;
}
export interface PodOrder {
  readonly address: Address;
  readonly engine: Address;
  readonly node: { readonly name: string; readonly ip: string };
  readonly capacity: { readonly cpuMilli: number; readonly memoryBytes: number };
  readonly pod: Pod;
  readonly rejected: Rejection | undefined;
  /** What the engine holds of it already. */
  readonly held: { readonly ip: string; readonly containers: readonly ContainerRecord[] } | undefined;
  readonly client: Client;
  readonly services: Cache<Service>;
  record(about: KubeObject | ObjectReference, type: 'Normal' | 'Warning', reason: string, message: string): void;
  /** It is gone; `failed`: by a bug of ours. */
  ended(how: 'done' | 'failed'): void;
}
export interface PodHandle {
  readonly actor: ActorHandle<PodEvent>;
  update(pod: Pod): void;
  exited(event: EngineEvent): void;
  /** The engine has told it that its sandbox runs. */
  hasSandbox(): boolean;
  /** Whose log is meant. The fault is in kubelet's words. */
  logOf(container: string, previous: boolean): Result<string>;
  /** The engine's name of a container; undefined: it does not run. */
  runningId(container: string): string | undefined;
}
export type StartPod = (host: Host, order: PodOrder) => PodHandle;
