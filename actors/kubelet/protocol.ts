//! What the kubelet of a node hears and wants.
import type { Fault } from '../../runtime/fault.ts';
import type { Taint } from '../api/types/cluster.ts';
import type { EngineEvent } from '../engine/protocol.ts';
import type { StartPod } from '../pod/protocol.ts';

export type KubeletEvent =
  | { readonly type: 'engine.attached' }
  | { readonly type: 'engine.lost'; readonly fault: Fault }
  | EngineEvent
  | { readonly type: 'node.registered' }
  | { readonly type: 'node.refused'; readonly fault: Fault }
  | { readonly type: 'lease.renewed' }
  | { readonly type: 'lease.refused'; readonly fault: Fault }
  | { readonly type: 'lease.due' }
  | { readonly type: 'report.due' }
  | { readonly type: 'relist.due' }
  /** A pod's actor is to be started again: what runs of it is asked for first. */
  | { readonly type: 'pods.retry' }
  /** The first list of this node's pods is in. */
  | { readonly type: 'pods.listed' }
  | { readonly type: 'pod.touched'; readonly key: string }
  | { readonly type: 'pod.ended'; readonly key: string; readonly how: 'done' | 'failed' }
  | { readonly type: 'pods.gone' }
  | { readonly type: 'kubelet.stop' };

export type KubeletEffect =
  | { readonly type: 'engine.attach' }
  | { readonly type: 'node.register' }
  | { readonly type: 'lease.renew' }
  | { readonly type: 'node.report'; readonly ready: boolean; readonly message: string }
  | { readonly type: 'pods.watch' }
  /** Makes what runs here agree with what the API says. */
  | { readonly type: 'pods.sync' }
  | { readonly type: 'pod.sync'; readonly key: string }
  | { readonly type: 'pod.forget'; readonly key: string; readonly how: 'done' | 'failed' }
  | { readonly type: 'exit.forward'; readonly exit: EngineEvent }
  | { readonly type: 'pods.halt' };

export interface KubeletOptions {
  readonly node: string;
  /** From the pod component; given by the assembler. */
  readonly startPod: StartPod;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  /** kubeletVersion, `v1.36.0`. */
  readonly version?: string;
  readonly podsMax?: number;
  readonly ephemeralStorageBytes?: number;
  /** What containers are allowed when the node stops. Default 2 s. */
  readonly haltGraceMs?: number;
}
