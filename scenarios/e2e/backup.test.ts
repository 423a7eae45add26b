//! Backups as a person makes them: saved from a running cluster, looked at, restored, started again.
import assert from 'node:assert/strict';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Contents } from '../../actors/etcd/edge/backup/contents.ts';
import { decodeContents } from '../../actors/etcd/edge/backup/decode.ts';
import { FilePages } from '../../actors/etcd/edge/backup/file.ts';
import { EtcdClient } from '../etcd/client.ts';
import { startRealEtcd } from '../etcd/real-etcd.ts';
import { eventually } from './eventually.ts';
import { freePort, orrery, reached, scratch, startBroker, startUp, stopEverything, type Up } from './harness.ts';
import type { Kubectl } from './kubectl.ts';
import { outermost, processesWith } from './leftovers.ts';
import { sleepers, web } from './manifests.ts';
import { Cluster } from './members.ts';
import { type Outcome, run } from './program.ts';
import { type Story, stories } from './story.ts';
import { without } from './tools.ts';

let last = (): string => '';
const story: Story = stories(() => last(), { timeoutMs: 240_000 });
after(stopEverything);

const withoutEtcd = without.program('etcd') || without.program('etcdctl');
const dir = scratch();
const saved = join(dir, 'saved.db');
/** Of the first cluster, for whoever comes after it. */
let kept: { readonly port: number; readonly kubeconfig: string; readonly objects: Objects } | undefined;

const MAPS = 1_100;

story(
  'backup: saved while a cluster runs and is written to: has all that was acknowledged before, and no gap after',
  async () => {
    const port = await freePort();
    const up = await started({ dataDir: join(dir, 'first'), port });
    const kubectl = up.kubectl();
    await kubectl.apply(web());
    await kubectl.apply(sleepers('sleepers', 4));
    await kubectl.run('create namespace other');
    await kubectl.run('create secret generic a.secret.with.dots --from-literal=password=hunter2 -n other');
    await kubectl.run('create clusterrole team:reader --verb=get --resource=pods');
    await atOnce(MAPS, 40, (i) => create(up, `map-${i}`));
    await kubectl.run('wait --for=condition=Available deployment/web deployment/sleepers --timeout=120s');

    let stopped = false;
    let acknowledged = 0;
    const writing = (async () => {
      for (; !stopped; acknowledged++) await create(up, `late-${acknowledged}`);
    })();
    await eventually('writes go on', () => acknowledged > 20);
    const before = acknowledged;
    const said = await succeeds(['etcd', 'snapshot', 'save', saved, '--data-dir', up.dataDir]);
    stopped = true;
    await writing;
    assert.match(said, /^saved \S+: revision \d+, \d+ keys, [\d.]+ [kM]B, hash [0-9a-f]+$/m);
    assert.equal(statSync(saved).mode & 0o777, 0o600, 'it has keys and secrets in it');
    assert.deepEqual(
      readdirSync(dir).filter((name) => name.includes('.part')),
      [],
    );

    const late = namesIn(contentsOf(saved)).flatMap((name) => /^late-(\d+)$/.exec(name)?.[1] ?? []);
    assert.ok(late.length >= before, `${late.length} of ${before}`);
    assert.deepEqual(
      late.map(Number).sort((a, b) => a - b),
      Array.from(late, (_, i) => i),
      'one writer: no gap',
    );

    copyFileSync(up.kubeconfig, join(dir, 'old.kubeconfig'));
    kept = { port, kubeconfig: join(dir, 'old.kubeconfig'), objects: await objectsOf(kubectl) };
    assert.equal((await up.stop()).code, 0);
  },
  { skip: without.kubectl() },
);

