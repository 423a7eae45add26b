import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after } from 'node:test';
import { eventually } from './eventually.ts';
import { freePort, orrery, scratch, startUp, stopEverything } from './harness.ts';
import { table } from './kubectl.ts';
import { familyOf, outermost, processesNaming, processesWith } from './leftovers.ts';
import { shellPod, web } from './manifests.ts';
import { type Story, stories } from './story.ts';
import { without } from './tools.ts';

let last = (): string => '';
const story: Story = stories(() => last());
after(stopEverything);

const dir = scratch();
const dataDir = join(dir, 'data');
const start = async (dataDir: string) => {
  const up = await startUp({ dataDir });
  last = () => up.program.report();
  return up;
};

story('up: first start: ready line, how to use it, exit 0 on SIGTERM, no process left', async () => {
  const up = await start(join(scratch(), 'data'));
  assert.match(up.readyLine, /^ready.*https:\/\/\S+:\d+/);
  assert.match(up.program.stdout, /^\s*export KUBECONFIG=/m);
  assert.ok(existsSync(up.kubeconfig));
  const health = await up.call('/readyz', { certificate: false });
  assert.deepEqual([health.code, health.text], [200, 'ok']);
  assert.deepEqual(await up.stop(), { code: 0, signal: null }, up.program.report());
});

story(
  'up: SIGINT while pods run: they end before it does, exit 0',
  async () => {
    const up = await start(join(scratch(), 'data'));
    const kubectl = up.kubectl();
    await kubectl.apply(web());
    await kubectl.run('wait --for=condition=Available deployment/web --timeout=60s');
    assert.ok(familyOf(up.dataDir).length >= 4, 'pods run as processes');
    assert.deepEqual(await up.stop('SIGINT'), { code: 0, signal: null }, up.program.report());
  },
  { skip: without.kubectl() },
);

story('up: SIGTERM before ready: exit 0, no process left', async () => {
  const folder = join(scratch(), 'data');
  const program = orrery(['up', '--port', '0', '--data-dir', folder]);
  last = () => program.report();
  await eventually('it has begun', () => program.lines.length > 0);
  assert.deepEqual(await program.stop('SIGTERM'), { code: 0, signal: null }, program.report());
  assert.deepEqual(processesNaming(folder), []);
});

story(
  'up: second start on the same directory: everything is as it was',
  async () => {
    const first = await start(dataDir);
    await first.kubectl().apply(web());
    await first.kubectl().run('wait --for=condition=Available deployment/web --timeout=60s');
    await first.kubectl().run('create configmap kept --from-literal=answer=42');
    const before = await first
      .kubectl()
      .json('get deployments,replicasets,services,configmaps,serviceaccounts,nodes -A');
    const ca = await first
      .kubectl()
      .run('config view --raw -o jsonpath={.clusters[0].cluster.certificate-authority-data}');
    assert.equal((await first.stop()).code, 0);

    const second = await start(dataDir);
    const now = await second.kubectl().json('get deployments,replicasets,services,configmaps,serviceaccounts,nodes -A');
    assert.deepEqual(identities(now.items), identities(before.items));
    assert.equal(
      await second.kubectl().run('config view --raw -o jsonpath={.clusters[0].cluster.certificate-authority-data}'),
      ca,
    );
    assert.equal(await second.kubectl().run('get cm kept -o jsonpath={.data.answer}'), '42');
    await second.kubectl().run('wait --for=condition=Available deployment/web --timeout=60s');
    await eventually('three pods run, each once', async () => {
      const pods = table(await second.kubectl().run('get pods -l app=web'));
      assert.deepEqual(
        pods.map((pod) => [pod['READY'], pod['STATUS']]),
        Array(3).fill(['1/1', 'Running']),
      );
      return true;
    });
    assert.equal((await second.stop()).code, 0);
    assert.deepEqual(processesNaming(dataDir), []);
  },
  { skip: without.kubectl(), timeoutMs: 180_000 },
);

