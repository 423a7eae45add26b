//! Jobs with real kubectl, their containers real processes.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { eventually } from './eventually.ts';
import { startUp, stopEverything, type Up } from './harness.ts';
import type { Kubectl } from './kubectl.ts';
import { stories } from './story.ts';
import { without } from './tools.ts';

const none = without.kubectl();
let up: Up;
let k: Kubectl;
const story = stories(() => up?.program.report() ?? '', { skip: none });
before(async () => {
  if (none) return;
  up = await startUp({ nodes: 1 });
  k = up.kubectl();
});
after(stopEverything);

const job = (name: string, line: string, spec: object = {}): object => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: {
    template: {
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'main', image: 'busybox:1.37', command: ['sh', '-c', line] }],
      },
    },
    ...spec,
  },
});

story('jobs: create job, wait, logs, describe, delete: as a person does it', async () => {
  await k.run(['create', 'job', 'hello', '--image=busybox:1.37', '--', 'sh', '-c', 'echo hello from a job']);
  assert.match(await k.run('wait --for=condition=complete job/hello --timeout=60s'), /job.batch\/hello condition met/);
  assert.equal(await k.run('logs job/hello'), 'hello from a job\n');
  assert.match(await k.run('get job hello'), /hello +Complete +1\/1 +\d+s +\d+s/);
  await eventually('its Events are told', async () => {
    const said = await k.run('describe job hello');
    assert.match(said, /Pods Statuses: +0 Active \(0 Ready\) \/ 1 Succeeded \/ 0 Failed/);
    assert.match(said, /Normal +SuccessfulCreate +\S+ +job-controller +Created pod: hello-\w{5}/);
    assert.match(said, /Normal +Completed +\S+ +job-controller +Job completed/);
    return true;
  });
  await k.run('delete job hello');
  await eventually('its pods are gone', async () => (await k.run('get pods -l job-name=hello -o name')) === '');
});

story('jobs: Indexed: each pod knows its index by environment and host name', async () => {
  const line = 'echo $JOB_COMPLETION_INDEX on $(hostname)';
  await k.apply(job('indexed', line, { completionMode: 'Indexed', completions: 3, parallelism: 3 }));
  await k.run('wait --for=condition=complete job/indexed --timeout=60s');
  const said = await k.run('logs -l job-name=indexed --tail=1');
  assert.deepEqual(
    said
      .trim()
      .split('\n')
      .map((one) => one.split(' ')[0])
      .sort(),
    ['0', '1', '2'],
  );
  const { status } = await k.json('get job indexed');
  assert.deepEqual([status.succeeded, status.completedIndexes, status.uncountedTerminatedPods], [3, '0-2', {}]);
  const { items } = await k.json('get pods -l batch.kubernetes.io/job-completion-index=2');
  assert.equal(items[0].spec.hostname, 'indexed-2');
});

story('jobs: a container fails: told as failed, the policy of pod failures ends it at once', async () => {
  await k.apply(job('fails', 'exit 3', { backoffLimit: 0 }));
  await k.run('wait --for=condition=failed job/fails --timeout=60s');
  assert.match(await k.run('get job fails'), /fails +Failed +0\/1/);
  const rules = [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }];
  await k.apply(job('fatal', 'exit 42', { podFailurePolicy: { rules } }));
  await k.run('wait --for=condition=failed job/fatal --timeout=60s');
  const { status } = await k.json('get job fatal');
  assert.deepEqual(
    status.conditions.map(({ type, reason }: { type: string; reason: string }) => `${type} ${reason}`),
    ['FailureTarget PodFailurePolicy', 'Failed PodFailurePolicy'],
  );
  assert.match(status.conditions[1].message, /^Container main for pod default\/fatal-\w{5} failed with exit code 42/);
});

story('jobs: suspended and resumed by patch: Suspended, then complete', async () => {
  await k.apply(job('pausing', 'sleep 1', { suspend: true }));
  await k.run('wait --for=condition=suspended job/pausing --timeout=60s');
  assert.match(await k.run('get job pausing'), /pausing +Suspended +0\/1/);
  await k.run(['patch', 'job', 'pausing', '--type=merge', '-p', '{"spec":{"suspend":false}}']);
  await k.run('wait --for=condition=complete job/pausing --timeout=60s');
});

story('cronjobs: created, run by schedule and by hand, suspended, deleted', async () => {
  await k.run(['create', 'cronjob', 'tick', '--image=busybox:1.37', '--schedule=@every 2s', '--', 'echo', 'tick']);
  assert.match(await k.run('get cronjob tick'), /tick +@every 2s +<none> +False +0 +<none>/);
  await eventually('its schedule has started one', async () => {
    const { status } = await k.json('get cronjob tick');
    return status.lastScheduleTime !== undefined && status.lastSuccessfulTime !== undefined;
  });
  await k.run(['patch', 'cronjob', 'tick', '--type=merge', '-p', '{"spec":{"suspend":true}}']);
  const jobs = await k.json('get jobs');
  const [first] = jobs.items.filter(({ metadata }: { metadata: { name: string } }) => /^tick-/.test(metadata.name));
  assert.equal(await k.run(`logs job/${first.metadata.name}`), 'tick\n');
  const minute = Math.floor(
    Date.parse(first.metadata.annotations['batch.kubernetes.io/cronjob-scheduled-timestamp']) / 60_000,
  );
  assert.equal(first.metadata.name, `tick-${minute}`);
  await k.run('create job by-hand --from=cronjob/tick');
  await k.run('wait --for=condition=complete job/by-hand --timeout=60s');
  const said = await k.run('describe cronjob tick');
  assert.match(said, /Normal +SuccessfulCreate .* +cronjob-controller +Created job tick-\d+/);
  assert.match(said, /Saw completed job: tick-\d+, condition: Complete/);
  await k.run('delete cronjob tick');
  await eventually('its Jobs are gone', async () => !/tick|by-hand/.test(await k.run('get jobs -o name')));
  assert.match(
    await k.fails('create cronjob odd --image=busybox --schedule=61 --dry-run=server'),
    /spec.schedule: Invalid value: "61": expected exactly 5 fields, found 1: \[61\]/,
  );
});

story('jobs: ttlSecondsAfterFinished: gone with its pods', async () => {
  await k.apply(job('brief', 'true', { ttlSecondsAfterFinished: 1 }));
  await k.run('wait --for=delete job/brief --timeout=60s');
  assert.equal(await k.run('get pods -l job-name=brief -o name'), '');
});