story(
  'backup: restored into another directory and started: the same objects by the old kubeconfig, the workload runs',
  async () => {
    assert.ok(kept, 'the cluster that was saved');
    const dataDir = join(dir, 'second');
    const said = await succeeds(['etcd', 'snapshot', 'restore', saved, '--data-dir', dataDir]);
    assert.match(said, /^restored \S+: revision \d+, \d+ keys, \d+ leases$/m);
    const up = await started({ dataDir, port: kept.port });
    const own = up.kubectl();
    const old = reached(kept.kubeconfig, dataDir).kubectl();
    assert.equal(await old.run('auth whoami -o jsonpath={.status.userInfo.username}'), 'kubernetes-admin');
    const now = await objectsOf(old);
    for (const [what, before] of kept.objects)
      if (!what.includes('/late-')) assert.deepEqual(now.get(what), before, what);
    for (const what of now.keys()) assert.ok(kept.objects.has(what), `${what} was not there`);

    await own.run('wait --for=condition=Available deployment/web deployment/sleepers --timeout=120s');
    await eventually('each pod has a process', async () => {
      const { items } = await own.json('get pods -l app=sleepers');
      assert.equal(items.length, 4);
      // biome-ignore lint/suspicious/noExplicitAny: a pod
      for (const { metadata, status } of items as any[]) {
        assert.equal(status.phase, 'Running');
        assert.equal(outermost(processesWith(`POD_UID=${metadata.uid}`)).length, 1);
      }
      return true;
    });
    await own.run('scale deployment/sleepers --replicas=5');
    await own.run('rollout status deployment/sleepers --timeout=60s');
    assert.equal((await up.stop()).code, 0);
  },
  { skip: without.kubectl() },
);

story(
  'backup: etcdctl and a real etcd on the file: the same status, the same keys',
  async () => {
    for (const form of ['table', 'json', 'simple'])
      assert.equal(
        await succeeds(['etcd', 'snapshot', 'status', saved, '-w', form]),
        (await etcdctl('snapshot', 'status', saved, '-w', form)).stdout,
      );
    const data = join(dir, 'real');
    const peer = 'http://127.0.0.1:2380';
    await etcdctl(
      ...['snapshot', 'restore', saved, '--data-dir', data, '--name', 'real'],
      ...['--initial-cluster', `real=${peer}`, '--initial-advertise-peer-urls', peer],
    );
    const etcd = await startRealEtcd(['--data-dir', data]);
    try {
      const said = await etcdctl('--endpoints', etcd.address, 'get', '--prefix', '/registry', '--keys-only');
      const keys = said.stdout.split('\n').filter((line) => line !== '');
      assert.ok(keys.length > MAPS, `${keys.length}`);
      assert.deepEqual(
        keys,
        alive(contentsOf(saved)).filter((key) => key.startsWith('/registry')),
      );
    } finally {
      await etcd.stop();
    }
  },
  { skip: without.kubectl() || withoutEtcd },
);

story(
  'backup: of a real etcd: restored into a store of ours, etcdctl finds its keys, revisions and leases, and saves them again',
  async () => {
    const theirs = join(dir, 'theirs.db');
    const etcd = await startRealEtcd();
    const client = new EtcdClient(etcd.address);
    try {
      await etcdctl('--endpoints', etcd.address, 'put', 'colour', 'red');
      await etcdctl('--endpoints', etcd.address, 'put', 'colour', 'blue');
      await client.call('Lease', 'LeaseGrant', { ID: '4711', TTL: '7000' });
      await client.call('KV', 'Put', { key: Buffer.of(0, 0xff, 0x80), value: Buffer.of(1, 0), lease: '4711' });
      await etcdctl('--endpoints', etcd.address, 'snapshot', 'save', theirs);
    } finally {
      client.close();
      await etcd.stop();
    }
    const dataDir = join(dir, 'of-theirs');
    await succeeds(['etcd', 'snapshot', 'restore', theirs, '--data-dir', dataDir]);
    const up = await started({ dataDir, nodes: 0, args: ['--etcd-port', '0', '--etcd-insecure'] });
    const at = ['--endpoints', /^etcd\s+http:\/\/(\S+)$/m.exec(up.program.stdout)![1]!];
    const said = async (...words: readonly string[]): Promise<string> => (await etcdctl(...at, ...words)).stdout;
    assert.equal(await said('get', 'colour'), 'colour\nblue\n');
    assert.equal(await said('get', 'colour', '--rev', '2'), 'colour\nred\n');
    assert.match(
      await said('lease', 'timetolive', (4711).toString(16), '--keys'),
      /granted with TTL\(7000s\).*attached keys\(\[.+\]\)/s,
    );
    await said('snapshot', 'save', join(dir, 'theirs-of-ours.db'));
    await succeeds(['etcd', 'snapshot', 'save', join(dir, 'ours.db'), '--data-dir', dataDir]);
    assert.equal((await up.stop()).code, 0);
    const again = contentsOf(join(dir, 'theirs-of-ours.db'));
    assert.deepEqual(again.versions, contentsOf(join(dir, 'ours.db')).versions.slice(0, again.versions.length));
    const before = contentsOf(theirs);
    const { versions, leases, compacted } = contentsOf(join(dir, 'ours.db'));
    assert.deepEqual(versions.slice(0, before.versions.length), before.versions);
    assert.deepEqual([leases.map(([id, ttl]) => [id, ttl]), compacted], [[['4711', 7_000]], 0]);
  },
  { skip: withoutEtcd },
);

