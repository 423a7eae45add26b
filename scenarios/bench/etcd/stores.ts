//! Many watchers, many keys: what grows with them, beside a real etcd.
import { etcdVersion } from '../../etcd/real-etcd.ts';
import type { BenchResult } from '../result.ts';
import { Worker } from './jobs.ts';
import { orreryTarget, realTarget, type Target } from './targets.ts';

const WATCHERS = [1_000, 10_000] as const;
const PUTS = 20;
const FILLED = 1_000_000;
const WAIT_MS = 600_000;

async function withTargets<T>(work: (targets: readonly Target[], client: Worker) => Promise<T>): Promise<T> {
  const targets: Target[] = [];
  const client = await Worker.start('client.child.ts');
  try {
    targets.push(await realTarget(), await orreryTarget());
    return await work(targets, client);
  } finally {
    await client.stop();
    for (const target of targets) await target.stop();
  }
}

/** Watchers of one prefix, on ten streams. */
export const watches = (): Promise<BenchResult> =>
  withTargets(async (targets, client) => {
    const rows: Record<string, string | number>[] = [];
    for (const watchers of WATCHERS)
      for (const { name, address } of targets) {
        const job = { kind: 'watch', watchers, puts: PUTS, ms: WAIT_MS, address } as const;
        await client.do({ ...job, puts: 3 });
        const { rate, allMs } = await client.do(job);
        rows.push({ watchers, server: name, 'events/s': Math.round(rate), 'ms until all have one': Math.round(allMs) });
      }
    return { name: `etcd watchers of one prefix (${etcdVersion()})`, rows };
  });

/** A million keys: what each takes in memory, and how long a server that was killed takes to answer again. */
export const recovery = (): Promise<BenchResult> =>
  withTargets(async (targets, client) => {
    const rows: Record<string, string | number>[] = [];
    for (const { name, address, memory, again } of targets) {
      const before = memory();
      const filled = await client.do({ kind: 'fill', first: 0, count: FILLED, address });
      const keyBytes = ((memory() - before) * 2 ** 20) / FILLED;
      const began = performance.now();
      await again();
      await client.do({ kind: 'first', address });
      rows.push({
        server: name,
        keys: FILLED,
        'keys filled/s': Math.round((FILLED * 1_000) / filled.ms),
        'resident bytes a key': Math.round(keyBytes),
        's from start to first answer': Number(((performance.now() - began) / 1_000).toFixed(2)),
      });
    }
    return { name: `etcd with ${FILLED} keys of 256 bytes, killed and started again (${etcdVersion()})`, rows };
  });
