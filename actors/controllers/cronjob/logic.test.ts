import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CronJob, CronJobStatus, Job } from '../../api/types/batch.ts';
import { changedMs, plan } from './logic.ts';

const NOW = Date.parse('2026-01-01T10:00:00Z');
const time = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString().replace('.000Z', 'Z');
const MINUTE = NOW / 60_000;

/** Made at 9:58:30, each hour unless said otherwise. */
const cronJob = (spec: Partial<CronJob['spec']> = {}, status: CronJobStatus = {}): CronJob => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'tick', namespace: 'default', uid: 'cj', resourceVersion: '1', creationTimestamp: time(-90) },
  spec: {
    schedule: '0 * * * *',
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 2,
    failedJobsHistoryLimit: 1,
    jobTemplate: { metadata: { labels: { app: 'tick' } }, spec: { parallelism: 1 } as Job['spec'] },
    ...spec,
  },
  status,
});
const job = (name: string, end?: 'Complete' | 'Failed', startSeconds = -60): Job =>
  ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '1' },
    spec: {},
    status: {
      startTime: time(startSeconds),
      ...(end === 'Complete' ? { completionTime: time(startSeconds + 5) } : {}),
      conditions: end === undefined ? [] : [{ type: end, status: 'True' }],
    },
  }) as unknown as Job;
const active = (...names: string[]): CronJobStatus => ({
  active: names.map((name) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    namespace: 'default',
    name,
    uid: `uid-${name}`,
  })),
});
const planned = (one: CronJob, jobs: readonly Job[] = [], now = NOW, vanished: readonly string[] = []) =>
  plan(one, jobs, new Set(vanished), now);

test('cronjob: plan: starts what is due, once, named by its minute', () => {
  const { start, told } = planned(cronJob(), [], NOW + 1_000);
  assert.deepEqual(told, []);
  assert.equal(start?.job.metadata.name, `tick-${MINUTE}`);
  assert.deepEqual(start.job.metadata.labels, { app: 'tick' });
  assert.deepEqual(start.job.metadata.annotations, {
    'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T10:00:00Z',
  });
  assert.equal(start.scheduledAt, NOW);
  assert.equal(start.afterMs, 3_600_000 - 1_000 + 100);
  assert.deepEqual(planned(cronJob(), [], NOW + 1_000), planned(cronJob(), [], NOW + 1_000), 'twice the same');
});
test('cronjob: plan: what starts and what is told', () => {
  const cases: [why: string, cronJob: CronJob, jobs: Job[], now: number, starts: boolean, told: string[]][] = [
    ['not yet', cronJob(), [], NOW - 1_000, false, []],
    ['done already', cronJob({}, { lastScheduleTime: time(0) }), [], NOW + 5_000, false, []],
    ['active by name', cronJob({}, active(`tick-${MINUTE}`)), [job(`tick-${MINUTE}`)], NOW + 5_000, false, []],
    ['suspended', cronJob({ suspend: true }), [], NOW + 5_000, false, []],
    ['another runs', cronJob({}, active('old')), [job('old')], NOW + 5_000, true, []],
    [
      'forbidden',
      cronJob({ concurrencyPolicy: 'Forbid' }, active('old')),
      [job('old')],
      NOW,
      false,
      ['JobAlreadyActive'],
    ],
    ['replaced', cronJob({ concurrencyPolicy: 'Replace' }, active('old')), [job('old')], NOW, true, []],
    ['late', cronJob({ startingDeadlineSeconds: 10 }), [], NOW + 11_000, false, []],
    ['late but in time', cronJob({ startingDeadlineSeconds: 10 }), [], NOW + 9_000, true, []],
    ['no zone', cronJob({ timeZone: 'No/Where' }), [], NOW, false, ['UnknownTimeZone']],
    ['no schedule', cronJob({ schedule: '61 * * * *' }), [], NOW, false, ['UnparseableSchedule']],
    ['never', cronJob({ schedule: '0 0 31 2 *' }), [], NOW, false, []],
    ['a stranger', cronJob(), [job('mine')], NOW - 1_000, false, ['UnexpectedJob']],
  ];
  for (const [why, one, jobs, now, starts, told] of cases) {
    const decided = planned(one, jobs, now);
    assert.deepEqual([decided.start !== undefined, decided.told.map(({ reason }) => reason)], [starts, told], why);
  }
  const { start } = planned(cronJob({ concurrencyPolicy: 'Replace' }, active('old')), [job('old')]);
  assert.deepEqual(
    start?.replaces.map(({ name }) => name),
    ['old'],
  );
});
test('cronjob: missed times: only the latest counts; more than a hundred are told of', () => {
  const each = (lastSeconds: number) => cronJob({ schedule: '* * * * *' }, { lastScheduleTime: time(lastSeconds) });
  const few = planned(each(-600), [], NOW + 30_000);
  assert.deepEqual([few.start?.scheduledAt, few.told], [NOW, []]);
  const many = planned(each(-7_200), [], NOW + 30_000);
  assert.deepEqual([many.start?.scheduledAt, many.told[0]?.reason], [NOW, 'TooManyMissedTimes']);
  const deadline = cronJob({ ...each(0).spec, startingDeadlineSeconds: 120 }, { lastScheduleTime: time(-7_200) });
  assert.deepEqual(planned(deadline, [], NOW + 30_000).told, [], 'those are not looked at');
});
test('cronjob: zone: the schedule is read there, and the Job told so', () => {
  const { start } = planned(cronJob({ schedule: '30 15 * * *', timeZone: 'Asia/Kolkata' }), [], NOW);
  assert.equal(start?.scheduledAt, NOW);
  assert.deepEqual(Object.values(start.job.metadata.annotations ?? {}), ['2026-01-01T15:30:00+05:30']);
});
test('cronjob: status: what has ended or vanished is active no more; the last success is kept', () => {
  const before = { ...active('a', 'b', 'c', 'd'), lastScheduleTime: time(0) };
  const jobs = [job('a', 'Complete', -50), job('b', 'Failed'), job('c')];
  const { status, told } = planned(cronJob({}, before), jobs, NOW, ['uid-d']);
  assert.deepEqual(status, { ...active('c'), lastScheduleTime: time(0), lastSuccessfulTime: time(-45) });
  assert.deepEqual(
    told.map(({ message }) => message),
    [
      'Saw completed job: a, condition: Complete',
      'Saw completed job: b, condition: Failed',
      'Active job went missing: d',
    ],
  );
});
test('cronjob: history: the oldest beyond each limit go', () => {
  const jobs = [
    job('s2', 'Complete', -30),
    job('s1', 'Complete', -40),
    job('s3', 'Complete', -20),
    job('f1', 'Failed', -40),
    job('f2', 'Failed', -30),
    job('on', undefined, -90),
  ];
  const forgotten = (one: CronJob) => planned(one, jobs).forget.map(({ metadata }) => metadata.name);
  assert.deepEqual(forgotten(cronJob()), ['s1', 'f1']);
  assert.deepEqual(forgotten(cronJob({ successfulJobsHistoryLimit: 0 })), ['s1', 's2', 's3', 'f1']);
});
test('cronjob: a new schedule: counts from now, the past is not made up for', () => {
  const changed = cronJob({ schedule: '*/5 * * * *' }, { lastScheduleTime: time(-1_800) });
  assert.equal(changedMs(changed, NOW + 60_000), 240_000 + 100);
});
