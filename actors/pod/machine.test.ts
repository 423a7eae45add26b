import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialTransition, transition } from 'xstate';
import { fail } from '../../runtime/fault.ts';
import { podMachine } from './machine.ts';
import type { PodInput } from './parts.ts';
import type { PodEvent, Progress } from './protocol.ts';

const input: PodInput = { over: false, deleting: false, held: false, graceMs: 30_000 };
const progress = (stage: Progress['stage'], ...begin: string[]): PodEvent => ({
  type: 'containers.changed',
  progress: { stage, begin },
});
const changed = (deleting: boolean, graceMs = 30_000): PodEvent => ({ type: 'pod.changed', deleting, graceMs });
function play(more: Partial<PodInput>, events: readonly PodEvent[]): readonly [value: unknown, emitted: string] {
  let [state, actions] = initialTransition(podMachine, { ...input, ...more });
  for (const event of events) [state, actions] = transition(podMachine, state, event);
  const emitted = (actions as readonly { type: string; params?: unknown }[])
    .filter(({ type }) => type === 'xstate.emit')
    .map(({ params }) => (params as { event: { type: string } }).event.type);
  return [state.value, emitted.join(' ')];
}
const up: readonly PodEvent[] = [
  { type: 'volumes.mounted' },
  { type: 'sandbox.running', ip: '10.1.1.1' },
  progress('running', 'main'),
];
const settled: PodEvent = { type: 'status.settled' };
const removed: PodEvent = { type: 'sandbox.removed' };

test('pod: from admission to running', () => {
  assert.deepEqual(play({}, []), [{ active: 'mounting' }, 'status.compute volumes.mount']);
  assert.deepEqual(play({}, up.slice(0, 1)), [{ active: 'creating' }, 'sandbox.run']);
  assert.deepEqual(play({}, up.slice(0, 2)), [{ active: 'initializing' }, 'containers.survey']);
  assert.deepEqual(play({}, up), [{ active: 'running' }, 'containers.begin status.compute']);
});
test('pod: its sandbox there already: taken up before anything is asked', () => {
  assert.deepEqual(play({ held: true }, []), [{ active: 'initializing' }, 'containers.survey']);
});
test('pod: deleted: stopped, concluded, its sandbox removed, then its object', () => {
  const path = [...up, changed(true), progress('idle'), settled, removed, { type: 'object.deleted' }] as const;
  const states = path.map((_, i) => play({}, path.slice(0, i + 1))[0]).slice(3);
  assert.deepEqual(states, ['stopping', 'concluding', 'removing', 'deleting', 'deleted']);
  assert.equal(play({}, [...path, { type: 'pod.vanished' }])[0], 'gone');
});
test('pod: deleted, told again: only less grace is news', () => {
  const stopping = [...up, changed(true)];
  assert.equal(play({}, [...stopping, changed(true)])[1], '');
  assert.equal(play({}, [...stopping, changed(true, 1_000)])[1], 'containers.stop');
});
test('pod: vanished: stopped and removed, nothing written', () => {
  const path = [...up, { type: 'pod.vanished' }, progress('idle'), removed] as const;
  assert.equal(play({}, path.slice(0, 5))[0], 'removing');
  assert.equal(play({}, path)[0], 'gone');
});
test('pod: the node stops: nothing is written while its containers end', () => {
  const halting = [...up, { type: 'pod.halt', graceMs: 1 }] as const;
  assert.equal(play({}, [...halting, progress('over')])[1], '');
  assert.equal(play({}, [...halting, progress('idle'), removed])[0], 'gone');
});
test('pod: all its containers are over: finished, kept until it is deleted', () => {
  const path = [...up, progress('over'), progress('idle'), settled] as const;
  assert.equal(play({}, path)[0], 'finished');
  assert.equal(play({}, [...path, changed(true)])[0], 'removing');
});
test('pod: refused by its node: finished at once', () => {
  assert.deepEqual(play({ over: true }, []), ['finished', 'status.conclude']);
});
test('pod: sandbox lost: its containers are forgotten, a new one made', () => {
  const [value, emitted] = play({}, [...up, { type: 'sandbox.lost' }]);
  assert.deepEqual([value, emitted], [{ active: 'mounting' }, 'containers.forget status.compute volumes.mount']);
});
test('pod: object kept: gone already is as good, else tried again', () => {
  const deleting = [...up, changed(true), progress('idle'), settled, removed] as const;
  const kept = (reason: 'NotFound' | 'Unavailable'): PodEvent => ({
    type: 'object.kept',
    fault: fail(reason, '').fault,
  });
  assert.equal(play({}, [...deleting, kept('NotFound')])[0], 'deleted');
  assert.equal(play({}, [...deleting, kept('Unavailable')])[0], 'deletingLater');
});
