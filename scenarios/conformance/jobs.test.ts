//! Jobs and CronJobs.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/eventually.ts';
import { type Any, type Api, STRATEGIC } from './api.ts';
import { conformanceTests } from './conformance.ts';
import { replaced } from './lifecycle.ts';
import { controllerOf, core, podsOf, readyPods, selectorOf } from './workload.ts';

const conformance = conformanceTests();
const JOB_NAME = 'batch.kubernetes.io/job-name';
const batch = ({ namespace }: Api, resource: string): string => `/apis/batch/v1/namespaces/${namespace}/${resource}`;
const jobs = (api: Api): string => batch(api, 'jobs');
/** Its pods run until they are stopped. */
const lasting = (spec: Any = {}): Any => ({
  ...spec,
  template: {
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      containers: [
        { name: 'c', image: 'registry.k8s.io/e2e-test-images/busybox:1.37.0-1', command: ['sleep', '1000000'] },
      ],
    },
  },
});
const pair = { parallelism: 2, completions: 4, backoffLimit: 6 };

conformance('[sig-apps] Job should delete a job [Conformance]', async (api) => {
  const labels = { [JOB_NAME]: 'foo' };
  await api.create(jobs(api), { metadata: { name: 'foo' }, spec: lasting(pair) });
  await readyPods(api, labels, 2);
  await api.delete(`${jobs(api)}/foo`, { propagationPolicy: 'Background' });
  await api.refused(404, 'GET', `${jobs(api)}/foo`);
  await eventually(
    'its pods are gone',
    async () => (await api.get(`${core(api, 'pods')}?${selectorOf(labels)}`)).items.length === 0,
  );
});

conformance('[sig-apps] Job should adopt matching orphans and release non-matching pods [Conformance]', async (api) => {
  const labels = { [JOB_NAME]: 'adopt-release' };
  const job = await api.create(jobs(api), { metadata: { name: 'adopt-release' }, spec: lasting(pair) });
  const [pod] = await readyPods(api, labels, 2);
  const path = `${core(api, 'pods')}/${pod.metadata.name}`;
  await api.patch(path, { metadata: { ownerReferences: null } });
  await eventually('adopted again', async () => controllerOf(await api.get(path))?.uid === job.metadata.uid);
  await api.patch(path, { metadata: { labels: null } });
  await eventually('released', async () => controllerOf(await api.get(path)) === undefined);
  const next = await readyPods(api, labels, 2);
  assert.ok(
    next.every(({ metadata }) => metadata.uid !== pod.metadata.uid),
    'another takes its place',
  );
});

conformance('[sig-apps] Job should apply changes to a job status [Conformance]', async (api) => {
  const path = `${jobs(api)}/suspended`;
  await api.create(jobs(api), { metadata: { name: 'suspended' }, spec: lasting({ ...pair, completions: 2 }) });
  await readyPods(api, { [JOB_NAME]: 'suspended' }, 2);
  const startTime = (await api.get(path)).status.startTime;
  const custom = { type: 'CustomConditionType', status: 'True', lastTransitionTime: startTime };
  const patched = await api.patch(`${path}/status`, {
    metadata: { annotations: { patchedstatus: 'true' } },
    status: { conditions: [custom] },
  });
  const seen = ({ status }: Any): Any => status.conditions?.find(({ type }: Any) => type === custom.type);
  assert.equal(seen(patched).status, 'True');
  assert.equal(patched.metadata.annotations.patchedstatus, 'true');
  const updated = await replaced(api, `${path}/status`, (job) => {
    seen(job).message = 'updated';
  });
  assert.equal(seen(updated).message, 'updated');
  const read = await api.get(`${path}/status`);
  assert.equal(seen(read).message, 'updated');
  assert.equal(read.status.startTime, startTime);
});

conformance('[sig-apps] Job should manage the lifecycle of a job [Conformance]', async (api) => {
  const path = `${jobs(api)}/lifecycle`;
  const labels = { 'e2e-job-label': api.namespace };
  const watch = await api.watch(`${jobs(api)}?watch=1`);
  try {
    const spec = lasting({ ...pair, suspend: true });
    await api.create(jobs(api), { metadata: { name: 'lifecycle' }, spec });
    await watch.next('ADDED', 'lifecycle');
    const suspended = ({ object }: Any): boolean =>
      object.status.conditions?.some((one: Any) => one.type === 'Suspended' && one.status === 'True') ?? false;
    await watch.until('it is suspended', suspended);
    assert.equal((await podsOf(api, { [JOB_NAME]: 'lifecycle' })).length, 0);
    await api.patch(path, { metadata: { labels } }, STRATEGIC);
    await watch.until('the label', ({ object }) => object.metadata.labels?.['e2e-job-label'] === api.namespace);
    await replaced(api, path, (job) => {
      job.spec.suspend = false;
      job.metadata.annotations = { ...job.metadata.annotations, updated: 'true' };
    });
    await watch.until(
      'two are ready',
      ({ object }) => object.status.ready === 2 && object.metadata.annotations?.updated,
    );
    assert.equal((await api.get(`/apis/batch/v1/jobs?${selectorOf(labels)}`)).items.length, 1);
    await api.delete(`${jobs(api)}?${selectorOf(labels)}`, { propagationPolicy: 'Background' });
    await watch.next('DELETED', 'lifecycle');
    await eventually('its pods are gone', async () => (await podsOf(api, { [JOB_NAME]: 'lifecycle' })).length === 0);
  } finally {
    watch.stop();
  }
});

