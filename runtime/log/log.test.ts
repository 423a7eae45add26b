import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { RealDisk } from '../real/disk.ts';
import { eventually } from '../real/eventually.ts';
import { SimClock } from '../sim/clock.ts';
import { SimDisk } from '../sim/disk.ts';
import { SeededRandom } from '../sim/random.ts';
import { type LogUnderTest, logContract, recoverLog } from './contract.ts';
import { FileLog } from './file.ts';
import { logMemory, MemoryLog } from './memory.ts';
import { segmentName } from './segment.ts';

logContract('memory log', async () => {
  const memory = logMemory();
  return { open: () => new MemoryLog(memory), until: eventually, close: async () => {} };
});

const simulated = (seed = 1): LogUnderTest & { readonly disk: SimDisk; readonly clock: SimClock } => {
  const clock = new SimClock();
  const disk = new SimDisk({ clock, random: new SeededRandom(seed) });
  return {
    disk,
    clock,
    open: () => new FileLog({ disk, dir: 'log', segmentBytes: 3_000 }),
    until: async (what, done) => assert.ok(clock.runUntil(done, 60_000), what),
    close: async () => {},
  };
};
logContract('file log on a simulated disk', async () => simulated());

logContract('file log on a real disk', async () => {
  const root = mkdtempSync(join(tmpdir(), 'orrery-log-'));
  const disk = new RealDisk(root);
  return {
    open: () => new FileLog({ disk, dir: 'log', segmentBytes: 3_000 }),
    until: eventually,
    close: async () => rmSync(root, { recursive: true, force: true }),
  };
});

test('file log: power is cut at any moment: what was acknowledged is there, nothing else is', async () => {
  for (let seed = 0; seed < 200; seed++) {
    const under = simulated(seed);
    const random = new SeededRandom(seed);
    let acknowledged = 0;
    let snapshotAt = 0;
    for (let life = 0; life < 5; life++) {
      const log = under.open();
      const { state, upTo, records, result } = await recoverLog(under, log);
      assert.ok(result.ok, `seed ${seed}: ${JSON.stringify(result)}`);
      assert.ok(result.value >= acknowledged, `seed ${seed}: ${result.value} of ${acknowledged} acknowledged`);
      assert.ok(upTo >= snapshotAt, `seed ${seed}: the snapshot up to ${snapshotAt} is lost`);
      if (state !== undefined) assert.equal(state, `state ${upTo}`);
      records.forEach(([sequence, text], i) => {
        assert.deepEqual([sequence, text.trim()], [upTo + i + 1, `${sequence}`], `seed ${seed}`);
      });
      let next = result.value;
      acknowledged = next;
      const more = (): void => {
        const count = 1 + Math.floor(random.float() * 3);
        const texts = Array.from({ length: count }, (_, i) => Buffer.from(`${next + i + 1}`.padEnd(150)));
        log.append(texts, next, (end) => {
          if (!end.ok) return;
          acknowledged = end.value;
          if (random.float() < 0.1)
            log.snapshot(Buffer.from(`state ${end.value}`), end.value, (kept) => {
              if (kept.ok) snapshotAt = kept.value;
            });
          more();
        });
        next += count;
      };
      for (let i = 0; i < 3; i++) more();
      under.clock.advance(random.float() * 10);
      under.disk.crash();
    }
  }
});

const filled = async (): Promise<ReturnType<typeof simulated>> => {
  const under = simulated();
  const log = under.open();
  await recoverLog(under, log);
  let last = 0;
  for (let i = 0; i < 40; i++) {
    log.append([Buffer.from(`${i}`.padEnd(200))], i, (result) => {
      last = result.ok ? result.value : -1;
    });
    await under.until('appended', () => last === i + 1);
  }
  await under.until('closed', () => {
    log.close(() => {});
    return true;
  });
  return under;
};

test('file log: a byte in the middle is damaged: refused, with file, offset and how to go on', async () => {
  const under = await filled();
  const first = `log/${segmentName(1)}`;
  under.disk.damage(first, 500);
  const { result } = await recoverLog(under, under.open());
  assert.ok(!result.ok);
  assert.match(result.fault.message, /the log is damaged: log\/0000000000000001\.log at byte 444: record 3 cannot/);
  assert.match(result.fault.message, /Restore the directory from a copy; or, .* cut the file at that byte/);
});

test('file log: the last segment is damaged before its end: refused; at the end: it never was', async () => {
  const names = (under: ReturnType<typeof simulated>): Promise<readonly string[]> =>
    new Promise((resolve) => {
      under.disk.list('log', (listed) => resolve(listed.ok ? listed.value : []));
      under.clock.advance(1);
    });
  const middle = await filled();
  const last = `log/${(await names(middle)).at(-1)}`;
  middle.disk.damage(last, 30);
  assert.equal((await recoverLog(middle, middle.open())).result.ok, false);
  const end = await filled();
  end.disk.damage(last, end.disk.size(last) - 1);
  assert.deepEqual((await recoverLog(end, end.open())).result, { ok: true, value: 39 });
});

