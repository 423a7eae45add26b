//! `npm run bench [name [part...]]`: runs one benchmark or all, prints for each a table and one line of JSON.
import { cpus, totalmem } from 'node:os';
import type { BenchResult } from './result.ts';

type Run = (parts: readonly string[]) => Promise<BenchResult> | AsyncIterable<BenchResult>;
const BENCHES: Readonly<Record<string, () => Promise<{ readonly run: Run }>>> = {
  boot: () => import('./boot.ts'),
  bus: () => import('./bus.ts'),
  actors: () => import('./actors.ts'),
  deploy: () => import('./deploy.ts'),
  scheduler: () => import('./scheduler.ts'),
  etcd: () => import('./etcd.ts'),
  api: () => import('./api.ts'),
};

const [, , asked, ...parts] = process.argv;
if (asked !== undefined && BENCHES[asked] === undefined) {
  console.error(`no benchmark "${asked}": there are ${Object.keys(BENCHES).join(', ')}`);
  process.exit(1);
}
const gib = Math.round(totalmem() / 2 ** 30);
console.log(`node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'cpu'}, ${gib} GiB`);
for (const [name, load] of Object.entries(BENCHES)) {
  if (asked !== undefined && asked !== name) continue;
  const results = (await load()).run(parts);
  for await (const result of 'then' in results ? [await results] : results) {
    console.log(`\n## ${result.name}`);
    console.table(result.rows);
    console.log(JSON.stringify({ ...result, node: process.version, cores: cpus().length }));
  }
}
process.exit(0);
