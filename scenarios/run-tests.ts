//! Runs every test of the tree in one `node --test`. Installs the real components that tests drive when it may.
//! `npm test -- PATTERN` runs the files whose path contains PATTERN. With CI=true a skipped test is a failure.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { install } from './tools/install.ts';

const files = (pattern: string): string[] =>
  ['runtime', 'actors', 'scenarios']
    .flatMap((top) => readdirSync(top, { recursive: true, encoding: 'utf8' }).map((path) => `${top}/${path}`))
    .filter((path) => path.endsWith('.test.ts') && path.includes(pattern))
    .sort();

const chosen = files(process.argv[2] ?? '');
if (chosen.length === 0) {
  console.error(`no test file has "${process.argv[2]}" in its path`);
  process.exit(1);
}
/** A file that hangs is killed and counted as failed, instead of hanging everything. */
const FILE_MAX_MS = 900_000;
const env = { ...process.env, ...(await install((line) => console.log(line))) };
const child = spawn(
  process.execPath,
  [
    '--import',
    'tsx',
    '--test',
    '--test-reporter=spec',
    '--test-concurrency=2',
    `--test-timeout=${FILE_MAX_MS}`,
    ...chosen,
  ],
  { stdio: ['ignore', 'pipe', 'inherit'], env },
);
let tail = '';
child.stdout.on('data', (chunk: Buffer) => {
  process.stdout.write(chunk);
  tail = (tail + chunk.toString()).slice(-100_000);
});
const code = await new Promise<number>((resolve) => child.on('exit', (status) => resolve(status ?? 1)));
await finished(child.stdout).catch(() => undefined);
const skipped = Number(/^ℹ skipped (\d+)/m.exec(tail)?.[1] ?? 0);
if (process.env['CI'] === 'true' && skipped > 0) {
  console.error(`CI=true: ${skipped} tests were skipped; the lines marked with ﹣ above say which and why`);
  process.exit(1);
}
process.exit(code);
