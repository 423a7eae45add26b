//! The log in NATS JetStream: puts over the bus of a process, on a cluster of three servers of this machine.
import { join } from 'node:path';
import { startNatsCluster } from '../../../runtime/real/nats-server.ts';
import { scratch } from '../../e2e/harness.ts';
import type { BenchResult } from '../result.ts';
import { Worker } from './jobs.ts';
import { best, micros } from './rounds.ts';

const ROUNDS = 2;
const MS = 1_500;
const WARM_MS = 2_000;

export async function jetstream(): Promise<BenchResult> {
  const dir = scratch();
  const servers = await startNatsCluster(3, join(dir, 'nats'));
  if (servers === undefined) throw new Error('no nats-server here');
  const workers: Worker[] = [];
  try {
    const url = servers.map((server) => server.url).join(',');
    const rows: Record<string, string | number>[] = [];
    for (const replicas of [1, 3]) {
      const worker = await Worker.start('bus.child.ts', [dir, url, `${replicas}`]);
      workers.push(worker);
      await worker.do({ kind: 'put', inFlight: 64, ms: WARM_MS });
      for (const inFlight of [1, 16, 256, 1_024]) {
        const run = (): ReturnType<Worker['do']> => worker.do({ kind: 'put', inFlight, ms: MS });
        const found = (await best(ROUNDS, [{ name: 'put', run: run }])).get('put')!;
        rows.push({
          replicas: `R${replicas}`,
          'in flight': inFlight,
          'puts/s': Math.round(found.rate),
          'median µs': micros(found.medianMs),
          'p99 µs': micros(found.p99Ms),
        });
      }
      await worker.stop();
    }
    return { name: "etcd's log in JetStream, three servers here, their sync_interval as it comes", rows };
  } finally {
    for (const worker of workers) await worker.stop();
    for (const server of servers) await server.stop();
  }
}