story(
  'backup: with --bump-revision: no revision that anybody has seen comes again',
  async () => {
    assert.ok(kept, 'the cluster that was saved');
    const dataDir = join(dir, 'bumped');
    const { revision } = contentsOf(saved);
    await succeeds(['etcd', 'snapshot', 'restore', saved, '--data-dir', dataDir, '--bump-revision', '1000000']);
    const up = await started({ dataDir, nodes: 0 });
    const seen = revision + 500;
    const maps = '/api/v1/namespaces/default/configmaps';
    const watch = await up.call(`${maps}?watch=true&resourceVersion=${seen}&timeoutSeconds=1`);
    const events = watch.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      events.map(({ type, object }) => [type, object.code]),
      [['ERROR', 410]],
      watch.text,
    );
    const { json } = await up.call(`${maps}/map-7`, {
      method: 'PATCH',
      type: 'application/merge-patch+json',
      body: '{"data":{"a":"b"}}',
    });
    assert.ok(Number(json.metadata.resourceVersion) > revision + 1_000_000, json.metadata.resourceVersion);
    assert.equal((await up.stop()).code, 0);
  },
  { skip: without.kubectl() },
);

story(
  'backup: of a cluster on a broker: asked of its etcd',
  async () => {
    const broker = await startBroker();
    const cluster = new Cluster(broker, join(dir, 'joined'));
    const nats = ['--nats', broker.url];
    const file = join(dir, 'joined.db');
    await refused(['etcd', 'snapshot', 'save', file, ...nats], /no etcd of the cluster "orrery" is on the broker/);
    const etcd = cluster.start({ name: 'etcd', roles: 'etcd' });
    last = () => cluster.report();
    await etcd.line(/^ready/, 60_000);
    cluster.start({ name: 'apiserver', roles: 'apiserver' });
    const server = await eventually('an API server', () => cluster.server('apiserver'), { timeoutMs: 60_000 });
    const made = { metadata: { name: 'over-a-broker' } };
    await eventually('it takes writes', async () => {
      const { code } = await server.call('/api/v1/namespaces/default/configmaps', { body: made });
      return code === 201 || code === 409;
    });
    await succeeds(['etcd', 'snapshot', 'save', file, ...nats]);
    assert.ok(namesIn(contentsOf(file)).includes('over-a-broker'));
    await refused(
      ['etcd', 'snapshot', 'save', file, ...nats, '--cluster', 'nobody'],
      /no etcd of the cluster "nobody"/,
    );
    // Its directory is in use, and it has no local socket.
    const where = ['--data-dir', cluster.dataDir('etcd')];
    await refused(['etcd', 'snapshot', 'save', file, ...where], /in use by process \d+.*--nats/);
  },
  { skip: without.program('nats-server') },
);

story(
  'backup: restored onto a broker: its members serve the same objects; a log that is there already is refused',
  async () => {
    assert.ok(kept, 'the cluster that was saved');
    const broker = await startBroker({ jetstream: true });
    const cluster = new Cluster(broker, join(dir, 'members'));
    const restore = ['etcd', 'snapshot', 'restore', saved, '--nats', broker.url];
    const said = await succeeds(restore);
    assert.match(said, /^restored the log of cluster orrery on nats:\S+: revision \d+, \d+ keys/m);
    await refused(restore, /has an etcd log of the cluster "orrery" already: name another with --cluster/);
    await succeeds([...restore, '--cluster', 'second']);
    last = () => cluster.report();
    for (const name of ['etcd-a', 'etcd-b'])
      cluster.start({ name, roles: 'etcd', node: name, args: ['--etcd-log', 'jetstream'] });
    cluster.start({ name: 'apiserver', roles: 'apiserver' });
    const server = await eventually('an API server', () => cluster.server('apiserver'), { timeoutMs: 60_000 });
    const { json } = await eventually('it has the objects', async () => {
      const answer = await server.call('/api/v1/namespaces/default/configmaps/map-7');
      return answer.code === 200 && answer;
    });
    // kubectl has not shown it.
    delete json.metadata.managedFields;
    assert.deepEqual({ kind: 'ConfigMap', apiVersion: 'v1', ...json }, kept.objects.get('configmaps default/map-7'));
    const file = join(dir, 'members.db');
    await succeeds(['etcd', 'snapshot', 'save', file, '--nats', broker.url]);
    const mine = alive(contentsOf(saved)).filter((key) => key.startsWith('/registry/core/configmaps/default/'));
    assert.deepEqual(
      alive(contentsOf(file)).filter((key) => mine.includes(key)),
      mine,
    );
  },
  { skip: without.program('nats-server') || without.kubectl() },
);

