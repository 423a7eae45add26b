import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialTransition, transition } from 'xstate';
import type { Node, Taint } from '../../api/types/cluster.ts';
import { NOT_READY, silentConditions, taintPlan, UNREACHABLE } from './logic.ts';
import { type NodeEvent, nodeMachine } from './machine.ts';
import { evictionRate, Zones, zoneState } from './zones.ts';

const node = (ready: string | undefined, taints: readonly Taint[] = [], spec: object = {}): Node =>
  ({
    metadata: { name: 'n', creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: { taints, ...spec },
    status: { conditions: ready === undefined ? [] : [{ type: 'Ready', status: ready, lastHeartbeatTime: 'h' }] },
  }) as unknown as Node;
const show = (taints: readonly Taint[] | undefined): string | undefined =>
  taints?.map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`).join();
const plan = (one: Node, mayEvict = true, disrupted = false) => {
  const { taints, evictionDue } = taintPlan(one, mayEvict, disrupted, 0);
  return [show(taints), evictionDue];
};
const taint = (key: string, effect: Taint['effect']): Taint => ({ key, effect });

test('node lifecycle: taints: table', () => {
  const both = [taint(NOT_READY, 'NoSchedule'), taint(NOT_READY, 'NoExecute')];
  assert.deepEqual(plan(node('True')), [undefined, false]);
  assert.deepEqual(plan(node('True', both)), ['', false]);
  assert.deepEqual(plan(node('False')), ['not-ready:NoSchedule,not-ready:NoExecute', false]);
  assert.deepEqual(plan(node('Unknown'), false), ['unreachable:NoSchedule', true]);
  assert.deepEqual(plan(node('Unknown', both), false), ['unreachable:NoSchedule,unreachable:NoExecute', false]);
  assert.deepEqual(plan(node('Unknown', [taint(UNREACHABLE, 'NoSchedule')]), true, true), [undefined, false]);
  assert.deepEqual(
    plan(node('Unknown', [taint(UNREACHABLE, 'NoSchedule'), taint(UNREACHABLE, 'NoExecute')]), true, true),
    ['unreachable:NoSchedule', false],
  );
  assert.deepEqual(plan(node('True', [taint('gpu', 'NoSchedule')], { unschedulable: true })), [
    'gpu:NoSchedule,unschedulable:NoSchedule',
    false,
  ]);
  assert.deepEqual(plan(node(undefined, [taint(NOT_READY, 'NoSchedule')])), [undefined, false]);
});
test('node lifecycle: silent: conditions Unknown, once; never heard of: other words', () => {
  const [ready, memory] = silentConditions(node('True'), 0) ?? [];
  assert.deepEqual([ready?.status, ready?.reason, ready?.lastHeartbeatTime], ['Unknown', 'NodeStatusUnknown', 'h']);
  assert.equal(memory?.reason, 'NodeStatusNeverUpdated');
  const marked = node(undefined);
  const all = { ...marked, status: { conditions: silentConditions(marked, 0) ?? [] } };
  assert.equal(silentConditions(all, 1), undefined);
});
test('node lifecycle: zones: states and rates', () => {
  assert.deepEqual(
    [zoneState(0, 0), zoneState(0, 1), zoneState(1, 2), zoneState(2, 3), zoneState(9, 3)],
    ['Initial', 'FullDisruption', 'Normal', 'PartialDisruption', 'Normal'],
  );
  assert.deepEqual(
    [evictionRate('Normal', 3), evictionRate('PartialDisruption', 51), evictionRate('PartialDisruption', 50)],
    [0.1, 0.01, 0],
  );
});
test('node lifecycle: zones: one node every ten seconds; none while everything is down', () => {
  const zones = new Zones();
  zones.note('a', 'z', true, 0);
  zones.note('b', 'z', true, 0);
  zones.note('c', 'z', true, 0);
  zones.note('a', 'z', false, 0);
  zones.note('b', 'z', false, 0);
  assert.equal(zones.take('a', 0), 0);
  assert.equal(zones.take('b', 0), 10_000);
  assert.equal(zones.take('b', 10_000), 0);
  assert.deepEqual(zones.note('c', 'z', false, 10_000), ['a', 'b', 'c']);
  assert.ok(zones.disrupted);
  assert.equal(zones.take('c', 99_000), undefined);
  assert.deepEqual(zones.note('a', 'z', true, 100_000), ['b', 'c']);
  assert.ok(!zones.disrupted);
});

const judged = (ready: 'True' | 'none' | 'Unknown', ...events: readonly (NodeEvent | 'grace')[]): unknown => {
  let [state] = initialTransition(nodeMachine, { ready, startupMs: 60_000 });
  for (const event of events) {
    // biome-ignore lint/suspicious/noExplicitAny: the event of a delayed transition has no type of its own
    const next: any = event === 'grace' ? { type: 'xstate.after.grace.node.healthy.heard' } : event;
    [state] = transition(nodeMachine, state, next);
  }
  return typeof state.value === 'string' ? state.value : Object.keys(state.value)[0];
};
test('node machine: table', () => {
  const said = (ready: 'True' | 'False' | 'Unknown'): NodeEvent => ({ type: 'status.reported', ready });
  assert.equal(judged('none'), 'starting');
  assert.equal(judged('none', { type: 'lease.renewed' }), 'starting');
  assert.equal(judged('none', said('False')), 'notReady');
  assert.equal(judged('True'), 'healthy');
  assert.equal(judged('True', said('False'), said('True')), 'healthy');
  assert.equal(judged('True', 'grace'), 'unreachable');
  assert.equal(judged('True', 'grace', said('Unknown'), { type: 'lease.renewed' }), 'unreachable');
  assert.equal(judged('Unknown', said('True')), 'healthy');
});
