import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { LogFile } from './log-file.ts';
import { readLog } from './log-reader.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'orrery-log-'));
  path = join(dir, 'c.log');
});
afterEach(() => rmSync(dir, { recursive: true }));

const all = (log: LogFile, options = {}): string => {
  let text = '';
  readLog(
    log,
    { follow: false, timestamps: false, ...options },
    {
      write: (bytes, more) => {
        text += Buffer.from(bytes).toString();
        more(true);
      },
      end: () => {},
      onGone: () => {},
    },
  );
  return text;
};
const write = (log: LogFile, text: string, at: number): void => {
  appendFileSync(path, text);
  log.noticed(at);
};

test('log: times: each line has that of the write it began in; since cuts at whole lines', () => {
  const log = new LogFile(path, 1_000);
  write(log, 'one\ntw', 1_000);
  write(log, 'o\nthree\n', 2_000);
  const stamp = (ms: number): string => new Date(ms).toISOString().replace('Z', '000000Z');
  assert.equal(all(log, { timestamps: true }), `${stamp(1_000)} one\n${stamp(1_000)} two\n${stamp(2_000)} three\n`);
  assert.equal(all(log, { sinceMs: 1_500 }), 'three\n');
  assert.equal(all(log, { sinceMs: 500 }), 'one\ntwo\nthree\n');
  assert.equal(all(log, { sinceMs: 2_500 }), '');
});
test('log: over its bound: files turn over, the oldest go, what is left reads as one', () => {
  const log = new LogFile(path, 100);
  const lines = Array.from({ length: 100 }, (_, i) => `line ${String(i).padStart(4, '0')}\n`);
  for (const [i, line] of lines.entries()) write(log, line, i);
  assert.equal(statSync(path).size <= 100, true);
  assert.equal(existsSync(`${path}.4`), true);
  assert.equal(existsSync(`${path}.5`), false);
  const left = all(log);
  assert.equal(lines.join('').endsWith(left), true);
  assert.equal(left.length > 400 && left.length <= 600, true);
  assert.equal(all(log, { tailLines: 20 }), lines.slice(-20).join(''));
  assert.equal(all(log, { sinceMs: 95 }), lines.slice(95).join(''));
});
test('log: opened again after a crash: the same text, times and place; what came meanwhile counts as new', () => {
  const log = new LogFile(path, 100);
  for (let i = 0; i < 30; i++) write(log, `line ${i}\n`, i);
  const before = all(log, { timestamps: true });
  appendFileSync(path, 'meanwhile\n');
  const again = new LogFile(path, 100);
  assert.equal(again.end, log.end);
  again.noticed(5_000);
  assert.equal(all(again, { timestamps: true }).startsWith(before), true);
  assert.equal(all(again, { sinceMs: 4_000 }), 'meanwhile\n');
});
