//! Pods a second from their creation to their node, beside the thresholds of Kubernetes' scheduler_perf: etcd, API
//! server, scheduler and those who create the pods in one process, as there. And the decisions alone.
import type { BenchResult } from './result.ts';
import { decisions } from './scheduler/decisions.ts';
import { measure } from './scheduler/ground.ts';
import { WORKLOADS } from './scheduler/workloads.ts';

/** `npm run bench scheduler [workload...]`; `decisions` for those alone; all when none is named. */
export async function* run(parts: readonly string[]): AsyncIterable<BenchResult> {
  const alone = parts.includes('decisions');
  const named = parts.filter((part) => part !== 'decisions');
  for (const workload of WORKLOADS) {
    const { name, nodes, measured, threshold } = workload;
    if (named.length > 0 && !named.includes(name)) continue;
    const row = { workload: name, nodes, pods: measured[0], 'threshold pods/s': threshold ?? '-' };
    const decided = decisions(workload);
    if (alone) {
      yield { name: 'scheduler: decisions', rows: [{ ...row, 'decisions/s': decided }] };
      continue;
    }
    const memory = await measure(workload, 'memory');
    const file = await measure(workload, 'file');
    const columns = {
      'pods/s memory log': memory.podsASecond,
      'pods/s file log': file.podsASecond,
      'CPU us a pod': memory.cpuUsAPod,
      'decisions/s': decided,
    };
    yield { name: 'scheduler: created to bound', rows: [{ ...row, ...columns }] };
  }
}
