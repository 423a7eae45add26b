//! `npm run bench [name]`: runs one benchmark or all, prints for each a table and one line of JSON.
import { cpus, totalmem } from 'node:os';
import type { BenchResult } from './result.ts';

const BENCHES: Readonly<Record<string, () => Promise<{ run(): Promise<BenchResult> }>>> = {
  boot: () => import('./boot.ts'),
  bus: () => import('./bus.ts'),
  actors: () => import('./actors.ts'),
  deploy: () => import('./deploy.ts'),
  schedule: () => import('./schedule.ts'),
};

const asked = process.argv[2];
if (asked !== undefined && BENCHES[asked] === undefined) {
  console.error(`no benchmark "${asked}": there are ${Object.keys(BENCHES).join(', ')}`);
  process.exit(1);
}
const gib = Math.round(totalmem() / 2 ** 30);
console.log(`node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'cpu'}, ${gib} GiB`);
for (const [name, load] of Object.entries(BENCHES)) {
  if (asked !== undefined && asked !== name) continue;
  const result = await (await load()).run();
  console.log(`\n## ${result.name}`);
  console.table(result.rows);
  console.log(JSON.stringify({ ...result, node: process.version, cores: cpus().length }));
}
process.exit(0);
