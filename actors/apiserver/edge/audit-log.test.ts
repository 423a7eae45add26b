import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { AuditLog } from './audit-log.ts';

test('audit log: a full file: put aside by its time, the oldest removed; one event a line', () => {
  const dir = mkdtempSync(join(tmpdir(), 'audit-'));
  let now = Date.UTC(2026, 0, 1);
  const failures: unknown[] = [];
  const options = { path: join(dir, 'audit.log'), maxMegabytes: 1, maxBackups: 2 };
  const log = new AuditLog(
    options,
    () => now,
    (error) => failures.push(error),
  );
  const event = { text: 'x'.repeat(600_000) };
  for (let i = 0; i < 5; i++) {
    log.write({ i, ...event });
    now += 1_000;
  }
  log.close();
  assert.deepEqual(readdirSync(dir).sort(), [
    'audit-2026-01-01T00-00-03.000.log',
    'audit-2026-01-01T00-00-04.000.log',
    'audit.log',
  ]);
  assert.equal(JSON.parse(readFileSync(options.path, 'utf8').trim()).i, 4);
  assert.equal(failures.length, 0);
  // What was there is gone on with.
  const again = new AuditLog(
    { ...options, maxMegabytes: 2 },
    () => now,
    (error) => failures.push(error),
  );
  again.write({ i: 5 });
  again.close();
  assert.equal(readFileSync(options.path, 'utf8').trim().split('\n').length, 2);
  rmSync(dir, { recursive: true });
});
