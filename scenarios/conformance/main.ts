//! Runs the conformance tests and writes docs/conformance.md by what they said.
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { install } from '../tools/install.ts';
import { covered, DOCUMENT, documentOf, FOLDER, NAMES, type Verdict } from './table.ts';

const LONGEST_MS = 900_000;

export async function main(): Promise<void> {
  const env = { ...process.env, ...(await install((line) => console.log(line))) };
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.test.ts'));
  const ran = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--test', '--test-reporter=tap', ...files.map((file) => join(FOLDER, file))],
    { env, encoding: 'utf8', timeout: LONGEST_MS, maxBuffer: 64 * 1024 * 1024 },
  );
  const verdicts = new Map<string, Verdict>();
  const lines = ran.stdout.split('\n').map((line) => line.replaceAll('\\#', '#').trim());
  for (const name of covered()) {
    const line = lines.find((one) => / - /.test(one) && one.endsWith(` - ${name}`));
    verdicts.set(name, line?.startsWith('ok') ? 'passes' : 'fails');
  }
  writeFileSync(DOCUMENT, documentOf(verdicts));
  const passing = [...verdicts.values()].filter((verdict) => verdict === 'passes').length;
  const failing = [...verdicts].filter(([, verdict]) => verdict === 'fails');
  console.log(
    `${NAMES.length} names: ${passing} pass, ${failing.length} fail, ${NAMES.length - verdicts.size} not covered`,
  );
  for (const [name] of failing) console.log(`fails: ${name}`);
  if (failing.length > 0) throw new Error(`${failing.length} conformance tests fail`);
}
