//! A Deployment of simulated pods: from the request to all replicas available, over HTTPS, in a real cluster process.
import { startUp, stopEverything } from '../e2e/harness.ts';
import { applyUntilAvailable } from './apply.ts';
import type { BenchResult } from './result.ts';

const SIZES = [
  { pods: 100, nodes: 3 },
  { pods: 1_000, nodes: 100 },
] as const;

export async function run(): Promise<BenchResult> {
  const rows = [];
  for (const { pods, nodes } of SIZES) {
    const up = await startUp({ nodes, engine: 'simulated' });
    try {
      const ms = await applyUntilAvailable(up, 'web', pods);
      rows.push({ pods, nodes, 'apply to Available ms': ms, 'pods a second': Math.round((pods * 1000) / ms) });
    } finally {
      await stopEverything();
    }
  }
  return { name: 'deploy (simulated engine)', rows };
}
