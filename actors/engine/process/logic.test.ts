import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialTransition, transition } from 'xstate';
import { cleanPath, exitOf, innerPath, prelude, quote } from './logic.ts';
import { processEngineMachine } from './machine.ts';

test('exit code: above 128: killed by that signal', () => {
  assert.deepEqual(
    [exitOf(0), exitOf(3), exitOf(137)],
    [{ exitCode: 0 }, { exitCode: 3 }, { exitCode: 137, signal: 9 }],
  );
  assert.deepEqual(exitOf(255), { exitCode: 255 });
});
test('paths: cleaned; what leaves a mount is refused', () => {
  assert.equal(cleanPath('/a//b/./c/../d/'), '/a/b/d');
  assert.equal(cleanPath('/..'), '/');
  assert.equal(cleanPath('a'), undefined);
  assert.equal(innerPath('..data/token'), '..data/token');
  assert.equal(innerPath('a/../../b'), undefined);
  assert.equal(innerPath('/etc/passwd'), undefined);
});
test('prelude: mounts: outer before inner, quoted, none without mounts', () => {
  const mount = (target: string) => ({ source: '/s', target, isFile: false, readOnly: true });
  const lines = prelude("it's", [mount('/a/b'), mount('/a'), mount('/c d')]).split('\n');
  assert.equal(lines[0], `echo ${quote("it's")} 2>/dev/null >/proc/sys/kernel/hostname`);
  assert.equal(lines[1], "tops '/a' '/c d'");
  assert.deepEqual(
    lines.filter((line) => line.startsWith('place')).map((line) => line.split("' '")[1]),
    ["/a' d ro", "/c d' d ro", "/a/b' d ro"],
  );
  assert.doesNotMatch(prelude('x', []), /tops|place/);
});
test('process engine: recovering: requests wait; serving: they are answered, exits go to who attached', () => {
  const emitted = (actions: readonly { type: string; params: unknown }[]): unknown[] =>
    actions.filter(({ type }) => type === 'xstate.emit').map(({ params }) => (params as { event: unknown }).event);
  const exit = { type: 'engine.exited', podUid: 'u', name: 'n', attempt: 0, id: 'i', at: 1 } as const;
  const exited = { type: 'container.exited', exit: { ...exit, exitCode: 0, oomKilled: false, message: '' } } as const;
  let [state, actions] = initialTransition(processEngineMachine);
  assert.deepEqual(emitted(actions), [{ type: 'state.recover' }]);
  [state, actions] = transition(processEngineMachine, state, { type: 'request.received', ticket: 1 });
  assert.deepEqual(emitted(actions), []);
  [state, actions] = transition(processEngineMachine, state, { type: 'engine.recovered' });
  assert.deepEqual(emitted(actions), [{ type: 'request.answerWaiting' }]);
  [state, actions] = transition(processEngineMachine, state, exited);
  assert.deepEqual(emitted(actions), []);
  [state] = transition(processEngineMachine, state, { type: 'subscriber.attached', subscriber: 's' });
  [, actions] = transition(processEngineMachine, state, exited);
  assert.deepEqual(emitted(actions), [{ type: 'exit.announce', subscriber: 's', exit: exited.exit }]);
});
