//! `npm run scenario NAME -- [options]`: long runs that are no tests. Exit code 1 when something is wrong.
import { parseArgs } from 'node:util';

const SCENARIOS: Readonly<Record<string, () => Promise<{ main(args: readonly string[]): Promise<void> }>>> = {
  conformance: () => import('./conformance/main.ts'),
  'etcd-kill': () => import('./crash/main.ts'),
  recorded: () => import('./recorded/main.ts'),
  'openapi-compare': () => import('./openapi/main.ts'),
};

const { positionals } = parseArgs({ allowPositionals: true, strict: false });
const load = SCENARIOS[positionals[0] ?? ''];
if (load === undefined) {
  console.error(`npm run scenario NAME -- [options]; the names are ${Object.keys(SCENARIOS).join(', ')}`);
  process.exit(1);
}
try {
  await (await load()).main(process.argv.slice(3));
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
