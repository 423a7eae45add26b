//! etcdctl on several members, of which each serves etcd's API: one authority, any endpoint, leaders that move and die.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after } from 'node:test';
import { Etcdctl, environmentIn } from './etcdctl.ts';
import { orrery, scratch, startBroker, stopEverything } from './harness.ts';
import type { Program } from './program.ts';
import { type Story, stories } from './story.ts';
import { without } from './tools.ts';

const programs: Program[] = [];
const skip = without.program('nats-server') || without.program('etcdctl');
const story: Story = stories(() => programs.map((one) => one.report()).join('\n'), { skip });
after(stopEverything);

story('etcdctl: three members: any of them answers; the lead is moved; the leader ends, the others go on', async () => {
  const broker = await startBroker({ jetstream: true });
  const names = ['m1', 'm2', 'm3'];
  const started = names.map((name) => {
    const args = ['join', '--nats', broker.url, '--roles', 'etcd', '--node', name, '--etcd-log', 'jetstream'];
    return orrery([...args, '--etcd-port', '0', '--data-dir', join(scratch(), name)]);
  });
  programs.push(...started);
  const environments = await Promise.all(
    started.map(async (program) => environmentIn(await program.line(/export ETCDCTL_API=3/, 60_000))),
  );
  const endpoints = environments.map((one) => one['ETCDCTL_ENDPOINTS']!);
  // The certificates of any of them, for there is one authority.
  const at = (some: readonly string[], keys = 0): Etcdctl =>
    new Etcdctl({ ...environments[keys]!, ETCDCTL_ENDPOINTS: some.join(',') });
  const each = endpoints.map((endpoint, i) => at([endpoint], (i + 1) % endpoints.length));
  const all = at(endpoints);

  for (const [i, one] of each.entries()) await one.run(['put', `by/${i}`, names[i]!]);
  for (const one of each) assert.equal(await one.run(['get', 'by/', '--prefix', '--print-value-only']), 'm1\nm2\nm3\n');
  const { members } = await all.json(['member', 'list']);
  assert.deepEqual(members.map((one: { name: string }) => one.name).sort(), names);
  const hashes = await all.json(['endpoint', 'hashkv']);
  assert.equal(new Set(hashes.map((one: { HashKV: { hash: number } }) => one.HashKV.hash)).size, 1);

  /** Ids are above 2^53, so they are read as they are printed, in hex. */
  const statuses = async (asked: Etcdctl): Promise<readonly { endpoint: string; id: string; leads: boolean }[]> =>
    (await asked.run(['endpoint', 'status']))
      .trim()
      .split('\n')
      .map((line) => line.split(', '))
      .map(([endpoint, id, , , leads]) => ({ endpoint: endpoint!, id: id!, leads: leads === 'true' }));
  const before = await statuses(all);
  assert.equal(before.filter(({ leads }) => leads).length, 1, JSON.stringify(before));
  const next = before.find(({ leads }) => !leads)!;
  await all.run(['move-leader', next.id]);
  assert.equal((await statuses(all)).find(({ leads }) => leads)?.id, next.id);

  const watcher = at([endpoints.find((one) => one !== next.endpoint)!]);
  const watch = watcher.start(['watch', 'after', `--rev=${await watcher.revision()}`]);
  await watcher.run(['put', 'after', 'the move']);
  await watch.line(/the move/);
  await started[endpoints.indexOf(next.endpoint)]!.stop('SIGTERM');
  const left = endpoints.filter((one) => one !== next.endpoint);
  await at(left).run(['put', 'after', 'the end', '--command-timeout=30s']);
  await watch.until('told', () => (watch.stdout === 'PUT\nafter\nthe move\nPUT\nafter\nthe end\n' ? true : undefined));
  await watch.stop('SIGINT');
  for (const one of left) assert.equal(await at([one]).run(['get', 'after', '--print-value-only']), 'the end\n');
});
