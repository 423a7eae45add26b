//! A pod as the scheduler sees it: what plugins need, worked out once.

import { type Requests, requestsOf } from '../api/pod-requests.ts';
import { keyOf } from '../api/resource.ts';
import type { Container, NodeSelectorTerm, Pod, Toleration } from '../api/types/pod.ts';

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
  readonly requiredTerms: readonly NodeSelectorTerm[] | undefined;
  /**
   * Pods of one class are the same to a plugin that looks at one node: equal selectors, node affinity, tolerations,
   * requests, ports and images.
   */
  readonly podClass: string;
}

export const factsOf = (pod: Pod): PodFacts => new Facts(pod);

class Facts implements PodFacts {
  readonly key: string;
  readonly pod: Pod;
  readonly requests: Requests;
  readonly ports: readonly HostPort[];
  readonly tolerations: readonly Toleration[];
  readonly priority: number;
  readonly requiredTerms: readonly NodeSelectorTerm[] | undefined;
  #class: string | undefined;

  constructor(pod: Pod) {
    const { spec } = pod;
    this.key = keyOf(pod);
    this.pod = pod;
    this.requests = requestsOf(spec);
    this.ports = hostPorts(pod);
    this.tolerations = spec.tolerations ?? NONE;
    this.priority = spec.priority ?? 0;
    this.requiredTerms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  }
  get podClass(): string {
    this.#class ??= classOf(this.pod);
    return this.#class;
  }
}
const NONE: readonly never[] = [];
export const ANY_IP = '0.0.0.0';

function hostPorts({ spec }: Pod): readonly HostPort[] {
  const ports: HostPort[] = [];
  for (const container of spec.containers) addPorts(ports, container, spec.hostNetwork);
  // Sidecars hold their ports as long as the pod lives; other init containers are over by then.
  for (const container of spec.initContainers ?? NONE)
    if (container.restartPolicy === 'Always') addPorts(ports, container, spec.hostNetwork);
  return ports.length === 0 ? NONE : ports;
}
function addPorts(into: HostPort[], container: Container, hostNetwork = false): void {
  for (const port of container.ports ?? NONE) {
    const number = port.hostPort ?? (hostNetwork ? port.containerPort : 0);
    if (number > 0) into.push({ ip: port.hostIP || ANY_IP, port: `${port.protocol ?? 'TCP'}/${number}` });
  }
}

const classOf = ({ spec }: Pod): string =>
  JSON.stringify([
    spec.nodeName,
    spec.nodeSelector,
    spec.affinity?.nodeAffinity,
    spec.tolerations,
    spec.overhead,
    spec.resources,
    spec.hostNetwork,
    spec.containers.map(ofContainer),
    spec.initContainers?.map(ofContainer),
  ]);
const ofContainer = ({ image, ports, resources, restartPolicy }: Container): readonly unknown[] => [
  image,
  resources?.requests,
  restartPolicy,
  ports,
];

export const isGated = (pod: Pod): boolean => (pod.spec.schedulingGates?.length ?? 0) > 0;
