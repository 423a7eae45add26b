//! Real helm 4 with a chart that has a CRD, hooks and a test: installed, upgraded, rolled back, removed.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { writeChart } from './chart.ts';
import { scratch, startUp, stopEverything, type Up } from './harness.ts';
import { Kubectl } from './kubectl.ts';
import { stories } from './story.ts';
import { helmBinary, without } from './tools.ts';

const none = without.helm() || without.kubectl();
let up: Up;
let helm: Kubectl;
let chart: string;
const story = stories(() => up?.program.report() ?? '', { skip: none, timeoutMs: 180_000 });
before(async () => {
  if (none) return;
  up = await startUp();
  const home = scratch();
  // Driven as kubectl is: words in, text out, a home of its own.
  helm = new Kubectl(helmBinary()!, up.kubeconfig, home);
  chart = writeChart(home);
});
after(stopEverything);
const run = (words: string): Promise<string> => helm.run(words, { timeoutMs: 120_000 });
const k = (words: string): Promise<string> => up.kubectl().run(words);
const WAIT = '--wait --timeout 90s';

story('helm: install of a chart with a CRD and hooks: everything is there and ready', async () => {
  const said = await run(`install shop ${chart} ${WAIT}`);
  assert.match(said, /STATUS: deployed/);
  assert.match(said, /REVISION: 1/);
  assert.match(await k('get deployment shop'), /2\/2/);
  assert.equal(await k('get order shop -o jsonpath={.spec}'), '{"count":1,"item":"hello"}');
  assert.equal(await k('get configmap shop -o jsonpath={.data.account}'), 'default');
  assert.equal(await k('get pod shop-before -o jsonpath={.status.phase}'), 'Succeeded');
  assert.equal(await k('get configmap shop-after -o jsonpath={.data.ran}'), 'yes');
  assert.equal(
    await k('get deployment shop -o jsonpath={.metadata.managedFields[?(@.operation=="Apply")].manager}'),
    'helm',
  );
});

story('helm: test: the pod of the test reaches the Service', async () => {
  assert.match(await run('test shop --timeout 60s'), /Phase: +Succeeded/);
});

story('helm: upgrade, history, get, rollback: each revision as it says', async () => {
  assert.match(await run(`upgrade shop ${chart} --set replicas=3,greeting=bye ${WAIT}`), /REVISION: 2/);
  assert.match(await k('get deployment shop'), /3\/3/);
  assert.equal(await k('get order shop -o jsonpath={.spec.item}'), 'bye');
  assert.match(await run('get manifest shop'), /greeting: "bye"/);
  await run(`rollback shop 1 ${WAIT}`);
  assert.match(await k('get deployment shop'), /2\/2/);
  assert.equal(await k('get configmap shop -o jsonpath={.data.greeting}'), 'hello');
  const history = await run('history shop');
  assert.deepEqual(
    history
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t')[0]!.trim()),
    ['1', '2', '3'],
  );
  assert.match(await run('list'), /^shop\s+default\s+3/m);
});

story('helm: a dry run on the server: says what would be, changes nothing', async () => {
  const before = await k('get deployment,configmap,order -o name');
  assert.match(await run(`upgrade shop ${chart} --set replicas=9 --dry-run=server`), /replicas: 9/);
  assert.equal(await k('get deployment,configmap,order -o name'), before);
  assert.match(await k('get deployment shop'), /2\/2/);
});

story('helm: a field that another manager took: upgrade names the conflict; forced, it takes it back', async () => {
  await up
    .kubectl()
    .apply(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shop' }, data: { greeting: 'mine' } },
      '--server-side --field-manager=someone --force-conflicts',
    );
  const said = await helm.fails(`upgrade shop ${chart} --set greeting=theirs`, { timeoutMs: 60_000 });
  assert.match(said, /conflict with "someone".*\.data\.greeting/s);
  await run(`upgrade shop ${chart} --set greeting=theirs --force-conflicts ${WAIT}`);
  assert.equal(await k('get configmap shop -o jsonpath={.data.greeting}'), 'theirs');
});

story('helm: a chart whose object is not valid: refused with the field, nothing half done', async () => {
  const said = await helm.fails(`upgrade shop ${chart} --set replicas=-1`, { timeoutMs: 60_000 });
  assert.match(said, /spec\.replicas: Invalid value: -1: must be greater than or equal to 0/);
  assert.match(await k('get deployment shop'), /2\/2/);
});

story('helm: an upgrade whose hook fails: says so, and goes back to what was', async () => {
  const words = `upgrade shop ${chart} --set migration=1,greeting=never --rollback-on-failure ${WAIT}`;
  const said = await helm.fails(words, { timeoutMs: 120_000 });
  assert.match(said, /has been rolled back due to rollback-on-failure being set: pre-upgrade hooks failed/);
  assert.match(said, /Job\/default\/shop-migrate not ready\. status: Failed/);
  const history = JSON.parse(await run('history shop -o json')) as { status: string; description: string }[];
  assert.deepEqual(
    history.slice(-2).map(({ status }) => status),
    ['failed', 'deployed'],
  );
  assert.match(history.at(-1)!.description, /^Rollback to \d+$/);
  assert.notEqual(await k('get configmap shop -o jsonpath={.data.greeting}'), 'never');
  assert.equal(await k('get job shop-migrate --ignore-not-found'), '', 'one that succeeds is deleted');
});

story('helm: uninstall: what it made is gone, the CRD stays', async () => {
  assert.match(await run(`uninstall shop ${WAIT}`), /release "shop" uninstalled/);
  assert.equal(await k('get deployment,service,order -l app=shop --ignore-not-found -o name'), '');
  assert.match(await up.kubectl().fails('get deployment shop'), /NotFound/);
  assert.equal(
    await k('get crd orders.shop.example.com -o name'),
    'customresourcedefinition.apiextensions.k8s.io/orders.shop.example.com\n',
  );
  assert.equal((await run('list -q')).trim(), '');
});
