import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CRON_JOBS, JOBS, PODS } from '../../actors/api/resource.ts';
import type { CronJob } from '../../actors/api/types/batch.ts';
import { endOfJob } from '../../actors/client/workload/job-state.ts';
import { SimCluster } from '../sim/cluster.ts';
import { cronJob, job } from '../sim/objects.ts';
import { Transcript } from '../sim/transcript.ts';

const workloads = [
  { image: 'works', behaviour: { runTimeMs: 3_000, exitCode: 0 } },
  { image: 'stays', behaviour: { termExitCode: 143 } },
];
const told = ({ status }: CronJob): string =>
  `active ${(status.active ?? []).map(({ name }) => name).join() || 'none'}, last ${status.lastScheduleTime ?? 'never'}, ` +
  `success ${status.lastSuccessfulTime ?? 'never'}`;

test('cronjobs: every minute: three are remembered, each is counted', () => {
  const cluster = new SimCluster({ seed: 31, nodes: 1, workloads });
  const transcript = new Transcript(cluster).follow(CRON_JOBS, told).events('CronJob');
  transcript.follow(JOBS, (one) => endOfJob(one)?.type ?? 'runs');
  cluster.create(CRON_JOBS, cronJob('tick', 'works', '* * * * *'));
  cluster.world.advance(330_000);
  transcript.check('cronjob-tick', import.meta.url);
  const names = cluster.list(JOBS, 'default').map(({ metadata }) => metadata.name);
  const minute = Math.floor(cluster.world.clock.now() / 60_000);
  assert.deepEqual(
    names,
    [2, 1, 0].map((ago) => `tick-${minute - ago}`),
  );
});
test('cronjobs: longer than a minute: allowed, forbidden, replaced', () => {
  const cluster = new SimCluster({ seed: 32, nodes: 1, workloads });
  for (const concurrencyPolicy of ['Allow', 'Forbid', 'Replace'] as const)
    cluster.create(CRON_JOBS, cronJob(concurrencyPolicy.toLowerCase(), 'stays', '* * * * *', { concurrencyPolicy }));
  cluster.world.advance(190_000);
  const running = (name: string): number => cluster.get(CRON_JOBS, name).status.active?.length ?? 0;
  assert.deepEqual(['allow', 'forbid', 'replace'].map(running), [3, 1, 1]);
  cluster.until('pods of what was replaced are gone', () => cluster.list(PODS, 'default').length === 5, 60_000);
});
test('cronjobs: the manager is away for hours: one Job for all that was missed', () => {
  const cluster = new SimCluster({ seed: 33, nodes: 1, workloads });
  cluster.create(CRON_JOBS, cronJob('tick', 'works', '* * * * *'));
  cluster.world.advance(70_000);
  const before = cluster.list(JOBS, 'default').map(({ metadata }) => metadata.name);
  cluster.crash('main');
  cluster.world.advance(3 * 3_600_000);
  cluster.start('main');
  cluster.until('it goes on', () => cluster.list(JOBS, 'default').length === 2, 50_000);
  assert.equal(before.length, 1);
  const { lastScheduleTime } = cluster.get(CRON_JOBS, 'tick').status;
  assert.ok(cluster.world.clock.now() - Date.parse(lastScheduleTime ?? '') < 60_000);
});
test('cronjobs: a day away from the next time: nothing is written meanwhile', () => {
  const cluster = new SimCluster({ seed: 34, nodes: 1, workloads });
  cluster.create(CRON_JOBS, cronJob('daily', 'works', '@daily', { timeZone: 'Europe/Berlin' }));
  cluster.world.advance(60_000);
  const revision = cluster.get(CRON_JOBS, 'daily').metadata.resourceVersion;
  cluster.world.advance(20 * 3_600_000);
  assert.equal(cluster.get(CRON_JOBS, 'daily').metadata.resourceVersion, revision);
  cluster.until('midnight in Berlin', () => cluster.list(JOBS, 'default').length === 1, 24 * 3_600_000);
  assert.match(cluster.get(CRON_JOBS, 'daily').status.lastScheduleTime ?? '', /T23:00:00Z$/);
});
test('cronjobs: deleted: its Jobs and their pods go with it', () => {
  const cluster = new SimCluster({ seed: 35, nodes: 1, workloads });
  cluster.create(CRON_JOBS, cronJob('tick', 'stays', '* * * * *'));
  cluster.until('one runs', () => cluster.list(PODS, 'default').length === 1, 70_000);
  cluster.delete(CRON_JOBS, 'tick');
  cluster.until(
    'nothing is left',
    () => cluster.list(JOBS, 'default').length + cluster.list(PODS, 'default').length === 0,
  );
});
test('ttl after finished: a Job that is over: goes after its seconds, with its pods', () => {
  const cluster = new SimCluster({ seed: 36, nodes: 1, workloads });
  cluster.create(JOBS, job('brief', 'works', { ttlSecondsAfterFinished: 30 }));
  cluster.create(JOBS, job('lasting', 'works'));
  cluster.until('it is over', () => endOfJob(cluster.get(JOBS, 'brief')) !== undefined);
  cluster.world.advance(28_000);
  assert.ok(cluster.find(JOBS, 'brief'));
  cluster.until('it is gone', () => cluster.find(JOBS, 'brief') === undefined, 10_000);
  assert.deepEqual(
    cluster.list(PODS, 'default').map(({ metadata }) => metadata.labels?.['job-name']),
    ['lasting'],
  );
});
