//! What is asked must be free: pods, CPU, memory, and every other resource by name.
import type { NodeInfo } from '../node-info.ts';
import type { PodFacts } from '../pod-facts.ts';
import type { Filter, Refusal } from './filter.ts';

export const nodeResourcesFit: Filter = {
  name: 'NodeResourcesFit',
  prepare: (pod) => (node) => (fits(pod, node) ? undefined : refusal(pod, node)),
};

function fits({ requests }: PodFacts, node: NodeInfo): boolean {
  if (node.pods.size + 1 > node.allocatablePods) return false;
  if (requests.milliCpu > 0 && node.milliCpu + requests.milliCpu > node.allocatableMilliCpu) return false;
  if (requests.memory > 0 && node.memory + requests.memory > node.allocatableMemory) return false;
  if (requests.others !== undefined)
    for (const [name, wanted] of requests.others) if (lacks(name, wanted, node)) return false;
  return true;
}
const lacks = (name: string, wanted: number, node: NodeInfo): boolean =>
  wanted > 0 && wanted + (node.others.get(name) ?? 0) > (node.allocatableOthers.get(name) ?? 0);

function refusal({ requests }: PodFacts, node: NodeInfo): Refusal {
  const reasons: string[] = [];
  // More than the whole node has: no preemption would make room.
  let resolvable = true;
  if (node.pods.size + 1 > node.allocatablePods) reasons.push('Too many pods');
  if (requests.milliCpu > 0 && node.milliCpu + requests.milliCpu > node.allocatableMilliCpu) {
    reasons.push('Insufficient cpu');
    if (requests.milliCpu > node.allocatableMilliCpu) resolvable = false;
  }
  if (requests.memory > 0 && node.memory + requests.memory > node.allocatableMemory) {
    reasons.push('Insufficient memory');
    if (requests.memory > node.allocatableMemory) resolvable = false;
  }
  for (const [name, wanted] of requests.others ?? []) {
    if (!lacks(name, wanted, node)) continue;
    reasons.push(`Insufficient ${name}`);
    if (wanted > (node.allocatableOthers.get(name) ?? 0)) resolvable = false;
  }
  return { reasons, resolvable };
}
