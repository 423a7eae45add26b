import assert from 'node:assert/strict';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../runtime/real/root.ts';
import { eventually } from './eventually.ts';
import { table } from './kubectl.ts';
import { innermost, outermost, processesNaming } from './leftovers.ts';
import { Program } from './program.ts';

test('leftovers: a shell and its command: found by their environment, told apart', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-left-'));
  const shell = new Program('sh', 'sh', ['-c', 'sleep 60; true'], { env: { DATA: dir } });
  const found = await eventually('both are found', () => {
    const seen = processesNaming(dir).map((one) => one.pid);
    return seen.length === 2 && seen;
  });
  assert.deepEqual(outermost(found), [shell.child.pid]);
  assert.deepEqual(
    innermost(found),
    found.filter((pid) => pid !== shell.child.pid),
  );
  for (const pid of found) process.kill(pid, 'SIGKILL');
  await shell.ended;
  assert.deepEqual(processesNaming(dir), []);
});

test('leftovers: a test that is killed: what it started is killed, its folder removed', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-left-'));
  const script = `
    import { spawn } from 'node:child_process';
    import { watchOver } from ${JSON.stringify(pathToFileURL(join(ROOT, 'scenarios/e2e/leftovers.ts')).href)};
    watchOver(process.argv[1]);
    spawn('sleep', ['60'], { env: { ...process.env, DATA: process.argv[1] }, detached: true, stdio: 'ignore' }).unref();
    console.log('started');
    setInterval(() => undefined, 1000);`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', script, dir];
  const victim = new Program('victim', process.execPath, args, { cwd: ROOT });
  await victim.line(/started/);
  assert.equal(processesNaming(dir).length, 2);
  await victim.stop('SIGKILL');
  await eventually('all is gone', () => processesNaming(dir).length === 0 && !existsSync(dir));
});

test('table: columns with blanks in their names and empty cells: each cell under its name', () => {
  const text = 'NAME   NOMINATED NODE   AGE\nweb                     5s\nother  node-1           1m\n';
  assert.deepEqual(table(text), [
    { NAME: 'web', 'NOMINATED NODE': '', AGE: '5s' },
    { NAME: 'other', 'NOMINATED NODE': 'node-1', AGE: '1m' },
  ]);
});
