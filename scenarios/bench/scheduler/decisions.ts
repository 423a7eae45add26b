//! Decisions alone: the pods of a workload through the scheduler's own code, without an API, nothing written.
import type { Pod } from '../../../actors/api/types/pod.ts';
import { pod as complete, node } from '../../../actors/scheduler/fixtures.ts';
import { Rig } from '../../../actors/scheduler/rig.ts';
import type { Workload } from './workloads.ts';

/** Pods a second of processor time, each with its nomination and preemption. */
export function decisions({ nodes, labels, tainted = 0, init, measured }: Workload): number {
  const rig = new Rig();
  for (let i = 0; i < nodes; i++)
    rig.node(
      node(`node-${i}`, {
        labels: labels?.(i) ?? {},
        allocatable: { cpu: '4', memory: '32Gi', pods: '110' },
        ...(i < tainted ? { spec: { taints: [{ key: 'foo', effect: 'NoSchedule' }] } } : {}),
      }),
    );
  for (const [count, pod] of init) decide(rig, count, pod);
  const before = process.cpuUsage();
  decide(rig, ...measured);
  const { user, system } = process.cpuUsage(before);
  return Math.round((measured[0] * 1e6) / (user + system));
}
function decide(rig: Rig, count: number, pod: Workload['measured'][1]): void {
  for (let i = 0; i < count; i++) {
    const { metadata, spec } = pod(i);
    rig.pod(complete(metadata.name!, spec as Partial<Pod['spec']>, { labels: metadata.labels ?? {} }));
  }
  let assigned = 0;
  for (let decision = rig.cycle(); decision !== undefined; decision = rig.cycle()) {
    if (decision.type === 'assigned') {
      assigned++;
      rig.place(decision.pod.pod, decision.node); // as the watch tells it
    } else
      for (const { pod, key } of decision.victims)
        rig.gone({ ...pod, spec: { ...pod.spec, nodeName: rig.cluster.table.placed(key)!.node.name } });
  }
  if (assigned !== count) throw new Error(`${assigned} of ${count} pods found a node`);
}