story('backup: of a cluster that was killed: from its data directory, which stays as it is', async () => {
  const dataDir = join(dir, 'killed');
  const up = await started({ dataDir, nodes: 0 });
  assert.equal(await create(up, 'acknowledged'), 201);
  await up.killHard();
  const before = files(join(dataDir, 'etcd'));
  await succeeds(['etcd', 'snapshot', 'save', join(dir, 'killed.db'), '--data-dir', dataDir]);
  assert.ok(namesIn(contentsOf(join(dir, 'killed.db'))).includes('acknowledged'));
  assert.deepEqual(files(join(dataDir, 'etcd')), before);
});

story('backup: what cannot be done: one sentence that says why, exit 1, nothing left behind', async () => {
  const nowhere = join(dir, 'nowhere');
  const good = join(dir, 'killed.db');
  const bytes = readFileSync(good);
  const made = (name: string, content: Buffer | string): string => {
    writeFileSync(join(dir, name), content);
    return join(dir, name);
  };
  const flipped = Buffer.from(bytes);
  flipped[3 * 4096 + 8]! ^= 0x40;
  const restore = (file: string, ...more: string[]): readonly string[] => [
    ...['etcd', 'snapshot', 'restore', file, '--data-dir', nowhere],
    ...more,
  ];
  const broken = join(dir, 'broken');
  cpSync(join(dir, 'killed/etcd'), join(broken, 'etcd'), { recursive: true });
  const segment = join(broken, 'etcd', readdirSync(join(broken, 'etcd')).find((name) => name.endsWith('.log'))!);
  const log = readFileSync(segment);
  log[200]! ^= 1;
  writeFileSync(segment, log);
  const cases: readonly (readonly [args: readonly string[], said: RegExp])[] = [
    [
      ['etcd', 'snapshot', 'save', join(dir, 'x.db'), '--data-dir', nowhere],
      /no cluster runs on .*nowhere, and there is no etcd log/,
    ],
    [['etcd', 'snapshot', 'save', join(dir, 'x.db'), '--data-dir', broken], /etcd\/\d+\.log.* (byte|offset) \d+/],
    [
      ['etcd', 'snapshot', 'save', join(dir, 'no/such/x.db'), '--data-dir', join(dir, 'killed')],
      /cannot write .*no\/such/,
    ],
    [['etcd', 'snapshot', 'save', dir, '--data-dir', join(dir, 'killed')], /cannot write /],
    [['etcd', 'snapshot', 'status', nowhere], /cannot read .*nowhere: there is no such file/],
    [['etcd', 'snapshot', 'status', dir], /cannot read .*: it is no file/],
    [['etcd', 'snapshot', 'status', made('text', 'kind: List\n')], /text is no snapshot of etcd/],
    [['etcd', 'snapshot', 'status', made('empty', '')], /empty is no snapshot of etcd/],
    [
      restore(made('cut', bytes.subarray(0, 9_000))),
      /cut is damaged: it is cut off: it has \d+ pages of 4096 bytes and ends in page 2/,
    ],
    [restore(made('bare', bytes.subarray(0, -32))), /bare ends without its SHA-256: .* --skip-hash-check/],
    [
      restore(made('flipped', flipped)),
      /flipped is damaged: its SHA-256 is not the one that it was saved with: page 3: /,
    ],
    [restore(made('flipped', flipped), '--skip-hash-check'), /flipped is damaged: page 3: /],
    [['etcd', 'snapshot', 'restore', good], /say where to: --data-dir .* or --nats/],
    [restore(good, '--nats', 'nats://127.0.0.1:1'), /not both/],
    [restore(good, '--etcd-replicas', '3'), /give --nats too/],
    [
      ['etcd', 'snapshot', 'restore', good, '--nats', 'nats://127.0.0.1:1'],
      /onto the broker nats:\/\/127\.0\.0\.1:1: .*REFUSED/,
    ],
    [restore(good, '--bump-revision', 'many'), /it is a whole number/],
    [
      ['etcd', 'snapshot', 'restore', good, '--data-dir', join(dir, 'killed')],
      /killed has an etcd log already: name another/,
    ],
  ];
  for (const [args, said] of cases) await refused(args, said);
  assert.equal(existsSync(nowhere), false);
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.includes('.part')),
    [],
  );

  const dataDir = join(dir, 'running');
  const up = await started({ dataDir, nodes: 0 });
  await refused(['etcd', 'snapshot', 'restore', good, '--data-dir', dataDir], /in use by process \d+/);
  assert.equal((await up.call('/readyz')).code, 200);
  assert.equal((await up.stop()).code, 0);

  // Taken all the same when a person says so; a restore that broke off does not stand in the way.
  mkdirSync(join(nowhere, 'etcd.restoring'), { recursive: true });
  writeFileSync(join(nowhere, 'etcd.restoring/snapshot'), 'half');
  await succeeds(restore(join(dir, 'bare'), '--skip-hash-check'));
  assert.deepEqual(
    readdirSync(nowhere).filter((name) => name.startsWith('etcd.')),
    [],
  );
});

