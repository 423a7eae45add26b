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

story('statefulset: in order, by name; scaled, rolled out, undone; its pods know their index', async () => {
  await k.apply(workload('StatefulSet', 'db', { serviceName: 'db', replicas: 2 }));
  assert.match(
    await k.run('rollout status sts/db --timeout=90s'),
    /partitioned roll out complete|statefulset rolling update complete 2 pods/,
  );
  assert.match(await k.run('get sts db'), /db +2\/2 /);
  const first = await k.json('get pod db-1');
  assert.deepEqual([first.spec.hostname, first.spec.subdomain], ['db-1', 'db']);
  assert.equal(first.metadata.labels['apps.kubernetes.io/pod-index'], '1');
  assert.equal(await k.run('exec db-1 -- hostname'), 'db-1\n');
  await k.run('scale sts/db --replicas=3');
  await k.run('wait --for=jsonpath={.status.readyReplicas}=3 sts/db --timeout=60s');
  await k.run('set env sts/db VERSION=2');
  await k.run('rollout status sts/db --timeout=120s');
  assert.match(await k.run('rollout history sts/db'), /REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>/);
  assert.match(await k.run('rollout undo sts/db'), /statefulset.apps\/db rolled back/);
  await k.run('rollout status sts/db --timeout=120s');
  assert.equal((await k.json('get pod db-0')).spec.containers[0].env, undefined);
  const said = await k.run('describe sts db');
  assert.match(
    said,
    /Normal +SuccessfulCreate .* +statefulset-controller +create Pod db-0 in StatefulSet db successful/,
  );
  assert.match(
    said,
    /Normal +SuccessfulDelete .* +statefulset-controller +delete Pod db-2 in StatefulSet db successful/,
  );
  await k.run('delete sts db');
  await eventually(
    'nothing is left',
    async () => (await k.run('get pods,controllerrevisions -l app=db -o name')) === '',
  );
});

story('statefulset: claims: made for each pod, deleted with the set where it says so', async () => {
  const claims = [
    {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'none', resources: { requests: { storage: '1Mi' } } },
    },
  ];
  await k.apply(
    workload('StatefulSet', 'kept', {
      serviceName: 'kept',
      volumeClaimTemplates: claims,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' },
    }),
  );
  await eventually('its claim belongs to it', async () => {
    const claim = await k.json('get pvc data-kept-0');
    return claim.metadata.ownerReferences?.[0]?.name === 'kept';
  });
  await k.run('delete sts kept');
  await k.run('wait --for=delete pvc/data-kept-0 --timeout=60s');
});
