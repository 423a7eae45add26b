//! What the whole cluster's process holds when 150,000 pods are stored.
import type { BenchResult } from '../result.ts';
import { createPods, PODS, round, withServer } from './server.ts';

const STEPS: readonly number[] = [0, 10_000, 50_000, 150_000];

export const memory = (): Promise<BenchResult> =>
  withServer(async (subject) => {
    const rows = [];
    let there = 0;
    for (const pods of STEPS) {
      const from = performance.now();
      await createPods(subject, pods - there, there);
      const seconds = (performance.now() - from) / 1_000;
      const { ms } = await subject.send('GET', `${PODS}?limit=500`);
      rows.push({
        pods,
        'resident MiB': Math.round(subject.residentMiB),
        'created a second': pods === there ? 0 : Math.round((pods - there) / seconds),
        'page of 500 ms': round(ms),
      });
      there = pods;
    }
    return { name: 'api: memory', rows };
  });
