import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container } from '../api/types/pod.ts';
import { backoffMs, exitReason, goDuration, nextCrashes, portOf, pullBackoffMs, shouldRestart } from './logic.ts';

test('backoffMs: at once, then 10 s doubling to 300 s', () => {
  const table = [
    [0, 0],
    [1, 0],
    [2, 10_000],
    [3, 20_000],
    [6, 160_000],
    [7, 300_000],
    [50, 300_000],
  ] as const;
  for (const [crashes, want] of table) assert.equal(backoffMs(crashes), want, `crashes=${crashes}`);
});
test('pullBackoffMs: 10 s doubling to 300 s', () => {
  const table = [
    [0, 0],
    [1, 10_000],
    [2, 20_000],
    [6, 300_000],
  ] as const;
  for (const [failures, want] of table) assert.equal(pullBackoffMs(failures), want, `failures=${failures}`);
});
test('nextCrashes: a run of ten minutes: forgives what was before', () => {
  assert.equal(nextCrashes(5, 599_999), 6);
  assert.equal(nextCrashes(5, 600_000), 1);
});
test('shouldRestart: policy by exit code', () => {
  const table = [
    ['Always', 0, true],
    ['OnFailure', 0, false],
    ['OnFailure', 1, true],
    ['Never', 1, false],
  ] as const;
  for (const [policy, code, want] of table) assert.equal(shouldRestart(policy, code), want, `${policy}/${code}`);
});
test('goDuration: as Go writes it', () => {
  const table = [
    [10_000, '10s'],
    [80_000, '1m20s'],
    [300_000, '5m0s'],
    [3_600_000, '1h0m0s'],
  ] as const;
  for (const [ms, want] of table) assert.equal(goDuration(ms), want);
});
test('exitReason: each', () => {
  const table = [
    [0, false, 'Completed'],
    [1, false, 'Error'],
    [137, true, 'OOMKilled'],
  ] as const;
  for (const [code, oom, want] of table) assert.equal(exitReason(code, oom), want);
});
test('portOf: number, name, number as text, unknown name', () => {
  const container = { ports: [{ name: 'web', containerPort: 8080, protocol: 'TCP' }] } as unknown as Container;
  const table = [
    [80, 80],
    ['web', 8080],
    ['81', 81],
    ['none', undefined],
  ] as const;
  for (const [port, want] of table) assert.equal(portOf(port, container), want, String(port));
});
