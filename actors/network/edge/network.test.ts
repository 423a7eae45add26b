import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Result } from '../../../runtime/fault.ts';
import { slots } from '../logic.ts';
import type { ClusterNetwork } from '../protocol.ts';
import { detectNetwork, type NetworkOptions, openNetwork } from './open.ts';

const scratch = mkdtempSync(join(tmpdir(), 'orrery-network-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const value = <T>(run: (done: (result: Result<T>) => void) => void): Promise<T> =>
  new Promise((resolve, reject) =>
    run((result) => (result.ok ? resolve(result.value) : reject(new Error(result.fault.message)))),
  );
const open = (options: Partial<NetworkOptions> & { readonly key: string }): Promise<ClusterNetwork> =>
  value((done) => openNetwork({ mode: 'loopback', registry: join(scratch, 'slots'), ...options }, done));
// In the machine's own registry: another cluster may be starting on this machine right now.
const openSpaces = (key: string): Promise<ClusterNetwork> =>
  value((done) => openNetwork({ key: `${key} ${scratch}`, home: scratch, mode: 'namespaces' }, done));
const closed = (network: ClusterNetwork): Promise<void> => new Promise((resolve) => network.close(resolve));

test('network: two clusters on one machine: different ranges; the same cluster again: the same', async () => {
  const [a, b, again] = [await open({ key: 'a' }), await open({ key: 'b' }), await open({ key: 'a' })];
  assert.notEqual(a.plan.slot, b.plan.slot);
  assert.deepEqual(again.plan, a.plan);
  await closed(a);
  assert.deepEqual((await open({ key: 'a' })).plan, a.plan);
});
test('network: nodes by name: each its own address, the same each time', async () => {
  const network = await open({ key: 'nodes' });
  const one = await value(network.node.bind(network, 'node-1'));
  const two = await value(network.node.bind(network, 'node-2'));
  const again = await value(network.node.bind(network, 'node-1'));
  assert.notEqual(one.addresses.nodeIp, two.addresses.nodeIp);
  assert.notEqual(one.addresses.podCidr, two.addresses.podCidr);
  assert.deepEqual(again.addresses, one.addresses);
});
test('network: home of a dead cluster gone: its range is free again', async () => {
  const home = mkdtempSync(join(tmpdir(), 'orrery-home-'));
  const registry = join(scratch, 'void');
  const dead = await open({ key: 'dead', home, registry });
  await closed(dead);
  assert.notEqual((await open({ key: 'next', registry })).plan.slot, dead.plan.slot);
  rmSync(home, { recursive: true });
  await open({ key: 'third', registry });
  assert.equal((await open({ key: 'fourth', registry })).plan.slot, dead.plan.slot);
});

test('network: a slot asked for: taken when it is free or its cluster is dead, never from one that runs', async () => {
  const registry = join(scratch, 'wished');
  const first = await open({ key: 'first', registry });
  const { slot } = first.plan;
  assert.notEqual((await open({ key: 'hasty', registry, slot })).plan.slot, slot);
  await closed(first);
  assert.equal((await open({ key: 'restored', registry, slot })).plan.slot, slot);
  assert.notEqual((await open({ key: 'first', registry })).plan.slot, slot);
  assert.equal((await open({ key: 'another', registry, slot: 200 })).plan.slot, 200);
  assert.equal((await open({ key: 'restored', registry, slot: 180 })).plan.slot, slot, 'it has one already');
});

test('network: all ranges reserved by dead clusters: the range of one is given on', async () => {
  const registry = join(scratch, 'full');
  const keys = Array.from({ length: slots().length }, (_, i) => `dead-${i}`);
  for (const key of keys) await closed(await open({ key, registry }));
  const plan = (await open({ key: 'one-more', registry })).plan;
  assert.equal(slots().includes(plan.slot), true);
});

const allowed = detectNetwork();
const skip = allowed.mode === 'namespaces' ? false : `needs network namespaces: ${allowed.missing}`;
const links = (): string => spawnSync('ip', ['-o', 'link'], { encoding: 'utf8' }).stdout;
const spaces = (prefix: string): readonly string[] =>
  readdirSync('/run/netns').filter((name) => name.startsWith(prefix));

test('network: namespaces: a pod is reached and reaches its node; nothing is left at the end', { skip }, async () => {
  const network = await openSpaces('spaces');
  const bridge = network.plan.bridge!;
  try {
    const node = await value(network.node.bind(network, 'node-1'));
    const pod = await value(node.join.bind(node, 'uid-1'));
    assert.deepEqual(await value(node.join.bind(node, 'uid-1')), pod);
    const inside = (...command: string[]) =>
      spawnSync('nsenter', [`--net=${pod.netns}`, ...command], { encoding: 'utf8' });
    assert.match(inside('ip', '-o', 'addr').stdout, new RegExp(`eth0.* ${pod.ip}/16`));
    assert.match(inside('ip', 'route', 'get', node.addresses.nodeIp).stdout, /dev eth0/);
    await value(node.serve.bind(node, network.plan.serviceCidr.replace('0.0/16', '0.10')));
    assert.match(spawnSync('ip', ['-o', 'addr', 'show', 'dev', bridge], { encoding: 'utf8' }).stdout, /\.0\.10\/32/);
    await value(node.leave.bind(node, 'uid-1'));
    assert.deepEqual(spaces(`${bridge}-`), []);
  } finally {
    await closed(network);
  }
  assert.doesNotMatch(links(), new RegExp(`${bridge}[:@]`));
  const routes = spawnSync('ip', ['route'], { encoding: 'utf8' }).stdout;
  assert.equal(routes.includes(network.plan.serviceCidr), false);
});
test('network: namespaces: after a crash only adopted pods stay', { skip }, async () => {
  const network = await openSpaces('crash');
  try {
    const before = await value(network.node.bind(network, 'node-1'));
    const kept = await value(before.join.bind(before, 'kept'));
    await value(before.join.bind(before, 'lost'));
    const node = await value(network.node.bind(network, 'node-1'));
    await value(node.adopt.bind(node, [{ podUid: 'kept', ip: kept.ip }]));
    assert.deepEqual(spaces(`${network.plan.bridge}-`), [kept.netns?.split('/').at(-1)]);
    assert.deepEqual(await value(node.join.bind(node, 'kept')), kept);
  } finally {
    await closed(network);
  }
  assert.deepEqual(spaces(`${network.plan.bridge}-`), []);
});
