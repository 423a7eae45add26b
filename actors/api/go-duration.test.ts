import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDuration } from './go-duration.ts';

const READ: readonly (readonly [string, bigint | string])[] = [
  ['0', 0n],
  ['1.5s', 1_500_000_000n],
  ['.5ms', 500_000n],
  ['1.s', 1_000_000_000n],
  ['-1h1m', -3_660_000_000_000n],
  ['', 'time: invalid duration ""'],
  ['.s', 'time: invalid duration ".s"'],
  ['10', 'time: missing unit in duration "10"'],
  ['10x', 'time: unknown unit "x" in duration "10x"'],
  ['9999999h', 'time: invalid duration "9999999h"'],
];
for (const [text, expected] of READ)
  test(`duration: ${JSON.stringify(text)}: ${expected}`, () => {
    const read = readDuration(text);
    assert.equal('fault' in read ? read.fault : read.nanos, expected);
  });
