import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Job } from '../../api/types/batch.ts';
import { plan } from './logic.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const job = (ttlSecondsAfterFinished: number | undefined, conditions: readonly object[], metadata = {}): Job =>
  ({ metadata, spec: { ttlSecondsAfterFinished }, status: { conditions } }) as unknown as Job;
const over = (type: string, status = 'True') => ({ type, status, lastTransitionTime: '2026-01-01T00:59:50Z' });

test('ttl after finished: plan: counts from the end, whichever it was', () => {
  const cases: [Job, number | undefined][] = [
    [job(10, [over('Complete')]), 0],
    [job(0, [over('Failed')]), -10_000],
    [job(60, [over('SuccessCriteriaMet'), over('Complete')]), 50_000],
    [job(60, [over('SuccessCriteriaMet'), over('Complete', 'False')]), undefined],
    [job(undefined, [over('Complete')]), undefined],
    [job(0, []), undefined],
    [job(0, [over('Complete')], { deletionTimestamp: '2026-01-01T00:59:59Z' }), undefined],
  ];
  for (const [i, [one, want]] of cases.entries()) assert.equal(plan(one, NOW), want, `case ${i}`);
});
