//! What kubectl shows of what is used: top, the metrics API as tables, a kubelet's own words.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { eventually } from './eventually.ts';
import { startUp, stopEverything, type Up } from './harness.ts';
import { columns, table } from './kubectl.ts';
import { stories } from './story.ts';
import { kubectlBinaries, without } from './tools.ts';

const none = without.kubectl();
let up: Up;
const story = stories(() => up?.program.report() ?? '', { skip: none });
/** A good part of a CPU, not all: this machine has others to serve. */
const BUSY = 'while :; do i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; sleep 0.1; done';
const pod = (name: string, script: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels: { app: name } },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [
      { name: 'main', image: 'busybox', command: ['sh', '-c', script] },
      { name: 'side', image: 'busybox', command: ['sleep', '3600'] },
    ],
  },
});
before(async () => {
  if (none) return;
  up = await startUp({ nodes: 1 });
  const k = up.kubectl();
  await k.apply(pod('busy', BUSY));
  await k.apply(pod('idle', 'sleep 3600'));
  await k.run('wait --for=condition=Ready pod/busy pod/idle --timeout=60s');
});
after(stopEverything);

const milli = (text = ''): number => Number(/^(\d+)m$/.exec(text)?.[1] ?? Number.NaN);
const mebi = (text = ''): number => Number(/^(\d+)Mi$/.exec(text)?.[1] ?? Number.NaN);

for (const { name, path } of kubectlBinaries())
  story(`${name}: top: a busy pod and an idle one, their containers, the node`, async () => {
    const k = up.kubectl(path);
    const rows = await eventually(
      'both pods are known',
      async () => {
        const { code, stdout } = await k.try('top pod --containers');
        const found = code === 0 ? table(stdout) : [];
        return found.length === 4 ? found : undefined;
      },
      { timeoutMs: 120_000, everyMs: 1_000 },
    );
    const of = (one: string, container: string) =>
      rows.find((row) => row['POD'] === one && row['NAME'] === container) ?? {};
    assert.ok(milli(of('busy', 'main')['CPU(cores)']) >= 50, JSON.stringify(rows));
    assert.ok(milli(of('idle', 'main')['CPU(cores)']) <= 10, JSON.stringify(rows));
    assert.ok(mebi(of('idle', 'side')['MEMORY(bytes)']) < 100, JSON.stringify(rows));
    const sorted = table(await k.run('top pod --sort-by=cpu'));
    assert.deepEqual(
      sorted.map((row) => row['NAME']),
      ['busy', 'idle'],
    );
    assert.deepEqual(
      table(await k.run('top pod -l app=idle')).map((row) => row['NAME']),
      ['idle'],
    );
    const [node = {}] = table(await k.run('top node'));
    assert.equal(node['NAME'], 'node-1');
    assert.ok(milli(node['CPU(cores)']) >= milli(of('busy', 'main')['CPU(cores)']) / 2, JSON.stringify(node));
    assert.match(node['MEMORY(%)'] ?? node['MEMORY%'] ?? '', /^\d+%$/);
    assert.deepEqual(columns(await k.run('get pods.metrics.k8s.io')), ['NAME', 'CPU', 'MEMORY', 'WINDOW']);
    assert.match(
      await k.fails('get pods.metrics.k8s.io nobody'),
      /podmetrics.metrics.k8s.io "default\/nobody" not found/,
    );
    assert.match(await k.run('get apiservice v1beta1.metrics.k8s.io'), /kube-system\/metrics-server +True/);
    assert.match(
      await k.run('api-resources --api-group=metrics.k8s.io'),
      /pods +metrics.k8s.io\/v1beta1 +true +PodMetrics/,
    );
    assert.match(await k.fails('top pod --as=nobody'), /pods.metrics.k8s.io is forbidden: User "nobody" cannot list/);
    const summary = JSON.parse(await k.run('get --raw /api/v1/nodes/node-1/proxy/stats/summary'));
    assert.ok(summary.node.cpu.usageCoreNanoSeconds > 0 && summary.pods.length >= 2);
    assert.match(
      await k.run('get --raw /api/v1/nodes/node-1/proxy/metrics/resource'),
      /^container_cpu_usage_seconds_total\{container="main",namespace="default",pod="busy"\} [\d.]+ \d+$/m,
    );
  });
