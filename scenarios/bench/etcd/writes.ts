//! Puts, reads of 1,000 keys and txns: over gRPC beside a real etcd, and over the bus of a process.
import { scratch } from '../../e2e/harness.ts';
import { etcdVersion } from '../../etcd/real-etcd.ts';
import type { BenchResult } from '../result.ts';
import { type Job, Worker } from './jobs.ts';
import { best, micros, type Runner } from './rounds.ts';
import { orreryTarget, realTarget, type Target } from './targets.ts';

const ROUNDS = 3;
const MS = 1_500;
const WARM_MS = 3_000;
const CONNECTIONS_MAX = 8;
const ETCD = 'etcd, gRPC';

interface Way {
  readonly name: string;
  do(job: {
    readonly kind: 'put' | 'range' | 'txn';
    readonly inFlight: number;
    readonly ms: number;
  }): ReturnType<Worker['do']>;
}

/** All that is asked, by those who are there; stopped at the end, however it ends. */
async function withWays<T>(work: (ways: readonly Way[], bus: Worker) => Promise<T>): Promise<T> {
  const targets: Target[] = [];
  const workers: Worker[] = [];
  try {
    targets.push(await realTarget(), await orreryTarget());
    const client = await Worker.start('client.child.ts');
    const bus = await Worker.start('bus.child.ts', [scratch()]);
    workers.push(client, bus);
    const ways: Way[] = targets.map(({ name, address }) => ({
      name: `${name}, gRPC`,
      do: (job) => client.do({ ...job, address, connections: Math.min(job.inFlight, CONNECTIONS_MAX) }),
    }));
    ways.push({ name: 'orrery, bus', do: (job) => bus.do(job) });
    for (const way of ways) await way.do({ kind: 'put', inFlight: 64, ms: WARM_MS });
    return await work(ways, bus);
  } finally {
    for (const worker of workers) await worker.stop();
    for (const target of targets) await target.stop();
  }
}

/** One after the other, beside what the disk alone takes: a bare write and fdatasync. */
export const latency = (): Promise<BenchResult> =>
  withWays(async (ways, bus) => {
    const bare = 'bare write + fdatasync';
    const runners: Runner[] = ways.map(({ name, do: run }) => ({
      name,
      run: () => run({ kind: 'put', inFlight: 1, ms: MS }),
    }));
    const found = await best(ROUNDS, [{ name: bare, run: () => bus.do({ kind: 'fsync', ms: MS }) }, ...runners]);
    const rows = [...found].map(([what, { medianMs, p99Ms }]) => ({
      what,
      'median µs': micros(medianMs),
      'p99 µs': micros(p99Ms),
      'above the bare disk µs': micros(medianMs - found.get(bare)!.medianMs),
    }));
    return { name: `etcd put latency, one at a time (${etcdVersion()}, best of ${ROUNDS})`, rows };
  });

export const puts = (): Promise<BenchResult> => rates('put', 'puts/s', [1, 16, 256, 1_024]);
export const reads = (): Promise<BenchResult> => rates('range', 'ranges of 1,000 keys/s', [1, 16]);
export const txns = (): Promise<BenchResult> => rates('txn', 'txns/s (compare, put, get)', [1, 16, 256]);

const rates = (kind: 'put' | 'range' | 'txn', title: string, inFlights: readonly number[]): Promise<BenchResult> =>
  withWays(async (ways) => {
    const rows: Record<string, string | number>[] = [];
    for (const inFlight of inFlights) {
      const job: Job & { kind: typeof kind } = { kind, inFlight, ms: MS };
      const found = await best(
        ROUNDS,
        ways.map(({ name, do: run }) => ({ name, run: () => run(job) })),
      );
      const etcd = found.get(ETCD)!.rate;
      rows.push({
        'in flight': inFlight,
        ...Object.fromEntries([...found].map(([name, { rate }]) => [name, Math.round(rate)])),
        ...Object.fromEntries(
          [...found]
            .filter(([name]) => name !== ETCD)
            .map(([name, { rate }]) => [`${name}/etcd`, (rate / etcd).toFixed(2)]),
        ),
      });
    }
    return { name: `etcd ${title} (${etcdVersion()}, best of ${ROUNDS})`, rows };
  });
