//! etcdctl on a cluster: what lasts (watches, locks, elections, keep-alives), backups, who gets in, and how it ends.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { type Environment, Etcdctl, environmentIn } from './etcdctl.ts';
import { orrery, scratch, startUp, stopEverything, type Up } from './harness.ts';
import type { Program } from './program.ts';
import { type Story, stories } from './story.ts';
import { without } from './tools.ts';

const skip = without.program('etcdctl');
const story: Story = stories(() => up?.program.report() ?? '', { skip });

let up: Up;
let environment: Environment;
let etcdctl: Etcdctl;
const start = async (args: readonly string[] = ['--etcd-port', '0']): Promise<Up> =>
  startUp({ nodes: 0, engine: 'simulated', args });
const environmentOf = async (one: Up): Promise<Environment> =>
  environmentIn(await one.program.line(/export ETCDCTL_API=3/));

before(async () => {
  if (skip) return;
  up = await start();
  environment = await environmentOf(up);
  etcdctl = new Etcdctl(environment);
});
after(stopEverything);

const printed = (program: Program, text: string): Promise<true> =>
  program.until(JSON.stringify(text), () => (program.stdout.includes(text) ? true : undefined));

story('etcdctl: a watch of a prefix from a revision, with what was before: history, then what comes', async () => {
  // The cluster writes too: what comes after it may be later by more than one.
  const since = (await etcdctl.json(['put', 'w/a', 'first'])).header.revision;
  await etcdctl.run(['put', 'w/a', 'second']);
  const watch = etcdctl.start(['watch', 'w/', '--prefix', '--prev-kv', `--rev=${since}`]);
  await printed(watch, 'PUT\nw/a\nfirst\nPUT\nw/a\nfirst\nw/a\nsecond\n');
  await etcdctl.run(['put', 'w/b', 'other']);
  await etcdctl.run(['put', 'elsewhere', 'unseen']);
  await etcdctl.run(['del', 'w/', '--prefix']);
  await printed(watch, 'PUT\nw/b\nother\nDELETE\nw/a\nsecond\nw/a\n\nDELETE\nw/b\nother\nw/b\n\n');
  assert.doesNotMatch(watch.stdout, /unseen/);
  await watch.stop('SIGINT');
});

story('etcdctl: watches typed one after another, with progress: all on one stream', async () => {
  const watch = etcdctl.start(['watch', '-i']);
  const type = (line: string): boolean => watch.child.stdin.write(`${line}\n`);
  const since = await etcdctl.revision();
  type(`watch i/a --rev=${since}`);
  type(`watch i/b --prefix --rev=${since}`);
  await etcdctl.run(['put', 'i/a', '1']);
  await printed(watch, 'PUT\ni/a\n1\n');
  await etcdctl.run(['put', 'i/b/c', '2']);
  await printed(watch, 'PUT\ni/b/c\n2\n');
  type('progress');
  const [, told] = /progress notify: (\d+)/.exec(await watch.line(/progress notify/))!;
  assert.ok(Number(told) > since, `${told} after ${since}`);
  await watch.stop('SIGINT');
});

story('etcdctl: a lease that is kept alive: it lives; revoked: its keys go', async () => {
  const [, lease] = /lease (\w+) granted with TTL\(2s\)/.exec(await etcdctl.run(['lease', 'grant', '2']))!;
  await etcdctl.run(['put', 'leased', 'x', `--lease=${lease}`]);
  const kept = etcdctl.start(['lease', 'keep-alive', lease!]);
  // Two seconds are over after three of its renewals, of which each comes after a third of them.
  await kept.until('renewed five times', () => (kept.lines.length >= 5 ? true : undefined));
  assert.equal(await etcdctl.run(['get', 'leased', '--print-value-only']), 'x\n');
  assert.match(await etcdctl.run(['lease', 'timetolive', lease!, '--keys']), /remaining\([012]s\).*\[leased\]/);
  assert.match(await etcdctl.run(['lease', 'list']), new RegExp(lease!));
  const watch = etcdctl.start(['watch', 'leased']);
  await etcdctl.run(['lease', 'revoke', lease!]);
  await kept.ended;
  assert.equal(await etcdctl.run(['get', 'leased']), '');
  await watch.stop('SIGINT');
});

