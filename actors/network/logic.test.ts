import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFree, linkName, nodeAddresses, overlaps, planNetwork, routesOf, slotOfService, slots } from './logic.ts';

test('network: first slot: the ranges people know, nodes and pods inside them', () => {
  const plan = planNetwork('namespaces', slots()[0]!);
  assert.deepEqual([plan.clusterCidr, plan.serviceCidr, plan.bridge], ['10.244.0.0/16', '10.96.0.0/16', 'orrery244']);
  assert.deepEqual(nodeAddresses(plan, 'node-1', 1), {
    node: 'node-1',
    index: 1,
    nodeIp: '10.244.0.2',
    podCidr: '10.244.1.0/24',
  });
  assert.equal(planNetwork('loopback', 200).serviceCidr, '127.52.0.0/16');
});
test('network: any two slots: no range in common', () => {
  const ranges = slots().flatMap((slot) => [
    planNetwork('namespaces', slot).clusterCidr,
    planNetwork('namespaces', slot).serviceCidr,
  ]);
  assert.equal(new Set(ranges).size, 2 * slots().length);
});
test('network: the slot of a service address: that of its range', () => {
  for (const mode of ['namespaces', 'loopback'] as const)
    for (const slot of slots())
      assert.equal(slotOfService(planNetwork(mode, slot).serviceCidr.replace('0/16', '1')), slot);
  assert.deepEqual(['10.244.0.1', '10.0.0.1', 'None', ''].map(slotOfService), [
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});
test('network: link names: at most 15 bytes', () => {
  assert.equal(linkName(planNetwork('namespaces', 244), '10.244.253.254'), 'o244-253-254');
});
test('network: overlap: table', () => {
  const table = [
    ['10.244.0.0/16', '10.244.3.7', true],
    ['10.244.0.0/16', '10.0.0.0/8', true],
    ['10.244.0.0/16', '10.245.0.1/16', false],
    ['10.96.0.0/16', '192.168.0.0/24', false],
  ] as const;
  for (const [a, b, want] of table) assert.equal(overlaps(a, b), want, `${a} ${b}`);
});
test('network: machine routes: read from the kernel, the default route is nobody’s', () => {
  const header = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT';
  const text = [
    header,
    'eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'vpn0\t0000F40A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0',
  ].join('\n');
  assert.deepEqual(routesOf(text), ['10.244.0.0/16']);
  assert.equal(isFree(planNetwork('namespaces', 244), routesOf(text)), false);
  assert.equal(isFree(planNetwork('namespaces', 243), routesOf(text)), true);
});