test('file log: a segment is missing: refused', async () => {
  const under = await filled();
  const listed = await new Promise<readonly string[]>((resolve) => {
    under.disk.list('log', (names) => resolve(names.ok ? names.value : []));
    under.clock.advance(1);
  });
  under.disk.remove(`log/${listed[1]}`, () => {});
  under.clock.advance(1);
  const { result } = await recoverLog(under, under.open());
  assert.match(result.ok ? '' : result.fault.message, /records \d+ to \d+ are missing before it/);
});

test('file log: the disk is full: the append fails, so do all after it, a new log goes on', async () => {
  const under = await filled();
  const log = under.open();
  await recoverLog(under, log);
  under.disk.capacityBytes = 0;
  const results: boolean[] = [];
  log.append([Buffer.from('x')], 40, (result) => results.push(result.ok));
  log.append([Buffer.from('y')], 41, (result) => results.push(result.ok));
  await under.until('both answered', () => results.length === 2);
  under.disk.capacityBytes = Number.POSITIVE_INFINITY;
  log.append([Buffer.from('z')], 42, (result) => results.push(result.ok));
  assert.deepEqual(results, [false, false, false]);
  const again = under.open();
  assert.deepEqual((await recoverLog(under, again)).result, { ok: true, value: 40 });
});

test('file log: the owner is given up while it writes: the next one waits for that write', async () => {
  const under = await filled();
  const log = under.open();
  await recoverLog(under, log);
  log.append([Buffer.from('late')], 40, () => {});
  const { result } = await recoverLog(under, under.open());
  assert.deepEqual(result, { ok: true, value: 41 });
});

test('file log: appends while a sync is under way: they share the next', async () => {
  const under = simulated();
  const log = under.open();
  await recoverLog(under, log);
  const before = under.disk.syncs;
  let answered = 0;
  for (let i = 0; i < 100; i++) log.append([Buffer.from('x')], i, () => answered++);
  await under.until('all answered', () => answered === 100);
  assert.equal(under.disk.syncs - before, 2);
});

test('file log: the disk forgets its syncs and power is cut: a prefix is there, never something else', async () => {
  let lost = 0;
  for (let seed = 0; seed < 50; seed++) {
    const under = simulated(seed);
    const log = under.open();
    await recoverLog(under, log);
    under.disk.forgetsSyncs = true;
    let acknowledged = 0;
    for (let i = 0; i < 30; i++)
      log.append([Buffer.from(`${i + 1}`.padEnd(150))], i, (result) => {
        if (result.ok) acknowledged = result.value;
      });
    await under.until('acknowledged', () => acknowledged === 30);
    under.disk.crash();
    under.disk.forgetsSyncs = false;
    const { records, result } = await recoverLog(under, under.open());
    // A lost whole segment before a later one is refused; otherwise what is there is how it began.
    if (!result.ok) assert.match(result.fault.message, /the log is damaged/);
    assert.deepEqual(
      records.map(([, text]) => Number(text.trim())),
      records.map((_, i) => i + 1),
      `seed ${seed}`,
    );
    if (records.length < 30) lost++;
  }
  assert.ok(lost > 0, 'the fault does something');
});

test('file log: a slow disk: appends wait, those beyond the bound are refused, none is lost', async () => {
  const { disk, clock, until } = simulated();
  const log = new FileLog({ disk, dir: 'log', queueBytes: 2_000 });
  await recoverLog({ open: () => log, until, close: async () => {} }, log);
  disk.delayMs = 5_000;
  const answers: string[] = [];
  let last = 0;
  for (let i = 0; i < 30; i++) {
    const before = answers.length;
    log.append([Buffer.alloc(100, 'x')], last, (result) => answers.push(result.ok ? 'ok' : result.fault.reason));
    if (answers.length === before) last++; // taken in
  }
  clock.advance(1_000_000);
  const taken = answers.filter((answer) => answer === 'ok').length;
  assert.deepEqual([answers.length, taken > 0, answers.includes('Busy')], [30, true, true]);
  disk.delayMs = 0.05;
  const again = new FileLog({ disk, dir: 'log' });
  const { records } = await recoverLog({ open: () => again, until, close: async () => {} }, again);
  assert.equal(records.length, taken);
});

test('file log: a segment cannot be read: refused with the file and the reason', async () => {
  const under = await filled();
  under.disk.unreadable.add(`log/${segmentName(1)}`);
  const { result } = await recoverLog(under, under.open());
  assert.match(result.ok ? '' : result.fault.message, /cannot read log\/0000000000000001\.log: input\/output error/);
});
