//! Orrery's etcd beside a real etcd server: `npm run bench etcd [latency|puts|reads|txns|watches|recovery|jetstream]`.
//! The same client, the same machine, the same durability: fsync before every answer.
import { stopEverything } from '../e2e/harness.ts';
import { withoutEtcd } from '../etcd/real-etcd.ts';
import type { BenchResult } from './result.ts';

const PARTS: Readonly<Record<string, () => Promise<() => Promise<BenchResult>>>> = {
  latency: async () => (await import('./etcd/writes.ts')).latency,
  puts: async () => (await import('./etcd/writes.ts')).puts,
  reads: async () => (await import('./etcd/writes.ts')).reads,
  txns: async () => (await import('./etcd/writes.ts')).txns,
  watches: async () => (await import('./etcd/stores.ts')).watches,
  recovery: async () => (await import('./etcd/stores.ts')).recovery,
  jetstream: async () => (await import('./etcd/jetstream.ts')).jetstream,
};

export async function* run(parts: readonly string[]): AsyncGenerator<BenchResult> {
  const unknown = parts.find((part) => PARTS[part] === undefined);
  if (unknown !== undefined) throw new Error(`no part "${unknown}": there are ${Object.keys(PARTS).join(', ')}`);
  const missing = withoutEtcd();
  if (missing !== false) throw new Error(`${missing}: it is Debian's package etcd-server`);
  for (const [name, load] of Object.entries(PARTS)) {
    if (parts.length > 0 && !parts.includes(name)) continue;
    try {
      yield await (await load())();
    } finally {
      await stopEverything();
    }
  }
}
