//! A node's service proxy: which connection goes to which pod. Tables and packets are plain classes behind one actor.
import type { Fault } from '../../runtime/fault.ts';

export interface Backend {
  readonly ip: string;
  readonly port: number;
  readonly node: string;
}
export interface ListenAt {
  readonly ip: string;
  readonly port: number;
  /**
   * `own`: only this node has the address. `shared`: every proxy of the machine could have it, the first one does.
   * `service`: shared, and the address is to be made one of the machine first.
   */
  readonly kind: 'own' | 'shared' | 'service';
  /** Only to this node's pods (traffic policy Local). */
  readonly local: boolean;
}
/** One port of one service as it should be served. */
export interface PortPlan {
  /** `namespace/name:port/protocol` */
  readonly key: string;
  readonly protocol: 'TCP' | 'UDP';
  readonly listen: readonly ListenAt[];
  /** 0: each connection on its own; else a client stays with its pod for so long after its last one. */
  readonly affinityMs: number;
  /** Who gets new connections; empty: they are refused. */
  readonly backends: readonly Backend[];
  readonly localBackends: readonly Backend[];
}

/** Two implementations: sockets (edge/) and a table that answers who would get a connection (simulation). */
export interface Dataplane {
  set(plan: PortPlan): void;
  remove(key: string): void;
  /** New connections are no longer taken; established ones are closed. */
  close(done: () => void): void;
}

/** Asked of a proxy in simulation; a refused connection is a fault `Unavailable`. */
export interface SimConnect {
  readonly type: 'sim.connect';
  readonly ip: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  readonly clientIp: string;
}
export type SimConnectReply =
  | { readonly type: 'sim.connected'; readonly backend: Backend }
  | { readonly type: 'fault'; readonly fault: Fault };

export type KubeProxyEvent =
  | { readonly type: 'caches.synced' }
  /** It died of a bug. */
  | { readonly type: 'controller.lost' }
  | { readonly type: 'proxy.stop' }
  | { readonly type: 'dataplane.closed' };
export type KubeProxyEffect = { readonly type: 'controller.start' } | { readonly type: 'dataplane.close' };
