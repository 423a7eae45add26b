//! Scheduling decisions a second: pods in, nodes out, nothing written. The real scheduler's floor is 680 to 810 pods/s.

import { container, node, ownedBy, pod } from '../../actors/scheduler/fixtures.ts';
import { Rig } from '../../actors/scheduler/rig.ts';
import type { BenchResult } from './result.ts';

const PODS = 10_000;
const OWNERS = 100;
const ZONES = 3;
const ROUNDS = 3;

export async function run(): Promise<BenchResult> {
  const rows = [100, 1_000, 5_000].map((nodes) => {
    let best = 0;
    for (let round = 0; round < ROUNDS; round++) best = Math.max(best, decisions(nodes));
    return { nodes, pods: PODS, 'decisions/s': Math.round(best) };
  });
  return { name: 'schedule', rows };
}

function decisions(nodes: number): number {
  const { scheduler } = new Rig();
  for (let i = 0; i < nodes; i++) {
    const labels = { 'topology.kubernetes.io/zone': `z${i % ZONES}` };
    const object = node(`n${i}`, { allocatable: { cpu: '32', memory: '64Gi' }, labels });
    scheduler.nodeChanged({ type: 'added', object }, 0);
  }
  for (let i = 0; i < PODS; i++) {
    const spec = { containers: [container({ cpu: '100m', memory: '100Mi' })] };
    scheduler.podChanged({ type: 'added', object: pod(`p${i}`, spec, ownedBy(`owner-${i % OWNERS}`)) }, 0);
  }
  const began = performance.now();
  let decided = 0;
  while (scheduler.cycle(0)?.type === 'assigned') decided++;
  if (decided !== PODS) throw new Error(`${decided} of ${PODS} pods found a node`);
  return (decided * 1_000) / (performance.now() - began);
}
