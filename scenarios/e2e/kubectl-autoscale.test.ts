//! kubectl autoscale: a Deployment of busy processes gets more of them, and kubectl says why.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { eventually } from './eventually.ts';
import { startUp, stopEverything, type Up } from './harness.ts';
import { table } from './kubectl.ts';
import { stories } from './story.ts';
import { without } from './tools.ts';

const none = without.kubectl();
let up: Up;
const story = stories(() => up?.program.report() ?? '', { skip: none });
/** A part of a CPU, and many times what is requested. */
const BUSY = 'while :; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 0.1; done';
const deployment = (name: string, script: string, requests: object): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', script], resources: { requests } }],
      },
    },
  },
});
before(async () => {
  if (!none) up = await startUp({ nodes: 1 });
});
after(stopEverything);

const patient = { timeoutMs: 180_000, everyMs: 1_000 };

story('autoscale: under load: grows to its bound, with the events and conditions of Kubernetes', async () => {
  const k = up.kubectl();
  await k.apply(deployment('busy', BUSY, { cpu: '20m' }));
  await k.apply(deployment('vague', 'sleep 3600', {}));
  await k.run('autoscale deployment busy --cpu-percent=50 --min=1 --max=3');
  await k.run('autoscale deployment vague --cpu-percent=50 --min=1 --max=3');
  await eventually(
    'three of it run',
    async () => (await k.json('get deployment busy')).status.readyReplicas === 3,
    patient,
  );
  const row = await eventually(
    'it says what it has seen',
    async () => table(await k.run('get hpa busy')).find((one) => one['REPLICAS'] === '3'),
    patient,
  );
  assert.match(row['TARGETS'] ?? '', /^cpu: \d+%\/50%$/);
  const said = await k.run('describe hpa busy');
  assert.match(said, /AbleToScale +True +\w+/);
  assert.match(
    said,
    /ScalingActive +True +ValidMetricFound +the HPA was able to successfully calculate a replica count/,
  );
  assert.match(
    said,
    /SuccessfulRescale .*New size: 3; reason: cpu resource utilization \(percentage of request\) above target/,
  );
  await eventually(
    'what asks for nothing cannot be measured',
    async () =>
      /FailedGetResourceMetric +the HPA was unable.*missing request for cpu in container main of Pod vague-/.test(
        await k.run('describe hpa vague'),
      ),
    patient,
  );
  assert.match(await k.run('get hpa vague'), /cpu: <unknown>\/50%/);
});
