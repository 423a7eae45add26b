//! Addresses for nodes, pods and services on one machine, as the engine and kube-proxy of a node see them.
//! Implementations: edge/ (network namespaces on a bridge, or loopback addresses). Callbacks: whoever asks is an actor.
import type { Result } from '../../runtime/fault.ts';

/** `namespaces`: root on Linux with `ip`. `loopback`: everywhere else; pods are told apart by their 127/8 address. */
export type NetworkMode = 'namespaces' | 'loopback';

/** What one cluster uses on one machine. A slot is a /16 that no other cluster of the machine has. */
export interface NetworkPlan {
  readonly mode: NetworkMode;
  readonly slot: number;
  /** `10.244.0.0/16`: node addresses are in its first /24, each node's pods in a /24 of their own. */
  readonly clusterCidr: string;
  /** `10.96.0.0/16`: ClusterIPs. */
  readonly serviceCidr: string;
  /** The bridge's own address: what pods reach the machine by, and what the machine's proxies agree on. */
  readonly gatewayIp: string;
  /** `orrery244`; no bridge on loopback. */
  readonly bridge?: string;
  /** Ports that this machine does not let us bind, and where they are bound instead. */
  readonly lowPorts?: LowPorts;
}
/** Without root a port below `below` of a pod or a service is bound at that port plus `add`. */
export interface LowPorts {
  readonly below: number;
  readonly add: number;
}
export interface NodeAddresses {
  readonly node: string;
  /** 1 to 253, the same for a node's name as long as the cluster is there. */
  readonly index: number;
  /** InternalIP: NodePorts are bound on it. */
  readonly nodeIp: string;
  readonly podCidr: string;
}
export interface PodAddress {
  readonly ip: string;
  /** The file of the pod's network namespace; absent on loopback. */
  readonly netns?: string;
}

export interface NodeNetwork {
  readonly plan: NetworkPlan;
  readonly addresses: NodeAddresses;
  /** First call of an engine: these pods keep their addresses; whatever else the node had is removed. */
  adopt(pods: readonly { readonly podUid: string; readonly ip: string }[], done: (result: Result<void>) => void): void;
  /** The same pod again gets the same address. Busy: no address is left. */
  join(podUid: string, done: (result: Result<PodAddress>) => void): void;
  /** The pod's processes must be gone. */
  leave(podUid: string, done: (result: Result<void>) => void): void;
  /** Makes a ClusterIP or external IP one that this machine can bind. */
  serve(ip: string, done: (result: Result<void>) => void): void;
  unserve(ip: string, done: (result: Result<void>) => void): void;
  /** Where a port of an address of this cluster is really bound: see `LowPorts`. */
  boundPort(ip: string, port: number): number;
}

/** A cluster's place on this machine. */
export interface ClusterNetwork {
  readonly plan: NetworkPlan;
  /** Why it is not `namespaces`, in a sentence for people. */
  readonly missing?: string;
  node(name: string, done: (result: Result<NodeNetwork>) => void): void;
  /** The last process of the cluster on the machine takes the bridge away; the reservation of the addresses stays. */
  close(done: () => void): void;
}
