import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { eventually } from './eventually.ts';
import { everything } from './everything.ts';
import { startUp, stopEverything, type Up } from './harness.ts';
import type { Kubectl } from './kubectl.ts';
import { list, shellPod, web } from './manifests.ts';
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

story('cleanup: a namespace full of everything: deletes to nothing', async () => {
  await k.run('create namespace full');
  await k.apply(list(...everything('full')));
  await k.run('-n full wait --for=condition=Available deployment/full --timeout=60s');
  const kinds = (await k.run('api-resources --namespaced --verbs=list,delete -o name')).trim().split('\n');
  assert.ok(kinds.length >= 25, kinds.join());
  const before = await k.run(`-n full get ${kinds.join(',')} --ignore-not-found -o name`);
  assert.ok(before.trim().split('\n').length >= everything('full').length, before);

  const deleted = k.start('delete namespace full');
  await eventually('it is Terminating', async () => {
    const said = await k.try('get namespace full -o jsonpath={.status.phase}');
    return said.stdout === 'Terminating' || /not found/.test(said.stderr);
  });
  const late = await k.try('-n full create configmap late');
  assert.match(late.stderr, /is being terminated|namespaces "full" not found/);
  assert.equal((await deleted.ended).code, 0, deleted.report());
  assert.match(await k.fails('get namespace full'), /\(NotFound\)/);
  assert.equal(await k.run(`-n full get ${kinds.join(',')} --ignore-not-found -o name`), '');

  await k.run('create namespace full');
  await eventually('the same name again has its service account', async () => k.run('-n full get sa default'));
  await k.run('delete namespace full', { timeoutMs: 60_000 });
});

story('cleanup: an object with a finalizer: waits for it, and holds its namespace', async () => {
  await k.run('create namespace held');
  await k.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'held', namespace: 'held', finalizers: ['example.com/hold'] },
  });
  await k.run('delete namespace held --wait=false');
  await eventually('the namespace says what holds it', async () => {
    const { status } = await k.json('get namespace held');
    const held = status.conditions?.find((one: { type: string }) => one.type === 'NamespaceFinalizersRemaining');
    return held?.status === 'True' && /example.com\/hold/.test(held.message);
  });
  await k.run('-n held patch configmap held --type=merge -p {"metadata":{"finalizers":null}}');
  await k.run('wait --for=delete namespace/held --timeout=60s');
});

story('cleanup: background deletion of an owner: the owner goes at once, what it owns after', async () => {
  await k.apply(web());
  await k.run('rollout status deployment/web --timeout=60s');
  assert.match(await k.run('delete deployment web --cascade=background'), /^deployment.apps "web" deleted/);
  await eventually('nothing of it is left', async () => (await k.run('get rs,pods -l app=web -o name')) === '');
  await k.run('get service web'); // nobody's property
});

story('cleanup: foreground deletion of an owner: it waits until what it owns is gone', async () => {
  await k.apply(web());
  await k.run('rollout status deployment/web --timeout=60s');
  const watch = k.start('get deployments,replicasets,pods -l app=web -w --output-watch-events -o name');
  await k.run('delete deployment web --cascade=foreground --wait=false');
  const marked = await k.try('get deployment web -o jsonpath={.metadata.finalizers}');
  assert.ok(marked.stdout === '["foregroundDeletion"]' || /not found/.test(marked.stderr), marked.stdout);
  await k.run('wait --for=delete deployment/web --timeout=60s');
  assert.equal(await k.run('get rs,pods -l app=web -o name'), '', 'it was the last to go');
  await watch.stop('SIGKILL');
});

story(
  'cleanup: orphaning deletion of an owner: what it owned stays, without an owner, and is adopted again',
  async () => {
    await k.apply(web());
    await k.run('rollout status deployment/web --timeout=60s');
    const before = await k.run('get rs,pods -l app=web -o name');
    await k.run('delete deployment web --cascade=orphan');
    await eventually('the replica set has no owner', async () => {
      const { items } = await k.json('get rs -l app=web');
      assert.equal(items.length, 1);
      return (items[0].metadata.ownerReferences ?? []).length === 0;
    });
    assert.equal(await k.run('get rs,pods -l app=web -o name'), before);
    await k.apply(web());
    await k.run('rollout status deployment/web --timeout=60s');
    assert.equal(await k.run('get rs,pods -l app=web -o name'), before, 'adopted, not made anew');
    await k.run('delete deployment,service web');
  },
);

story('cleanup: a pod’s grace period: SIGTERM is heard, what ignores it is killed', async () => {
  await k.apply(
    shellPod('polite', 'trap "echo bye; exit 0" TERM; echo up; while true; do sleep 0.1; done', {
      terminationGracePeriodSeconds: 30,
    }),
  );
  await k.apply(
    shellPod('deaf', 'trap "" TERM; echo up; while true; do sleep 0.1; done', { terminationGracePeriodSeconds: 2 }),
  );
  await k.run('wait --for=condition=Ready pod/polite pod/deaf --timeout=60s');
  await eventually(
    'both are up',
    async () => (await k.run('logs polite')) === 'up\n' && (await k.run('logs deaf')) === 'up\n',
  );
  const follow = k.start('logs -f polite');
  await follow.line(/^up$/);
  const politeFrom = Date.now();
  await k.run('delete pod polite');
  assert.ok(Date.now() - politeFrom < 20_000, 'well before its 30 seconds');
  await follow.ended;
  // The shell may tell of its own child's end in between.
  assert.deepEqual([follow.lines[0], follow.lines.at(-1)], ['up', 'bye']);
  const deafFrom = Date.now();
  await k.run('delete pod deaf');
  assert.ok(Date.now() - deafFrom >= 1_900, 'it had its 2 seconds');
  await k.apply(
    shellPod('deaf', 'trap "" TERM; while true; do sleep 0.1; done', { terminationGracePeriodSeconds: 30 }),
  );
  await k.run('wait --for=condition=Ready pod/deaf --timeout=60s');
  assert.match((await k.both('delete pod deaf --grace-period=0 --force')).stderr, /Immediate deletion does not wait/);
});
