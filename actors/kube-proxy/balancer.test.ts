import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Balancer } from './balancer.ts';
import type { PortPlan } from './protocol.ts';
import { SimDataplane } from './sim-dataplane.ts';
import { ProxyTable } from './table.ts';

const plan = (ips: readonly string[], more: Partial<PortPlan> = {}): PortPlan => ({
  key: 'default/web:/TCP',
  protocol: 'TCP',
  listen: [{ ip: '10.96.0.9', port: 80, kind: 'service', local: false }],
  affinityMs: 0,
  backends: ips.map((ip) => ({ ip, port: 80, node: 'n1' })),
  localBackends: [],
  ...more,
});
const none: ReadonlySet<string> = new Set();

test('balancer: no affinity: everybody in turn, skipping whom this connection has tried', () => {
  const balancer = new Balancer(plan(['a', 'b', 'c']));
  const picks = Array.from({ length: 6 }, () => balancer.pick('x', false, 0, none)?.ip);
  assert.deepEqual(picks, ['a', 'b', 'c', 'a', 'b', 'c']);
  assert.equal(balancer.pick('x', false, 0, new Set(['a:80', 'b:80']))?.ip, 'c');
  assert.equal(balancer.pick('x', false, 0, new Set(['a:80', 'b:80', 'c:80'])), undefined);
  assert.equal(balancer.pick('x', true, 0, none), undefined);
});
test('balancer: affinity: a client stays until its time is up or its pod is gone', () => {
  const balancer = new Balancer(plan(['a', 'b'], { affinityMs: 1_000 }));
  assert.equal(balancer.pick('x', false, 0, none)?.ip, 'a');
  assert.equal(balancer.pick('y', false, 0, none)?.ip, 'b');
  assert.equal(balancer.pick('x', false, 900, none)?.ip, 'a');
  assert.equal(balancer.pick('x', false, 1_800, none)?.ip, 'a');
  balancer.update(plan(['b'], { affinityMs: 1_000 }));
  assert.equal(balancer.pick('x', false, 1_900, none)?.ip, 'b');
});
test('proxy table: a change: touches its own ports only; none touches nothing', () => {
  const calls: string[] = [];
  const table = new ProxyTable({
    set: ({ key }) => calls.push(`set ${key}`),
    remove: (key) => calls.push(`remove ${key}`),
  });
  const dns = plan(['a'], { key: 'default/web:dns/UDP', protocol: 'UDP' });
  table.apply('default/web', [plan(['a']), dns]);
  table.apply('default/web', [plan(['a']), dns]);
  table.apply('default/web', [plan(['a', 'b']), dns]);
  table.apply('default/web', [plan(['a', 'b'])]);
  table.apply('default/web', []);
  assert.deepEqual(calls, [
    'set default/web:/TCP',
    'set default/web:dns/UDP',
    'set default/web:/TCP',
    'remove default/web:dns/UDP',
    'remove default/web:/TCP',
  ]);
  assert.equal(table.size, 0);
});
test('sim dataplane: connect: who would get it, refused without endpoints', () => {
  const dataplane = new SimDataplane();
  const connect = (port = 80) => {
    const reply = dataplane.connect({ type: 'sim.connect', ip: '10.96.0.9', port, protocol: 'TCP', clientIp: 'x' }, 0);
    return reply.type === 'fault' ? reply.fault.reason : reply.backend.ip;
  };
  assert.equal(connect(), 'Unavailable');
  dataplane.set(plan(['a', 'b']));
  assert.deepEqual([connect(), connect(), connect(81)], ['a', 'b', 'Unavailable']);
  dataplane.set(plan([]));
  assert.equal(connect(), 'Unavailable');
  dataplane.remove('default/web:/TCP');
  assert.equal(connect(), 'Unavailable');
});
