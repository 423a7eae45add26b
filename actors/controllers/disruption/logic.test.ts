import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timestamp } from '../../api/time.ts';
import type { Pod } from '../../api/types/pod.ts';
import type { PodDisruptionBudget } from '../../api/types/workload.ts';
import { DELETION_MS, expectation, failed, plan, staleAfterMs } from './logic.ts';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const pod = (name: string, over: { ready?: boolean; going?: boolean } = {}): Pod =>
  ({
    metadata: { name, ...(over.going ? { deletionTimestamp: timestamp(NOW) } : {}) },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: over.ready === false ? 'False' : 'True' }] },
  }) as unknown as Pod;
const budget = (spec: object, status: object = {}): PodDisruptionBudget =>
  ({ metadata: { name: 'b', generation: 3 }, spec, status }) as unknown as PodDisruptionBudget;

test('disruption: expectation: numbers and shares, rounded up', () => {
  const scale = { replicas: 7, unmanaged: [] };
  const table: [object, number, number][] = [
    [{ minAvailable: 2 }, 5, 2],
    [{ minAvailable: '50%' }, 7, 4],
    [{ maxUnavailable: 2 }, 7, 5],
    [{ maxUnavailable: '30%' }, 7, 4],
    [{ maxUnavailable: 9 }, 7, 0],
    [{}, 0, 0],
  ];
  for (const [spec, expected, desired] of table)
    assert.deepEqual(expectation(budget(spec), 5, scale), { expected, desired }, JSON.stringify(spec));
});
test('disruption: plan: who is ready counts, unless it is leaving; an evicted pod that stays counts again later', () => {
  const soon = timestamp(NOW - 60_000);
  const late = timestamp(NOW - DELETION_MS - 1_000);
  const status = { disruptedPods: { b: soon, d: late, gone: soon } };
  const pods = [pod('a'), pod('b'), pod('c', { ready: false }), pod('d'), pod('e', { going: true })];
  const said = plan(budget({}, status), pods, { expected: 5, desired: 1 }, NOW);
  assert.deepEqual(said.overdue, ['d']);
  assert.equal(said.afterMs, DELETION_MS - 60_000 + 1);
  const { conditions, ...numbers } = said.status!;
  assert.deepEqual(numbers, {
    disruptionsAllowed: 1,
    currentHealthy: 2,
    desiredHealthy: 1,
    expectedPods: 5,
    disruptedPods: { b: soon },
    observedGeneration: 3,
  });
  assert.deepEqual(
    conditions?.map(({ type, status: is, reason }) => [type, is, reason]),
    [['DisruptionAllowed', 'True', 'SufficientPods']],
  );
  const again = plan(budget({}, said.status), pods, { expected: 5, desired: 1 }, NOW + 1_000);
  assert.equal(again.status, undefined, 'the same again is no write');
});
test('disruption: plan: too few are healthy, or nobody is expected: none may go', () => {
  for (const expected of [0, 3]) {
    const { status } = plan(budget({}), [pod('a')], { expected, desired: expected }, NOW);
    assert.equal(status?.disruptionsAllowed, 0);
    assert.equal(status?.conditions?.[0]?.reason, 'InsufficientPods');
  }
});
test('disruption: it cannot be counted: none may go, and why', () => {
  const before = { disruptionsAllowed: 2, currentHealthy: 4, desiredHealthy: 2, expectedPods: 4 };
  const status = failed(budget({}, before), 'found no controllers for pod "a"', NOW);
  assert.deepEqual([status?.disruptionsAllowed, status?.currentHealthy], [0, 4]);
  assert.deepEqual(
    [status?.conditions?.[0]?.reason, status?.conditions?.[0]?.message],
    ['SyncFailed', 'found no controllers for pod "a"'],
  );
  assert.equal(failed(budget({}, status), 'found no controllers for pod "a"', NOW + 5), undefined);
});
test('disruption: the mark of an eviction: stale two minutes after it, unless the pod is going', () => {
  const mark = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI' };
  const marked = (over: object, going = false): Pod => {
    const one = pod('a', { going });
    const condition = { ...mark, lastTransitionTime: timestamp(NOW - 30_000), ...over };
    return { ...one, status: { ...one.status, conditions: [condition] } } as unknown as Pod;
  };
  assert.equal(staleAfterMs(marked({}), NOW), DELETION_MS - 30_000);
  assert.equal(staleAfterMs(marked({ lastTransitionTime: timestamp(NOW - 300_000) }), NOW), 0);
  assert.equal(staleAfterMs(marked({}, true), NOW), undefined);
  assert.equal(staleAfterMs(marked({ reason: 'PreemptionByScheduler' }), NOW), undefined);
});
