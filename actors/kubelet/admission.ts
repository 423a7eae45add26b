//! Whether a node takes a pod that was bound to it: kubelet's general predicates, in its words.
import { milliOf, unitsOf } from '../api/quantity.ts';
import type { Container, NodeSelectorRequirement, NodeSelectorTerm, Pod } from '../api/types/pod.ts';
import type { Rejection } from '../pod/protocol.ts';

export interface NodeRoom {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  readonly pods: number;
}
interface Request {
  readonly cpuMilli: number;
  readonly memoryBytes: number;
}
const sidecar = (container: Container): boolean => container.restartPolicy === 'Always';

/** The larger of all containers together and of each init container with the sidecars before it. */
export function requestOf(pod: Pod): Request {
  const { initContainers = [], containers, overhead = {} } = pod.spec;
  const of = (container: Container): Request => ({
    cpuMilli: milliOf(container.resources?.requests?.['cpu']),
    memoryBytes: unitsOf(container.resources?.requests?.['memory']),
  });
  const sum = (list: readonly Container[]): Request => list.map(of).reduce(plus, { cpuMilli: 0, memoryBytes: 0 });
  let most = plus(sum(containers), sum(initContainers.filter(sidecar)));
  for (const [i, container] of initContainers.entries()) {
    const before = initContainers.slice(0, i).filter(sidecar);
    const needs = plus(of(container), sum(before));
    most = {
      cpuMilli: Math.max(most.cpuMilli, needs.cpuMilli),
      memoryBytes: Math.max(most.memoryBytes, needs.memoryBytes),
    };
  }
  return plus(most, { cpuMilli: milliOf(overhead['cpu']), memoryBytes: unitsOf(overhead['memory']) });
}
const plus = (a: Request, b: Request): Request => ({
  cpuMilli: a.cpuMilli + b.cpuMilli,
  memoryBytes: a.memoryBytes + b.memoryBytes,
});

/** `others`: the pods that count already. */
export function refusal(pod: Pod, others: readonly Pod[], room: NodeRoom): Rejection | undefined {
  const wants = requestOf(pod);
  const used = others.map(requestOf).reduce(plus, { cpuMilli: 0, memoryBytes: 0 });
  if (others.length + 1 > room.pods) return tooMuch('pods', 1, others.length, room.pods);
  if (wants.cpuMilli > 0 && used.cpuMilli + wants.cpuMilli > room.cpuMilli)
    return tooMuch('cpu', wants.cpuMilli, used.cpuMilli, room.cpuMilli);
  if (wants.memoryBytes > 0 && used.memoryBytes + wants.memoryBytes > room.memoryBytes)
    return tooMuch('memory', wants.memoryBytes, used.memoryBytes, room.memoryBytes);
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
  return terms === undefined || terms.some((term) => fitsTerm(term, room));
}
function fitsTerm(
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  { name, labels }: Pick<NodeRoom, 'name' | 'labels'>,
): boolean {
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchExpressions.every((one) => fitsRequirement(one, labels[one.key])) &&
    matchFields.every((one) => fitsRequirement(one, one.key === 'metadata.name' ? name : undefined))
  );
}
function fitsRequirement({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
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
