import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fail, ok } from '../../runtime/fault.ts';
import { World } from '../../runtime/sim/world.ts';
import { pause, runTask } from '../../runtime/task.ts';
import type { ObjectReference } from '../api/types/cluster.ts';
import { createRecorder } from './events.ts';
import type { Client, EventRecorder } from './protocol.ts';

/** A client that keeps what it was told. Each write takes 10 ms. */
function open() {
  const world = new World({ seed: 3 });
  const writes: string[] = [];
  let gone = false;
  const client = {
    *create(_: unknown, namespace: string, draft: { metadata: { name: string }; count: number; message: string }) {
      yield* pause(10);
      writes.push(`create ${namespace}/${draft.metadata.name.split('.')[0]} x${draft.count} ${draft.message}`);
      return ok(draft);
    },
    *patch(_: unknown, _namespace: string, _name: string, patch: { count: number }) {
      yield* pause(10);
      writes.push(`patch x${patch.count}`);
      return gone ? fail('NotFound', 'gone') : ok(patch);
    },
  } as unknown as Client;
  const { clock, random } = world;
  const recorder = createRecorder({
    client,
    clock,
    random,
    component: 'test',
    run: (task) =>
      void runTask(
        task,
        { bus: world.bus, clock },
        () => {},
        (error) => assert.fail(String(error)),
      ),
  });
  return {
    world,
    writes,
    recorder,
    forget: () => {
      gone = true;
    },
  };
}
const about = (name: string): ObjectReference => ({ kind: 'Pod', namespace: 'default', name, uid: `u-${name}` });
const say = (recorder: EventRecorder, name: string, message: string): void =>
  recorder.event(about(name), 'Normal', 'Tested', message);

test('events: the same again: counted, not repeated', () => {
  const { world, writes, recorder } = open();
  say(recorder, 'a', 'hello');
  world.advance(100);
  for (let i = 0; i < 3; i++) say(recorder, 'a', 'hello');
  world.advance(100);
  say(recorder, 'b', 'hello');
  world.advance(100);
  assert.deepEqual(writes, ['create default/a x1 hello', 'patch x2', 'patch x4', 'create default/b x1 hello']);
});
test('events: the stored one is gone: made anew', () => {
  const { world, writes, recorder, forget } = open();
  say(recorder, 'a', 'hello');
  world.advance(100);
  forget();
  say(recorder, 'a', 'hello');
  world.advance(100);
  assert.deepEqual(writes, ['create default/a x1 hello', 'patch x2', 'create default/a x2 hello']);
});
test('events: many alike: combined after ten', () => {
  const { world, writes, recorder } = open();
  for (let i = 0; i < 14; i++) say(recorder, 'a', `n${i}`);
  world.advance(1_000);
  assert.equal(writes.length, 11);
  assert.equal(writes.at(-1), 'create default/a x4 (combined from similar events): n13');
});
test('events: too many about one object: dropped until time has passed', () => {
  const { world, writes, recorder } = open();
  for (let i = 0; i < 40; i++) {
    say(recorder, 'a', 'again');
    world.advance(20);
  }
  assert.equal(writes.length, 25);
  world.advance(300_000);
  say(recorder, 'a', 'again');
  world.advance(20);
  assert.equal(writes.length, 26);
});
test('events: more waiting than there is room: dropped, nobody waits', () => {
  const { world, writes, recorder } = open();
  for (let i = 0; i < 1_500; i++) say(recorder, `p${i}`, 'hello');
  world.advance(60_000);
  assert.ok(writes.length >= 1_000 && writes.length <= 1_001, `${writes.length} written`);
});
