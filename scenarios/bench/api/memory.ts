//! What the whole cluster's process holds when 150,000 pods are stored: etcd's copy, the API server's text of each, and
//! the controllers' and the scheduler's own. Resident memory has garbage in it; what is held a pod is less.
import type { BenchResult } from '../result.ts';
import { createPods, PODS, percentile, round, type Subject, withServer } from './server.ts';

const STEPS: readonly number[] = [0, 10_000, 50_000, 150_000];
const PAGES = 20;

export const memory = (): Promise<BenchResult> =>
  withServer(async (subject) => {
    const rows = [];
    let there = 0;
    let empty = 0;
    for (const pods of STEPS) {
      const [from, cpu] = [performance.now(), subject.cpuMs];
      await createPods(subject, pods - there, there);
      const made = pods - there;
      const seconds = (performance.now() - from) / 1_000;
      const cpuUs = ((subject.cpuMs - cpu) * 1_000) / made;
      const pages: number[] = [];
      for (let i = 0; i < PAGES; i++) pages.push((await subject.send('GET', `${PODS}?limit=500`)).ms);
      if (pods === 0) empty = subject.residentMiB;
      rows.push({
        pods,
        'resident MiB': Math.round(subject.residentMiB),
        'heap MiB': await heapMiB(subject),
        'resident KiB a pod': pods === 0 ? 0 : round(((subject.residentMiB - empty) * 1_024) / pods),
        'created a second': made === 0 ? 0 : Math.round(made / seconds),
        'server CPU us a create': made === 0 ? 0 : Math.round(cpuUs),
        'page of 500 ms': round(percentile(pages, 0.5)),
      });
      there = pods;
    }
    return { name: 'api: memory', rows };
  });

async function heapMiB(subject: Subject): Promise<number> {
  const { text } = await subject.send('GET', '/metrics');
  return Math.round(Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(text)?.[1]) / 2 ** 20);
}