story('etcdctl: a lease that nobody keeps alive: it ends, and a watch hears of its key', async () => {
  const [, lease] = /lease (\w+) granted/.exec(await etcdctl.run(['lease', 'grant', '1']))!;
  await etcdctl.run(['put', 'fleeting', 'x', `--lease=${lease}`]);
  const since = await etcdctl.revision();
  const watch = etcdctl.start(['watch', 'fleeting', `--rev=${since}`]);
  await printed(watch, 'DELETE\nfleeting\n');
  assert.match(await etcdctl.run(['lease', 'timetolive', lease!]), /already expired/);
  await watch.stop('SIGINT');
});

story('etcdctl: two locks of one name: the second waits for the first', async () => {
  const first = etcdctl.start(['lock', 'mutex']);
  await printed(first, 'mutex/');
  const second = etcdctl.start(['lock', 'mutex']);
  const waiting = async (): Promise<number> => (await etcdctl.json(['get', 'mutex/', '--prefix'])).count;
  while ((await waiting()) < 2) assert.equal(second.over, undefined);
  assert.equal(second.stdout, '');
  await first.stop('SIGINT');
  await printed(second, 'mutex/');
  await second.stop('SIGINT');
  assert.equal(await etcdctl.run(['lock', 'mutex', 'echo', 'held']), 'held\n');
});

story('etcdctl: two candidates: one leads, the other when it has gone; who listens hears both', async () => {
  const first = etcdctl.start(['elect', 'throne', 'anna']);
  await printed(first, 'anna');
  const listener = etcdctl.start(['elect', '-l', 'throne']);
  await printed(listener, 'anna');
  const second = etcdctl.start(['elect', 'throne', 'berta']);
  const candidates = async (): Promise<number> => (await etcdctl.json(['get', 'throne/', '--prefix'])).count;
  while ((await candidates()) < 2) assert.equal(second.over, undefined);
  assert.equal(second.stdout, '');
  await first.stop('SIGINT');
  await printed(second, 'berta');
  await printed(listener, 'berta');
  await second.stop('SIGINT');
  await listener.stop('SIGINT');
});

