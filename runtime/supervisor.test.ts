import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setup } from 'xstate';
import { address, inbox, show } from './address.ts';
import type { ActorHandle, Ended } from './host.ts';
import type { Message } from './ports.ts';
import { World } from './sim/world.ts';
import { affected, noteRestart, wantsRestart } from './supervision.ts';
import { type ChildSpec, type SupervisorOptions, startSupervisor } from './supervisor.ts';

type E = { readonly type: 'break' } | { readonly type: 'finish' } | { readonly type: 'halt' };
const machine = setup({
  types: { events: {} as E },
  actions: {
    explode: () => {
      throw new Error('a bug');
    },
  },
}).createMachine({
  initial: 'on',
  states: { on: { on: { break: { actions: 'explode' }, finish: 'off', halt: 'off' } }, off: { type: 'final' } },
});

const open = (over: Partial<SupervisorOptions> = {}, kinds: Record<string, Partial<ChildSpec>> = {}) => {
  const world = new World({ seed: 1 });
  const host = world.host('a');
  const log: string[] = [];
  const ends: Ended[] = [];
  const spec = (id: string): ChildSpec => ({
    id,
    restart: 'permanent',
    shutdownMs: 1_000,
    start: () => {
      log.push(`+${id}`);
      return host.start({
        address: address('child', '', id),
        machine,
        input: undefined,
        perform: () => {},
        onStop: () => log.push(`-${id}`),
        shutdown: { event: { type: 'halt' }, shutdownMs: 5_000 },
      }) as unknown as ActorHandle;
    },
    ...kinds[id],
  });
  const at = address('supervisor', '', 'top');
  host.onEnded((of, ended) => {
    if (of.component === 'supervisor') ends.push(ended);
  });
  const supervisor = startSupervisor(host, { address: at, children: ['a', 'b', 'c'].map(spec), ...over });
  const send = (id: string, type: E['type']): void => supervisor.child(id)!.send({ type });
  return { world, host, log, ends, supervisor, send, spec };
};

test('supervision: which end wants a restart: by kind', () => {
  const table = [
    ['permanent', 'done', true],
    ['permanent', 'killed', true],
    ['transient', 'done', false],
    ['transient', 'failed', true],
    ['transient', 'killed', true],
    ['temporary', 'failed', false],
  ] as const;
  for (const [restart, how, want] of table) assert.equal(wantsRestart(restart, how), want, `${restart} ${how}`);
});

test('supervision: restarts: as many in a period as allowed, older ones are forgiven', () => {
  assert.deepEqual(noteRestart([1, 2], 3, { max: 3, periodMs: 10 }), [1, 2, 3]);
  assert.equal(noteRestart([1, 2, 3], 4, { max: 3, periodMs: 10 }), undefined);
  assert.deepEqual(noteRestart([1, 2, 3], 12, { max: 3, periodMs: 10 }), [3, 12]);
});

test('supervision: who is restarted with whom: by strategy', () => {
  const ids = ['a', 'b', 'c'];
  assert.deepEqual(affected('one_for_one', ids, 'b'), ['b']);
  assert.deepEqual(affected('rest_for_one', ids, 'b'), ['b', 'c']);
  assert.deepEqual(affected('one_for_all', ids, 'b'), ids);
});

test('supervisor: a child fails under one_for_one: it alone starts afresh', () => {
  const { log, send, supervisor } = open();
  send('b', 'break');
  assert.deepEqual(log, ['+a', '+b', '+c', '-b', '+b']);
  assert.equal(supervisor.child('b')?.snapshot().value, 'on');
});

test('supervisor: a child fails under rest_for_one and one_for_all: the others stop in reverse, then start', () => {
  const rest = open({ strategy: 'rest_for_one' });
  rest.send('b', 'break');
  assert.deepEqual(rest.log.slice(3), ['-b', '-c', '+b', '+c']);
  const all = open({ strategy: 'one_for_all' });
  all.send('b', 'break');
  assert.deepEqual(all.log.slice(3), ['-b', '-c', '-a', '+a', '+b', '+c']);
});

test('supervisor: a transient child is done, a temporary one fails: they stay away', () => {
  const { log, send, supervisor } = open({}, { a: { restart: 'transient' }, b: { restart: 'temporary' } });
  send('a', 'finish');
  send('b', 'break');
  assert.deepEqual(log.slice(3), ['-a', '-b']);
  send('c', 'break');
  assert.deepEqual(log.slice(5), ['-c', '+c']);
  assert.equal(supervisor.child('a'), undefined);
});

test('supervisor: too many restarts in the period: all stop in reverse, it fails upwards', () => {
  const { log, send, ends } = open({ intensity: { max: 2, periodMs: 10_000 } });
  for (let i = 0; i < 3; i++) send('a', 'break');
  assert.deepEqual(log.slice(-3), ['-a', '-c', '-b']);
  assert.equal(ends[0]?.how, 'failed');
  assert.match(String((ends[0] as { error: unknown }).error), /a was restarted too often/);
});

test('supervisor: restarts far apart: it goes on', () => {
  const { world, send, supervisor } = open({ intensity: { max: 2, periodMs: 10_000 } });
  for (let i = 0; i < 10; i++) {
    send('a', 'break');
    world.advance(6_000);
  }
  assert.equal(supervisor.snapshot().value, 'running');
});

test('supervisor: stopped: children stop in reverse order, then it is done', () => {
  const { log, supervisor, host } = open();
  let done = false;
  supervisor.stop(() => {
    done = true;
  });
  assert.deepEqual(log.slice(3), ['-c', '-b', '-a']);
  assert.ok(done);
  assert.deepEqual(host.actors(), []);
});

test('supervisor: a child does not stop in time: it is killed, the next ones have their turn', () => {
  const { log, supervisor, world, host } = open();
  const deaf = supervisor.child('b')!;
  Object.assign(deaf, { stop: () => {} });
  let done = false;
  supervisor.stop(() => {
    done = true;
  });
  assert.deepEqual(log.slice(3), ['-c']);
  world.advance(1_000);
  assert.deepEqual(log.slice(3), ['-c', '-b', '-a']);
  assert.ok(done);
  assert.deepEqual(host.actors(), []);
});

test('supervisor: the supervisor is killed: no child outlives it', () => {
  const { log, supervisor, host } = open();
  supervisor.kill();
  assert.deepEqual(log.slice(3), ['-c', '-b', '-a']);
  assert.deepEqual(host.actors(), []);
});

test('supervisor: the host crashes: nobody is restarted', () => {
  const { log, world, host } = open();
  world.crash('a');
  assert.equal(log.filter((line) => line.startsWith('+')).length, 3);
  assert.deepEqual(host.actors(), []);
});

test('supervisor: children added, listed and removed', () => {
  const { log, supervisor, world, spec } = open();
  supervisor.add(spec('d'));
  assert.throws(() => supervisor.add(spec('d')), /supervised already/);
  supervisor.remove('a');
  assert.deepEqual(log.slice(3), ['+d', '-a']);
  let reply: unknown;
  const list: Message = { type: 'supervisor.list' };
  world.bus.request(inbox('sim', supervisor.address), list, 1_000, (result) => {
    reply = result.ok ? result.value : result.fault;
  });
  world.advance(10);
  const { children } = reply as { children: { id: string; actor: string }[] };
  assert.deepEqual(
    children.map(({ actor }) => actor),
    ['child/b', 'child/c', 'child/d'],
  );
  assert.equal(show(supervisor.address), 'supervisor/top');
});
