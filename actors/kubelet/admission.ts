//! Whether a node takes a pod that was bound to it: kubelet's general predicates, in its words.
import { matchesAny } from '../api/node-selector.ts';
import { requestsOf } from '../api/pod-requests.ts';
import type { Container, Pod } from '../api/types/pod.ts';
import type { Rejection } from '../pod/protocol.ts';

export interface NodeRoom {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  readonly pods: number;
}
const sidecar = (container: Container): boolean => container.restartPolicy === 'Always';

/** `others`: the pods that count already. */
export function refusal(pod: Pod, others: readonly Pod[], room: NodeRoom): Rejection | undefined {
  const wants = requestsOf(pod.spec);
  const used = { milliCpu: 0, memory: 0 };
  for (const { milliCpu, memory } of others.map(({ spec }) => requestsOf(spec))) {
    used.milliCpu += milliCpu;
    used.memory += memory;
  }
  if (others.length + 1 > room.pods) return tooMuch('pods', 1, others.length, room.pods);
  if (wants.milliCpu > 0 && used.milliCpu + wants.milliCpu > room.cpuMilli)
    return tooMuch('cpu', wants.milliCpu, used.milliCpu, room.cpuMilli);
  if (wants.memory > 0 && used.memory + wants.memory > room.memoryBytes)
    return tooMuch('memory', wants.memory, used.memory, room.memoryBytes);
  if (!fitsNode(pod, room))
    return rejected('NodeAffinity', "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector");
  if (portsTaken(pod, others))
    return rejected(
      'NodePorts',
      "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
    );
  return undefined;
}
const rejected = (reason: string, message: string): Rejection => ({ reason, message: `Pod was rejected: ${message}` });
const tooMuch = (resource: string, requested: number, used: number, capacity: number): Rejection =>
  rejected(
    `OutOf${resource}`,
    `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  );

export function fitsNode(pod: Pod, room: Pick<NodeRoom, 'name' | 'labels'>): boolean {
  const { nodeSelector = {}, affinity } = pod.spec;
  if (Object.entries(nodeSelector).some(([key, value]) => room.labels[key] !== value)) return false;
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms === undefined || matchesAny(terms, { metadata: room });
}
interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}
function hostPorts(pod: Pod): readonly HostPort[] {
  const { initContainers = [], containers } = pod.spec;
  return [...initContainers.filter(sidecar), ...containers].flatMap((container) =>
    (container.ports ?? []).flatMap(({ hostPort, hostIP = '0.0.0.0', protocol = 'TCP' }) =>
      hostPort ? [{ ip: hostIP === '' ? '0.0.0.0' : hostIP, protocol, port: hostPort }] : [],
    ),
  );
}
function portsTaken(pod: Pod, others: readonly Pod[]): boolean {
  const wanted = hostPorts(pod);
  if (wanted.length === 0) return false;
  const taken = others.flatMap(hostPorts);
  const any = '0.0.0.0';
  return wanted.some((want) =>
    taken.some(
      ({ ip, protocol, port }) =>
        port === want.port && protocol === want.protocol && (ip === want.ip || ip === any || want.ip === any),
    ),
  );
}
