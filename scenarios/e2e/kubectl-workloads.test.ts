//! DaemonSets and StatefulSets with real kubectl, their containers real processes.
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
  up = await startUp();
  k = up.kubectl();
});
after(stopEverything);

const workload = (kind: string, name: string, spec: object): object => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'main', image: 'busybox:1.37', command: ['sleep', '86400'] }],
      },
    },
    ...spec,
  },
});
const nodesOf = async (app: string): Promise<string[]> => {
  const { items } = await k.json(`get pods -l app=${app}`);
  return items.map(({ spec }: { spec: { nodeName: string } }) => spec.nodeName).sort();
};

story('daemonset: one pod on each node; rollout status, history, undo; a cordoned node keeps its pod', async () => {
  await k.apply(workload('DaemonSet', 'log', {}));
  assert.match(await k.run('rollout status ds/log --timeout=60s'), /daemon set "log" successfully rolled out/);
  assert.deepEqual(await nodesOf('log'), ['node-1', 'node-2', 'node-3']);
  assert.match(await k.run('get ds log'), /log +3 +3 +3 +3 +3 +<none>/);
  await k.run('set env ds/log VERSION=2');
  await k.run('annotate ds/log kubernetes.io/change-cause=second');
  await k.run('rollout status ds/log --timeout=90s');
  const pods = await k.json('get pods -l app=log');
  assert.ok(
    pods.items.every((pod: { spec: { containers: { env: object[] }[] } }) => pod.spec.containers[0]?.env.length),
  );
  assert.match(await k.run('rollout history ds/log'), /REVISION +CHANGE-CAUSE\n1 +<none>\n2 +/);
  assert.match(await k.run('rollout history ds/log --revision=2'), /VERSION:\s+2/);
  assert.match(await k.run('rollout undo ds/log'), /daemonset.apps\/log rolled back/);
  await k.run('rollout status ds/log --timeout=90s');
  assert.match(await k.run('rollout history ds/log'), /\n2 .*\n3 /);
  assert.equal((await k.json('get ds log')).spec.template.spec.containers[0].env, undefined);

  await k.run('cordon node-1');
  await k.run('taint node node-2 drill=on:NoExecute');
  await eventually(
    'its pod on the tainted node is gone',
    async () => (await nodesOf('log')).join() === 'node-1,node-3',
  );
  await k.run('taint node node-2 drill-');
  await k.run('uncordon node-1');
  await eventually('it is back', async () => (await nodesOf('log')).length === 3);
  assert.match(
    await k.run('describe ds log'),
    /Normal +SuccessfulCreate .* +daemonset-controller +Created pod: log-\w{5}/,
  );
  await k.run('delete ds log');
  await eventually(
    'nothing is left',
    async () => (await k.run('get pods,controllerrevisions -l app=log -o name')) === '',
  );
});
