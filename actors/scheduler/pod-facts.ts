//! A pod as the scheduler sees it: what filters and scores need, worked out once.

import { type Requests, requestsOf } from '../api/pod-requests.ts';
import { keyOf } from '../api/resource.ts';
import type { NodeSelectorTerm, Pod, Toleration } from '../api/types/pod.ts';
import { controllerOf } from '../client/owners.ts';

export interface HostPort {
  readonly ip: string;
  /** `TCP/8080` */
  readonly port: string;
}
export interface PodFacts {
  readonly key: string;
  readonly pod: Pod;
  readonly requests: Requests;
  readonly ports: readonly HostPort[];
  readonly tolerations: readonly Toleration[];
  readonly priority: number;
  /** The uid of the controller: pods of one owner are spread. */
  readonly owner: string | undefined;
  readonly requiredTerms: readonly NodeSelectorTerm[] | undefined;
}

export function factsOf(pod: Pod): PodFacts {
  const { spec } = pod;
  return {
    key: keyOf(pod),
    pod,
    requests: requestsOf(spec),
    ports: hostPorts(pod),
    tolerations: spec.tolerations ?? NONE,
    priority: spec.priority ?? 0,
    owner: controllerOf(pod)?.uid,
    requiredTerms: spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms,
  };
}
const NONE: readonly never[] = [];
export const ANY_IP = '0.0.0.0';

function hostPorts({ spec }: Pod): readonly HostPort[] {
  const ports: HostPort[] = [];
  // Sidecars hold their ports as long as the pod lives; other init containers are over by then.
  const sidecars = spec.initContainers?.filter((container) => container.restartPolicy === 'Always') ?? NONE;
  for (const container of [...spec.containers, ...sidecars])
    for (const port of container.ports ?? NONE) {
      const number = port.hostPort ?? (spec.hostNetwork ? port.containerPort : 0);
      if (number > 0) ports.push({ ip: port.hostIP || ANY_IP, port: `${port.protocol ?? 'TCP'}/${number}` });
    }
  return ports.length === 0 ? NONE : ports;
}