story('etcdctl: endpoint status, health and hashkv, member list, in tables: one leading member', async () => {
  const [status] = await etcdctl.json(['endpoint', 'status']);
  const { leader, dbSize, raftIndex, header } = status.Status;
  assert.equal(leader, header.member_id);
  assert.ok(dbSize > 0 && raftIndex > 0, JSON.stringify(status));
  assert.match(await etcdctl.run(['endpoint', 'status', '-w', 'table']), /\| +true \|/);
  assert.match(await etcdctl.run(['endpoint', 'health', '-w', 'table']), /\| +true \|/);
  assert.match(await etcdctl.run(['endpoint', 'hashkv', '-w', 'table']), /\| +\d{3,} \|/);
  const list = await etcdctl.run(['member', 'list', '-w', 'table']);
  assert.ok(list.includes(environment['ETCDCTL_ENDPOINTS']!), list);
  assert.match(await etcdctl.run(['endpoint', 'status', '--cluster']), /https:\/\//);
  const added = await etcdctl.try(['member', 'add', 'more', '--peer-urls', 'http://127.0.0.1:1']);
  assert.match(added.stderr, /members are added by starting them: orrery join --roles etcd/);
  assert.notEqual((await etcdctl.run(['get', 'none', '-w', 'protobuf'])).length, 0);
});

story('etcdctl: a snapshot: a file that etcdctl takes for one of etcd’s, with every key', async () => {
  await etcdctl.run(['put', 'saved', 'yes']);
  const file = join(scratch(), 'snapshot.db');
  await etcdctl.run(['snapshot', 'save', file]);
  const { revision, totalKey } = await etcdctl.json(['snapshot', 'status', file]);
  assert.ok(revision > 1 && totalKey > 1, `${revision}, ${totalKey}`);
  assert.ok(readFileSync(file).includes('saved'));
});

story(
  'etcdctl: the cluster’s own state under /registry/: seen; a ConfigMap deleted there: kubectl sees it go',
  async () => {
    const kubectl = up.kubectl();
    await kubectl.run('create configmap settings --from-literal=color=blue');
    const key = '/registry/core/configmaps/default/settings';
    const keys = await etcdctl.run(['get', '/registry', '--prefix', '--keys-only']);
    assert.ok(keys.split('\n').includes(key), keys);
    const watch = kubectl.start('get configmaps settings --watch --output-watch-events');
    await watch.line(/ADDED.*settings/);
    assert.equal(await etcdctl.run(['del', key]), '1\n');
    await watch.line(/DELETED.*settings/);
    await watch.stop('SIGINT');
    assert.match(await kubectl.fails('get configmap settings'), /not found/);
  },
  { skip: skip || without.kubectl() },
);

story('etcdctl: no certificate, one of the cluster’s API, or plain text: refused', async () => {
  const { ETCDCTL_CERT: cert, ETCDCTL_KEY: key, ...rest } = environment;
  const ask = (env: Environment): ReturnType<Etcdctl['try']> =>
    new Etcdctl(env).try(['get', 'a', '--dial-timeout=3s', '--command-timeout=3s']);
  assert.equal((await ask({ ...rest, ETCDCTL_CERT: cert!, ETCDCTL_KEY: key! })).code, 0);
  assert.notEqual((await ask(rest)).code, 0);
  const pki = join(up.dataDir, 'pki');
  const admin = { ETCDCTL_CERT: join(pki, 'admin.crt'), ETCDCTL_KEY: join(pki, 'admin.key') };
  assert.notEqual((await ask({ ...rest, ...admin })).code, 0);
  const plain = environment['ETCDCTL_ENDPOINTS']!.replace('https', 'http');
  assert.notEqual((await ask({ ETCDCTL_ENDPOINTS: plain })).code, 0);
  for (const name of ['ca.crt', 'server.crt', 'server.key', 'client.crt', 'client.key'])
    assert.equal(statSync(join(pki, 'etcd', name)).mode & 0o777, 0o600, name);
});

story('etcdctl: SIGTERM while watches and locks last: their streams end, exit 0', async () => {
  const one = await start();
  const own = new Etcdctl(await environmentOf(one));
  await own.run(['put', 'a', '1']);
  const watch = own.start(['watch', 'a', '--rev=1']);
  await printed(watch, 'PUT\na\n1\n');
  const lock = own.start(['lock', 'held']);
  await printed(lock, 'held/');
  assert.deepEqual(await one.program.stop(), { code: 0, signal: null }, one.program.report());
  await Promise.all([watch.stop('SIGKILL'), lock.stop('SIGKILL')]);
});

story('etcdctl: --etcd-insecure: plain text on the loopback; a restart keeps what was written', async () => {
  const dataDir = join(scratch(), 'data');
  const args = ['--etcd-port', '0', '--etcd-insecure'];
  const first = await startUp({ nodes: 0, engine: 'simulated', dataDir, args });
  const env = await environmentOf(first);
  assert.match(env['ETCDCTL_ENDPOINTS']!, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.equal(env['ETCDCTL_CERT'], undefined);
  await new Etcdctl(env).run(['put', 'kept', 'yes']);
  await first.killHard();
  const second = await startUp({ nodes: 0, engine: 'simulated', dataDir, args });
  const again = new Etcdctl(await environmentOf(second));
  assert.equal(await again.run(['get', 'kept', '--print-value-only']), 'yes\n');
  await second.stop();
});

story('etcdctl: a taken port, --etcd-insecure alone: one sentence, exit 1', async () => {
  const blocker = createServer();
  await new Promise<void>((done) => blocker.listen(0, () => done()));
  const { port } = blocker.address() as { port: number };
  const args = ['up', '--nodes', '0', '--port', '0', '--engine', 'simulated', '--data-dir'];
  const taken = orrery([...args, join(scratch(), 'data'), '--etcd-port', `${port}`]);
  assert.equal((await taken.ended).code, 1);
  assert.equal(
    taken.stderr,
    `orrery: port ${port} is taken by another program: stop it, or use --etcd-port 0 for any free one\n`,
  );
  blocker.close();
  const alone = orrery([...args, join(scratch(), 'data'), '--etcd-insecure']);
  assert.equal((await alone.ended).code, 1);
  assert.equal(alone.stderr, 'orrery: --etcd-insecure is about --etcd-port: give both, or none\n');
});
