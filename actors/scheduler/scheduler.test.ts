import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../api/types/pod.ts';
import { container, node, pod } from './fixtures.ts';
import { Rig } from './rig.ts';
import type { Scheduler } from './scheduler.ts';

const start = (...nodes: string[]): Scheduler => {
  const { scheduler } = new Rig();
  for (const name of nodes) scheduler.nodeChanged({ type: 'added', object: node(name) }, 0);
  return scheduler;
};
const big = (name: string, spec: Partial<Pod['spec']> = {}): Pod =>
  pod(name, { containers: [container({ cpu: '3' })], ...spec });
const add = (scheduler: Scheduler, object: Pod, now = 0) => scheduler.podChanged({ type: 'added', object }, now);

test('scheduler: an assumed pod takes its room before the binding is through', () => {
  const scheduler = start('n');
  add(scheduler, big('a'));
  add(scheduler, big('b'));
  assert.equal(scheduler.cycle(0)?.type, 'assigned');
  assert.equal(scheduler.cycle(0)?.type, 'refused');
});
test('scheduler: binding failed: the room is free again and the pod comes back after its back-off', () => {
  const scheduler = start('n');
  add(scheduler, big('a'));
  const decision = scheduler.cycle(0);
  assert(decision?.type === 'assigned');
  scheduler.unbound(decision, true, 0);
  assert.equal(scheduler.cluster.table.podCount, 0);
  assert.equal(scheduler.cycle(500), undefined);
  assert.equal(scheduler.cycle(1_000)?.type, 'assigned');
});
test('scheduler: binding conflict: another scheduler was faster, its word counts', () => {
  const scheduler = start('n', 'm');
  add(scheduler, big('a'));
  const decision = scheduler.cycle(0);
  assert(decision?.type === 'assigned');
  const elsewhere = decision.node === 'n' ? 'm' : 'n';
  scheduler.podChanged({ type: 'modified', old: big('a'), object: big('a', { nodeName: elsewhere }) }, 1);
  scheduler.unbound(decision, false, 2);
  assert.equal(scheduler.cluster.table.get(elsewhere)?.pods.size, 1);
  assert.equal(scheduler.cluster.table.get(decision.node)?.pods.size, 0);
});
test('scheduler: a pod ends: who waits for its room is tried again', () => {
  const scheduler = start('n');
  const running = big('a', { nodeName: 'n' });
  add(scheduler, running);
  add(scheduler, big('b'));
  assert.equal(scheduler.cycle(0)?.type, 'refused');
  scheduler.podChanged(
    { type: 'modified', old: running, object: { ...running, status: { phase: 'Succeeded' } } },
    2_000,
  );
  assert.equal(scheduler.cycle(2_000)?.type, 'assigned');
});
test('scheduler: node changes: a heartbeat wakes nobody, an untaint does', () => {
  const scheduler = start();
  const tainted = node('n', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } });
  scheduler.nodeChanged({ type: 'added', object: tainted }, 0);
  add(scheduler, pod('a'));
  assert.equal(scheduler.cycle(0)?.type, 'refused');
  const beat = { ...tainted, status: { ...tainted.status, conditions: [] } };
  scheduler.nodeChanged({ type: 'modified', old: tainted, object: beat }, 5_000);
  assert.equal(scheduler.cycle(5_000), undefined);
  scheduler.nodeChanged({ type: 'modified', old: beat, object: node('n') }, 6_000);
  assert.equal(scheduler.cycle(6_000)?.type, 'assigned');
});
test('scheduler: not its own: gated, of another scheduler, terminating, bound', () => {
  const scheduler = start('n');
  add(scheduler, pod('gated', { schedulingGates: [{ name: 'g' }] }));
  add(scheduler, pod('foreign', { schedulerName: 'mine' }));
  add(scheduler, pod('leaving', {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }));
  add(scheduler, pod('bound', { nodeName: 'n' }));
  assert.equal(scheduler.cycle(0), undefined);
  scheduler.podChanged({ type: 'modified', old: pod('gated'), object: pod('gated') }, 1);
  assert.equal(scheduler.cycle(1)?.type, 'assigned');
});
test('scheduler: its own word on a status: the pod is not tried again for it', () => {
  const scheduler = start();
  add(scheduler, pod('a'));
  assert.equal(scheduler.cycle(0)?.type, 'refused');
  const told: Pod = {
    ...pod('a'),
    status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False' }] },
  };
  scheduler.podChanged({ type: 'modified', old: pod('a'), object: told }, 2_000);
  assert.equal(scheduler.cycle(2_000), undefined);
  scheduler.nodeChanged({ type: 'added', object: node('n') }, 3_000);
  assert.equal(scheduler.cycle(3_000)?.type, 'assigned');
});
test('scheduler: a pod that was nominated goes: who was kept out for it is tried again', () => {
  const rig = new Rig().node(node('n'));
  const nominated = { ...big('high', { priority: 10 }), status: { phase: 'Pending', nominatedNodeName: 'n' } } as Pod;
  rig.pod({ ...nominated, spec: { ...nominated.spec, nodeSelector: { none: 'here' } } });
  assert.equal(rig.cycle()?.type, 'refused');
  rig.cluster.nominations.set(rig.scheduler.queue.get('default/high')!.facts, 'n');
  rig.pod(big('low'));
  assert.equal(rig.cycle()?.type, 'refused');
  rig.gone(nominated);
  assert.equal(rig.cycle()?.type, 'assigned');
});