story(
  'up: kill -9, started again: state is there, each pod runs exactly once',
  async () => {
    const first = await start(dataDir);
    const kubectl = first.kubectl();
    await kubectl.apply(shellPod('ticker', 'trap "exit 0" TERM; while true; do echo tick; sleep 0.2; done'));
    await kubectl.run('wait --for=condition=Ready pod/ticker --timeout=60s');
    const uid = await kubectl.run('get pod ticker -o jsonpath={.metadata.uid}');
    await kubectl.run('create configmap acknowledged --from-literal=by=etcd');
    await first.killHard();

    const second = await start(dataDir);
    assert.equal(await second.kubectl().run('get cm acknowledged -o jsonpath={.data.by}'), 'etcd');
    await second.kubectl().run('wait --for=condition=Ready pod/ticker --timeout=60s');
    await second.kubectl().run('wait --for=condition=Available deployment/web --timeout=60s');
    await eventually('the process of each pod exists once', () => {
      const tickers = processesWith(`POD_UID=${uid}`);
      assert.equal(outermost(tickers).length, 1, `${tickers}`);
      return true;
    });
    assert.equal((await second.stop()).code, 0);
    await eventually('no process is left', () => {
      assert.deepEqual(processesNaming(dataDir), []);
      return true;
    });
  },
  { skip: without.kubectl(), timeoutMs: 180_000 },
);

story('up: data directory in use: one sentence, exit 1', async () => {
  const up = await start(dataDir);
  await refused(['up', '--port', '0', '--data-dir', dataDir], /in use|another/i);
  assert.equal((await up.call('/readyz')).code, 200);
  assert.equal((await up.stop()).code, 0);
});

story('up: taken port: one sentence that names it, exit 1', async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  try {
    await refused(['up', '--port', `${port}`, '--data-dir', join(scratch(), 'data')], new RegExp(`${port}`));
  } finally {
    server.close();
  }
});

story('up: unreachable broker: one sentence that names it, exit 1', async () => {
  const url = `nats://127.0.0.1:${await freePort()}`;
  await refused(['up', '--port', '0', '--data-dir', join(scratch(), 'data'), '--nats', url], new RegExp(url));
  await refused(
    ['join', '--roles', 'scheduler', '--data-dir', join(scratch(), 'data'), '--nats', url],
    new RegExp(url),
  );
});

story('up: words that it does not know: what is wrong, exit 1', async () => {
  for (const [args, said] of [
    [['up', '--nodes', 'three'], /whole number/],
    [['up', '--engine', 'docker'], /process, simulated/],
    [['up', '--port', '70000'], /port/],
    [['join', '--nats', 'nats://127.0.0.1:1', '--roles', 'king'], /unknown role "king"/],
    [['up', '--controllers', '*,-king'], /"king" is not in the list of known controllers/],
    [['fly'], /unknown command/],
  ] as const) {
    const program = orrery(args);
    const ended = await program.ended;
    assert.equal(ended.code, 1, program.report());
    assert.match(program.stderr, said, program.report());
    assert.doesNotMatch(program.stderr, /\n\s+at /, 'no stack');
  }
});

async function refused(args: readonly string[], said: RegExp): Promise<void> {
  const program = orrery(args);
  last = () => program.report();
  const ended = await program.ended;
  assert.equal(ended.code, 1, program.report());
  const lines = program.stderr.split('\n').filter((line) => line !== '');
  assert.equal(lines.length, 1, program.report());
  assert.match(lines[0]!, /^orrery: /);
  assert.match(lines[0]!, said);
}

// biome-ignore lint/suspicious/noExplicitAny: objects of any kind
const identities = (items: readonly any[]): readonly string[] =>
  items
    .map((item) => `${item.kind} ${item.metadata.namespace ?? ''}/${item.metadata.name} ${item.metadata.uid}`)
    .sort();
