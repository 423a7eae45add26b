import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Result } from '../fault.ts';
import type { DiskFile } from '../ports.ts';
import { realClock } from './clock.ts';
import { RealDisk } from './disk.ts';
import { lockDirectory } from './lock.ts';
import { realLogger } from './logger.ts';
import { realPorts } from './ports.ts';
import { realRandom } from './random.ts';

const inFolder = async (run: (dir: string) => Promise<void> | void): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-real-'));
  try {
    await run(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};
const called = <T>(call: (done: (result: Result<T>) => void) => void): Promise<Result<T>> => new Promise(call);
const good = async <T>(call: (done: (result: Result<T>) => void) => void): Promise<T> => {
  const result = await called(call);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
};

test('disk: append, sync, cut, replace, list, remove: as files do', () =>
  inFolder(async (dir) => {
    const disk = new RealDisk(join(dir, 'deep', 'er'));
    assert.deepEqual(await good((done) => disk.list('log', done)), []);
    const file = await good<DiskFile>((done) => disk.openAppend('log/a', undefined, done));
    await good<void>((done) => file.append(Buffer.from('hello'), done));
    await good<void>((done) => file.sync(done));
    await new Promise<void>((resolve) => file.close(resolve));
    const cut = await good<DiskFile>((done) => disk.openAppend('log/a', 2, done));
    await good<void>((done) => cut.append(Buffer.from('y'), done));
    await new Promise<void>((resolve) => cut.close(resolve));
    assert.equal(Buffer.from(await good((done) => disk.read('log/a', done))).toString(), 'hey');
    await good<void>((done) => disk.replace('log/b', Buffer.from('1'), done));
    await good<void>((done) => disk.replace('log/b', Buffer.from('2'), done));
    assert.deepEqual(await good((done) => disk.list('log', done)), ['a', 'b']);
    await good<void>((done) => disk.remove('log/a', done));
    await good<void>((done) => disk.remove('log/a', done));
    const missing = await called((done) => disk.read('log/a', done));
    assert.equal(!missing.ok && missing.fault.reason, 'NotFound');
    assert.throws(() => disk.read('../x', () => {}), /outside the disk/);
  }));

test('lock: the owner lives: a sentence that names it; released: free again', () =>
  inFolder((dir) => {
    const first = lockDirectory(dir);
    assert.ok(first.ok);
    const second = lockDirectory(dir);
    assert.equal(
      !second.ok && second.fault.message,
      `the data directory ${dir} is in use by process ${process.pid}: stop it, or use another directory`,
    );
    first.value();
    const third = lockDirectory(dir);
    assert.ok(third.ok);
    third.value();
    assert.equal(existsSync(join(dir, 'lock')), false);
  }));

test('lock: the owner was killed with -9: taken over', () =>
  inFolder(async (dir) => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const born = (readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1] ?? '').split(' ')[19];
    writeFileSync(join(dir, 'lock'), JSON.stringify({ pid: child.pid, born }));
    const held = lockDirectory(dir);
    assert.match(held.ok ? '' : held.fault.message, new RegExp(`in use by process ${child.pid}`));
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const taken = lockDirectory(dir);
    assert.ok(taken.ok);
    taken.value();
  }));

test('lock: left by another process of the same id, or torn: taken over', () =>
  inFolder((dir) => {
    for (const left of [JSON.stringify({ pid: process.pid, born: 'long ago' }), '{"pi', '']) {
      writeFileSync(join(dir, 'lock'), left);
      const taken = lockDirectory(dir);
      assert.ok(taken.ok, left);
      taken.value();
    }
  }));

test('lock: a folder that cannot be made: one sentence', () =>
  inFolder((dir) => {
    writeFileSync(join(dir, 'file'), '');
    const refused = lockDirectory(join(dir, 'file', 'data'));
    assert.match(refused.ok ? '' : refused.fault.message, /^cannot use the data directory .*file.data: ENOTDIR/);
  }));

test('clock: a time-out longer than Node can: does not fire at once', async () => {
  let fired = false;
  const timer = realClock.setTimeout(() => {
    fired = true;
  }, 2 ** 40);
  await new Promise((resolve) => realClock.setTimeout(() => resolve(undefined), 5));
  realClock.clearTimeout(timer);
  assert.equal(fired, false);
});

test('random: within [0, 1), seeded ones repeat', () => {
  const random = realRandom();
  for (let i = 0; i < 5_000; i++) {
    const float = random.float();
    assert.ok(float >= 0 && float < 1);
  }
  assert.notEqual(random.float(), random.fork('x').float());
  assert.equal(realRandom(3).fork('a').float(), realRandom(3).fork('a').float());
});

test('logger: below its level: not written; a line: message, fields and those of its parents', () =>
  inFolder((dir) => {
    const file = join(dir, 'log');
    const logger = realLogger('info', file).child({ actor: 'a' });
    logger.debug({ x: 1 }, 'no');
    assert.equal(existsSync(file), false);
    logger.child({ more: 1 }).info({ x: 2 }, 'yes');
    const { time: _, ...line } = JSON.parse(readFileSync(file, 'utf8'));
    assert.deepEqual(line, { level: 30, actor: 'a', more: 1, x: 2, msg: 'yes' });
  }));

test('ports: assembled: a message travels', async () => {
  const { bus } = realPorts({ level: 'silent', seed: 1 });
  const got = new Promise((resolve) => bus.subscribe('k.a', ({ message }) => resolve(message)));
  bus.publish('k.a', { type: 'note' });
  assert.deepEqual(await got, { type: 'note' });
});
