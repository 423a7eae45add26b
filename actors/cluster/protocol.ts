//! A cluster as data: which actors run where. What `up`, `join` and the scenarios build from.

export type Role = 'etcd' | 'apiserver' | 'scheduler' | 'controllers' | 'metrics-server' | 'kubelet' | 'kube-proxy';
export const ROLES: readonly Role[] = [
  'etcd',
  'apiserver',
  'scheduler',
  'controllers',
  'metrics-server',
  'kubelet',
  'kube-proxy',
];

export type EngineName = 'process' | 'simulated';

/** One role at one place. `name`: the node for kubelet and kube-proxy, else who it is among its like. */
export interface Placement {
  readonly role: Role;
  readonly name: string;
}

export interface ClusterPlan {
  readonly cluster: string;
  /** In order of start; stopped in reverse. */
  readonly placements: readonly Placement[];
}
