import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import { fail } from '../../runtime/fault.ts';
import { containerMachine } from './machine.ts';
import type { ContainerInput } from './parts.ts';
import type { ContainerEffect, ContainerEvent } from './protocol.ts';

// Goal: the chart alone. No actor, no clock, no bus: effects come back as data.
const input = (more: Partial<ContainerInput> = {}): ContainerInput => ({
  name: 'main',
  image: 'nginx',
  neverPull: false,
  policy: 'Always',
  podTitle: 'web_default(uid)',
  graceMs: 30_000,
  probes: [],
  hasHook: false,
  known: undefined,
  ...more,
});
type State = SnapshotFrom<typeof containerMachine>;
const after = (state: string, delay: string): ContainerEvent =>
  ({ type: `xstate.after.${delay}.container.${state}` }) as unknown as ContainerEvent;
/** The state after these, and what the last of them made it emit. */
function play(more: Partial<ContainerInput>, events: readonly ContainerEvent[]): [State, readonly ContainerEffect[]] {
  let [state, actions] = initialTransition(containerMachine, input(more));
  for (const event of events) [state, actions] = transition(containerMachine, state, event);
  return [state, emitted(actions)];
}
const emitted = (actions: readonly { type: string; params?: unknown }[]): readonly ContainerEffect[] =>
  actions
    .filter(({ type }) => type === 'xstate.emit')
    .map(({ params }) => (params as { event: ContainerEffect }).event);
const shown = (effects: readonly ContainerEffect[]) =>
  effects.flatMap((effect) => (effect.type === 'status.report' ? [effect.status] : [])).at(-1);
const pulled: ContainerEvent = { type: 'image.pulled', imageId: 'i', pulled: true, message: 'pulled' };
const started = (attempt = 0): ContainerEvent => ({ type: 'engine.started', id: `c${attempt}`, at: 1_000 });
const exited = (exitCode: number, attempt = 0): ContainerEvent => ({
  type: 'engine.exited',
  podUid: 'uid',
  name: 'main',
  attempt,
  id: `c${attempt}`,
  at: 2_000,
  exitCode,
  oomKilled: false,
  message: '',
});
const up: readonly ContainerEvent[] = [pulled, { type: 'config.resolved' }, started()];
const stop: ContainerEvent = { type: 'container.stop', graceMs: 5_000 };