async function started(options: Parameters<typeof startUp>[0]): Promise<Up> {
  const up = await startUp(options);
  last = () => up.program.report();
  return up;
}
async function succeeds(args: readonly string[]): Promise<string> {
  const program = orrery(args);
  const ended = await program.ended;
  assert.deepEqual([ended.code, program.stderr], [0, ''], program.report());
  return program.stdout;
}
async function refused(args: readonly string[], said: RegExp): Promise<void> {
  const program = orrery(args);
  const ended = await program.ended;
  assert.equal(ended.code, 1, program.report());
  assert.match(program.stderr, said, program.report());
  assert.doesNotMatch(program.stderr, /\n\s+at /, 'no stack');
}
const etcdctl = async (...words: readonly string[]): Promise<Outcome> => {
  const outcome = await run('etcdctl', words, { env: { ETCDCTL_API: '3' } });
  assert.equal(outcome.code, 0, `etcdctl ${words.join(' ')}\n${outcome.stdout}${outcome.stderr}`);
  return outcome;
};
const create = async (up: Up, name: string): Promise<number> =>
  (await up.call('/api/v1/namespaces/default/configmaps', { body: { metadata: { name }, data: { name } } })).code;
async function atOnce(count: number, width: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) await work(i);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

function contentsOf(path: string): Contents {
  const pages = new FilePages(path);
  try {
    return decodeContents(pages).contents;
  } finally {
    pages.close();
  }
}
/** Keys that are there, in order. */
function alive({ versions }: Contents): readonly string[] {
  const there = new Set<string>();
  for (const { key, version } of versions) {
    if (version > 0) there.add(key);
    else there.delete(key);
  }
  return [...there].sort();
}
const namesIn = (contents: Contents): readonly string[] => alive(contents).map((key) => key.split('/').at(-1)!);
const files = (folder: string): readonly (readonly [string, string])[] =>
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'latin1')]);

type Objects = ReadonlyMap<string, object>;
/** Renewed, expired, or made anew from what runs. */
const FLEETING = /^(leases|events|endpoints|endpointslices)\b|\.metrics\.k8s\.io$/;
/** Their status is a part of them, so their revision and the annotations of controllers move on. */
const REPORTED = /^(nodes|pods|replicasets|deployments)\b/;
/** Every object of every kind, without what the cluster itself writes anew. */
async function objectsOf(kubectl: Kubectl): Promise<Objects> {
  const kinds = (await kubectl.run('api-resources --verbs=list -o name')).split('\n').filter((kind) => kind !== '');
  const found = new Map<string, object>();
  for (const kind of kinds) {
    if (FLEETING.test(kind)) continue;
    const { items } = await kubectl.json(`get ${kind} -A`);
    for (const object of items) {
      const { status, metadata, ...rest } = object;
      const { namespace = '', name, resourceVersion, annotations, ...identity } = metadata;
      found.set(`${kind} ${namespace}/${name}`, REPORTED.test(kind) ? { ...rest, metadata: identity } : object);
    }
  }
  return found;
}
