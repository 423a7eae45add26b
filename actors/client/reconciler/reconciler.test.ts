import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initialTransition, transition } from 'xstate';
import { address } from '../../../runtime/address.ts';
import { fail } from '../../../runtime/fault.ts';
import type { Ended } from '../../../runtime/host.ts';
import { World } from '../../../runtime/sim/world.ts';
import { pause, type Task } from '../../../runtime/task.ts';
import type { Controller, ControllerIo, Outcome } from '../protocol.ts';
import { startController } from './index.ts';
import { reconcilerMachine } from './machine.ts';
import type { ReconcilerEvent } from './protocol.ts';

const USER = { name: 'test', groups: [] };
/** A controller without watches, that says what it does when. */
function play(reconcile: (key: string, io: ControllerIo) => Task<Outcome>, keys: readonly string[], workers = 2) {
  const world = new World({ seed: 4 });
  const host = world.host('h');
  const from = world.clock.now();
  const told: string[] = [];
  const ends: Ended[] = [];
  let io!: ControllerIo;
  host.onEnded((_, ended) => ends.push(ended));
  const controller: Controller = {
    name: 'test-controller',
    watches: [],
    workers,
    start: (given) => {
      io = given;
      for (const key of keys) io.enqueue(key);
    },
    *reconcile(key, given) {
      told.push(`${key}@${Math.round(world.clock.now() - from)}`);
      return yield* reconcile(key, given);
    },
  };
  const handle = startController(host, controller, { manager: 'm', user: USER });
  return { world, handle, told, ends, io: () => io };
}

test('reconciler: more keys than workers: the rest waits its turn', () => {
  const { world, told } = play(
    function* () {
      yield* pause(10);
      return undefined;
    },
    ['a', 'b', 'c'],
  );
  world.advance(100);
  assert.deepEqual(told, ['a@0', 'b@0', 'c@10']);
});
test('reconciler: a key that comes while it is worked on: once more, never twice at once', () => {
  const { world, told, io } = play(
    function* () {
      yield* pause(10);
      return undefined;
    },
    ['a'],
  );
  world.advance(5);
  io().enqueue('a');
  io().enqueue('a');
  world.advance(100);
  assert.deepEqual(told, ['a@0', 'a@10']);
});
test('reconciler: outcomes: a time is kept, faults back off, success forgives', () => {
  const outcomes: Outcome[] = [{ afterMs: 50 }, fail('Busy', 'no').fault, fail('Busy', 'no').fault, undefined];
  const { world, told } = play(
    function* () {
      return outcomes.shift();
    },
    ['a'],
  );
  world.advance(1_000);
  assert.deepEqual(told, ['a@0', 'a@50', 'a@55', 'a@65']);
});
test('reconciler: a reconcile that throws: the actor fails', () => {
  const { world, ends } = play(
    function* () {
      yield* pause(1);
      throw new Error('bug');
    },
    ['a', 'b'],
  );
  world.advance(10);
  assert.deepEqual(
    ends.map(({ how }) => how),
    ['failed'],
  );
});
test('reconciler: stopped: its tasks end unfinished, and it is done', () => {
  let finished = 0;
  let cleaned = 0;
  const { world, handle, ends } = play(
    function* () {
      try {
        yield* pause(1_000);
        finished++;
        return undefined;
      } finally {
        cleaned++;
      }
    },
    ['a', 'b'],
  );
  world.advance(10);
  let gone = false;
  handle.stop(() => {
    gone = true;
  });
  world.advance(5_000);
  assert.deepEqual([gone, finished, cleaned, ends.map(({ how }) => how)], [true, 0, 2, ['done']]);
});
test('reconciler: an actor of its own that fails: the controller fails with it', () => {
  const world = new World({ seed: 4 });
  const host = world.host('h');
  const ends: string[] = [];
  host.onEnded((at, { how }) => ends.push(`${at.component} ${how}`));
  const controller: Controller = {
    name: 'test-controller',
    watches: [],
    start: (_, actors) => {
      const at = address('child', actors.manager, 'x');
      const child = actors.start({
        address: at,
        machine: reconcilerMachine,
        input: undefined,
        perform: () => {
          throw new Error('bug');
        },
      });
      child.send({ type: 'caches.synced' });
    },
    *reconcile() {
      return undefined;
    },
  };
  startController(host, controller, { manager: 'm', user: USER });
  world.advance(10);
  assert.deepEqual(ends, ['child failed', 'controller failed']);
});

const at = (...events: readonly ReconcilerEvent[]): unknown => {
  let [state] = initialTransition(reconcilerMachine);
  for (const event of events) [state] = transition(reconcilerMachine, state, event);
  return state.value;
};
test('reconciler machine: table', () => {
  const synced = { type: 'caches.synced' } as const;
  const won = { type: 'election.won' } as const;
  const lost = { type: 'election.lost' } as const;
  const stop = { type: 'controller.stop' } as const;
  const ended = { type: 'election.ended' } as const;
  assert.equal(at(), 'syncing');
  assert.equal(at(synced), 'standby');
  assert.equal(at(synced, won), 'running');
  assert.equal(at(synced, won, lost), 'standby');
  assert.equal(at(synced, won, lost, won), 'running');
  assert.equal(at(synced, won, stop), 'stopping');
  assert.equal(at(synced, won, stop, lost, ended), 'stopped');
  assert.equal(at(stop), 'stopped');
  assert.equal(at(synced, ended), 'failed');
});