test('container: started: running and ready, without probes', () => {
  const [state, effects] = play({}, up);
  assert.deepEqual(state.value, { running: 'ready' });
  assert.deepEqual([shown(effects)?.ready, shown(effects)?.containerID], [true, 'c0']);
});
test('container: startup and readiness probes: unstarted, unready, ready, unready', () => {
  const probes = ['startup', 'readiness', 'liveness'] as const;
  const passed = (probe: 'startup' | 'readiness'): ContainerEvent => ({ type: 'probe.passed', probe });
  const path = [...up, passed('startup'), passed('readiness'), { type: 'probe.failed', probe: 'readiness' }] as const;
  const states = path.map((_, i) => play({ probes }, path.slice(0, i + 1))[0].value).slice(2);
  assert.deepEqual(states, [
    { running: 'unstarted' },
    { running: 'unready' },
    { running: 'ready' },
    { running: 'unready' },
  ]);
});
test('container: first crash: restarted at once; second: CrashLoopBackOff with the run in lastState', () => {
  const [crashed, effects] = play({}, [...up, exited(1)]);
  assert.equal(crashed.value, 'crashed');
  assert.equal(shown(effects)?.state.terminated?.exitCode, 1);
  const again = [
    ...up,
    exited(1),
    after('crashed', 'crashShown'),
    pulled,
    { type: 'config.resolved' },
    started(1),
  ] as const;
  const [running] = play({}, again);
  assert.deepEqual([running.value, running.context.attempt], [{ running: 'ready' }, 1]);
  const [waiting, last] = play({}, [...again, exited(2, 1), after('crashed', 'crashShown')]);
  assert.equal(waiting.value, 'backoff');
  assert.equal(
    shown(last)?.state.waiting?.message,
    'back-off 10s restarting failed container=main pod=web_default(uid)',
  );
  assert.equal(shown(last)?.lastState.terminated?.exitCode, 2);
  assert.equal(shown(last)?.restartCount, 1);
});
test('container: exit told twice, or of an earlier run: once', () => {
  const [state] = play({}, [...up, exited(1), exited(1)]);
  assert.equal(state.context.crashes, 1);
  const [running] = play({}, [...up, exited(1), after('crashed', 'crashShown'), exited(1)]);
  assert.equal(running.value, 'pulling');
});
test('container: exit told before its start: not lost', () => {
  const [state] = play({ policy: 'Never' }, [pulled, { type: 'config.resolved' }, exited(0)]);
  assert.deepEqual([state.value, state.context.latest?.containerID], ['terminated', 'c0']);
});
test('container: policy Never: terminated', () => {
  const [state, effects] = play({ policy: 'Never' }, [...up, exited(0)]);
  assert.deepEqual([state.value, state.status], ['terminated', 'done']);
  assert.equal(shown(effects)?.state.terminated?.reason, 'Completed');
});
test('container: stopped while it runs: killed with the grace given, not restarted', () => {
  const [killing, effects] = play({}, [...up, stop]);
  assert.equal(killing.value, 'killing');
  assert.ok(effects.some((effect) => effect.type === 'engine.stop' && effect.graceMs === 5_000));
  assert.equal(play({}, [...up, stop, exited(137)])[0].value, 'terminated');
});
test('container: stopped before its start was answered: killed once it is', () => {
  const starting = [pulled, { type: 'config.resolved' }, stop] as const;
  assert.equal(play({}, starting)[0].value, 'startingToStop');
  assert.equal(play({}, [...starting, started()])[0].value, 'killing');
});
test('container: stopped with a preStop hook: hook first', () => {
  const hook = { hasHook: true };
  assert.equal(play(hook, [...up, stop])[0].value, 'hooking');
  assert.equal(play(hook, [...up, stop, { type: 'hook.ended' }])[0].value, 'killing');
});
test('container: liveness fails: killed, then restarted', () => {
  const failed: ContainerEvent = { type: 'probe.failed', probe: 'liveness' };
  const [state] = play({ probes: ['liveness'] }, [...up, failed, exited(137)]);
  assert.equal(state.value, 'crashed');
});
test('container: image refused: back-off; engine away: tried again without a word', () => {
  const refused = (reason: 'NotFound' | 'Unavailable'): ContainerEvent => ({
    type: 'image.refused',
    fault: fail(reason, 'no').fault,
  });
  const [state, effects] = play({}, [refused('NotFound')]);
  assert.equal(state.value, 'pullFailed');
  assert.equal(shown(effects)?.state.waiting?.reason, 'ErrImagePull');
  assert.equal(play({}, [refused('Unavailable')])[0].value, 'pullingLater');
  assert.equal(play({ neverPull: true }, [refused('Unavailable')])[0].value, 'unpullable');
});
test('container: cannot be started: as an exit of 128, ContainerCannotRun', () => {
  const refused: ContainerEvent = { type: 'engine.refused', fault: fail('Invalid', 'no such program').fault, at: 5 };
  const [state] = play({ policy: 'Never' }, [pulled, { type: 'config.resolved' }, refused]);
  const { latest } = state.context;
  assert.deepEqual([state.value, latest?.exitCode, latest?.reason], ['terminated', 128, 'ContainerCannotRun']);
});
test('container: taken up: running goes on; ended is restarted', () => {
  const known = { attempt: 3, id: 'c3', imageId: 'i', startedAt: 1, running: true };
  assert.deepEqual(play({ known }, [])[0].value, { running: 'ready' });
  const latest = { exitCode: 1 };
  const [state] = play({ known: { ...known, running: false, latest } }, []);
  assert.deepEqual([state.value, state.context.attempt], ['crashed', 3]);
});
