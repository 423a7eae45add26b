import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from './real/root.ts';
import { check, cycles, type Source } from './tidy.ts';

const tree = (): Source[] =>
  ['runtime', 'actors', 'scenarios']
    .flatMap((top) =>
      readdirSync(join(ROOT, top), { recursive: true, encoding: 'utf8' }).map((path) => `${top}/${path}`),
    )
    .map((path) => path.replaceAll('\\', '/'))
    // tidy.test.ts holds what tidy looks for.
    .filter((path) => path.endsWith('.ts') && path !== 'runtime/tidy.test.ts')
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

test('tidy: every file of the tree: keeps the rules of tidy.ts', () => {
  assert.deepEqual(tree().flatMap(check), []);
});
test('tidy: imports: no file needs itself to load', () => {
  assert.deepEqual(cycles(tree()), []);
});

test('tidy: what breaks a rule: is found, with what to use instead', () => {
  const table: [string, string, RegExp | undefined][] = [
    ['actors/a/index.ts', 'const t = Date.now();', /index\.ts:1: Date\.now\( is banned here, use ports\.clock/],
    ['actors/a/index.ts', 'setTimeout(f, 1);', /use ports\.clock/],
    ['actors/a/index.ts', 'clock.setTimeout(f, 1);', undefined],
    ['actors/a/index.ts', '// Date.now() would leak', undefined],
    ['actors/a/index.ts', 'const t = Date.now(); // tidy: shown to people only', undefined],
    ['actors/a/edge/x.ts', 'const t = Date.now();', undefined],
    ['actors/a/index.ts', 'Math.random()', /use ports\.random/],
    ['actors/a/index.ts', "console.log('x')", /use ports\.logger/],
    ['actors/a/index.ts', "import { readFile } from 'node:fs/promises';", /for runtime\/real and edges/],
    ['actors/a/index.ts', "import { deflateSync } from 'node:zlib';", undefined],
    ['actors/a/logic.ts', "import { z } from 'zod';", /logic imports no library/],
    ['actors/a/index.ts', `// ${'y'.repeat(120)}`, /over 120 columns/],
    ['actors/a/index.ts', "const dir = '/home/me/x';", /no path of one machine/],
    ['actors/a/index.ts', 'x;\n'.repeat(402), /403 lines, at most 400/],
    ['runtime/x.ts', "import { y } from '../actors/a/index.ts';", /imports up into actors\/a\/index\.ts/],
    ['actors/a/index.ts', "import { y } from '../../scenarios/y.ts';", /imports up/],
    ['actors/a/index.ts', "import { y } from '../b/logic.ts';", /only its protocol\.ts: actors\/b\/logic\.ts/],
    ['actors/a/index.ts', "import type { Y } from '../b/logic.ts';", /only its protocol\.ts/],
    ['actors/a/index.ts', "import { Y } from '../b/protocol.ts';", undefined],
    ['actors/a/index.ts', "import { y } from '../client/client.ts';", undefined],
    ['actors/api/x.ts', "import { y } from '../client/client.ts';", /does not know actors\/client/],
    ['actors/cluster/index.ts', "import { y } from '../b/index.ts';", undefined],
    ['actors/controllers/manager/index.ts', "import { y } from '../job/index.ts';", undefined],
    ['actors/controllers/job/index.ts', "import { y } from '../cron-job/index.ts';", /only its protocol/],
    ['actors/a/index.ts', "import { realClock } from '../../runtime/real/clock.ts';", /only edges know/],
    ['actors/a/a.test.ts', "import { y } from '../b/index.ts'; Date.now();", undefined],
  ];
  for (const [path, text, want] of table) {
    const errors = check({ path, text });
    if (want === undefined) assert.deepEqual(errors, [], text);
    else assert.match(errors[0] ?? '', want, `${path}: ${text.slice(0, 80)}`);
  }
});
test('tidy: cycles: found through several files; types and late imports are none', () => {
  const source = (path: string, text: string): Source => ({ path, text });
  const a = source('runtime/a.ts', "import { b } from './b.ts';");
  const b = source('runtime/b.ts', "export { c } from './sim/c.ts';");
  assert.deepEqual(cycles([a, b, source('runtime/sim/c.ts', "import { a } from '../a.ts';")]), [
    'runtime/a.ts → runtime/b.ts → runtime/sim/c.ts → runtime/a.ts',
  ]);
  assert.deepEqual(cycles([a, b, source('runtime/sim/c.ts', "import type { A } from '../a.ts';")]), []);
  assert.deepEqual(cycles([a, b, source('runtime/sim/c.ts', "const late = () => import('../a.ts');")]), []);
});