const crons = (api: Api): string => batch(api, 'cronjobs');
const MINUTE_MS = 60_000;
/** Once a year, in the minute that was `ago` minutes before `now`. */
function minuteBefore(now: number, ago: number): string {
  const at = new Date(now - ago * MINUTE_MS);
  return `${at.getUTCMinutes()} ${at.getUTCHours()} ${at.getUTCDate()} ${at.getUTCMonth() + 1} *`;
}
/**
 * The originals wait for minutes that come. Here minutes that have been are due: the last run is said to be an hour
 * ago, and the schedule names a minute in between. A later one takes its place when a second run is to be due.
 */
class Due {
  readonly api: Api;
  readonly name: string;
  readonly #now = Date.now();
  #ago = 30;
  constructor(api: Api, name: string) {
    this.api = api;
    this.name = name;
  }
  get path(): string {
    return `${crons(this.api)}/${this.name}`;
  }
  /** Not due until `again`. */
  async create(spec: Any): Promise<void> {
    await this.api.create(crons(this.api), {
      metadata: { name: this.name },
      spec: { schedule: minuteBefore(this.#now, 120), timeZone: 'Etc/UTC', jobTemplate: { spec: lasting() }, ...spec },
    });
    const lastScheduleTime = new Date(this.#now - 60 * MINUTE_MS).toISOString().replace(/\.\d+Z$/, 'Z');
    await this.api.patch(`${this.path}/status`, { status: { lastScheduleTime } });
  }
  /** Due once more: at a minute of its own. */
  async again(): Promise<void> {
    this.#ago -= 5;
    await this.api.patch(this.path, { spec: { schedule: minuteBefore(this.#now, this.#ago) } });
    // A new schedule alone is looked at when its next time comes: any other change, at once.
    await this.api.patch(this.path, { metadata: { annotations: { due: `${this.#ago}` } } });
  }
  async jobs(): Promise<readonly Any[]> {
    const { items } = await this.api.get(jobs(this.api));
    return items.filter(
      (job: Any) => controllerOf(job)?.name === this.name && job.metadata.deletionTimestamp === undefined,
    );
  }
  /** `count` are active, by its status and by themselves. */
  active(count: number): Promise<readonly Any[]> {
    return eventually(`${count} active jobs of ${this.name}`, async () => {
      const [{ status }, found] = [await this.api.get(this.path), await this.jobs()];
      const names = (status.active ?? []).map(({ name }: Any) => name).sort();
      if (names.length !== count || found.length !== count) throw new Error(`${names.length} active, ${found.length}`);
      assert.deepEqual(names, found.map(({ metadata }) => metadata.name).sort());
      return found;
    });
  }
}
const said = (api: Api, name: string, reason: string): Promise<Any> =>
  eventually(`${reason} of ${name}`, async () =>
    (await api.get(core(api, 'events'))).items.find(
      (event: Any) => event.reason === reason && event.involvedObject.name === name,
    ),
  );

conformance('[sig-apps] CronJob should schedule multiple jobs concurrently [Conformance]', async (api) => {
  const cron = new Due(api, 'concurrent');
  await cron.create({ concurrencyPolicy: 'Allow' });
  await cron.again();
  await cron.active(1);
  await cron.again();
  await cron.active(2);
  await api.delete(cron.path);
});

conformance('[sig-apps] CronJob should replace jobs when ReplaceConcurrent [Conformance]', async (api) => {
  const cron = new Due(api, 'replace');
  await cron.create({ concurrencyPolicy: 'Replace' });
  await cron.again();
  const [first] = await cron.active(1);
  await cron.again();
  await eventually(
    'the first job is gone',
    async () => (await api.up.call(`${jobs(api)}/${first.metadata.name}`)).code === 404,
  );
  const [second] = await cron.active(1);
  assert.notEqual(second.metadata.name, first.metadata.name);
  await api.delete(cron.path);
});

conformance(
  '[sig-apps] CronJob should not schedule new jobs when ForbidConcurrent [Conformance] [Slow]',
  async (api) => {
    const cron = new Due(api, 'forbid');
    await cron.create({ concurrencyPolicy: 'Forbid' });
    await cron.again();
    const [first] = await cron.active(1);
    await cron.again();
    // In place of minutes of quiet: it has looked at the second run, and says why there is none.
    await said(api, 'forbid', 'JobAlreadyActive');
    const [still] = await cron.active(1);
    assert.equal(still.metadata.uid, first.metadata.uid);
    await api.delete(cron.path);
  },
);

conformance('[sig-apps] CronJob should not schedule jobs when suspended [Conformance] [Slow]', async (api) => {
  const cron = new Due(api, 'suspended');
  await cron.create({ concurrencyPolicy: 'Allow', suspend: true });
  await cron.again();
  // In place of minutes of quiet: another, due later and not suspended, has its job.
  const other = new Due(api, 'running');
  await other.create({ concurrencyPolicy: 'Allow' });
  await other.again();
  await other.active(1);
  assert.deepEqual(await cron.jobs(), []);
  assert.equal((await api.get(cron.path)).status.active, undefined);
  await api.patch(cron.path, { spec: { suspend: false } });
  await cron.active(1);
  for (const { path } of [cron, other]) await api.delete(path);
});
