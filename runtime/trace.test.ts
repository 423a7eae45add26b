import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emit, setup } from 'xstate';
import { address, control, inbox, traceAll } from './address.ts';
import { World } from './sim/world.ts';
import { formatTrace, showState, type TraceRecord, Tracer } from './trace.ts';
import { TraceAgent, type TraceBatch } from './trace-agent.ts';
import { TraceHash } from './trace-hash.ts';

type E = { readonly type: 'open'; readonly by: string } | { readonly type: 'close' } | { readonly type: 'door.tick' };
const machine = setup({
  types: { events: {} as E, emitted: {} as { readonly type: 'bell.ring' } },
  guards: { friendly: (_, by: string) => by === 'friend' },
  actions: { ring: emit({ type: 'bell.ring' }) },
}).createMachine({
  id: 'door',
  initial: 'closed',
  states: {
    closed: {
      on: {
        open: [
          { guard: { type: 'friendly', params: ({ event }) => event.by }, target: 'open' },
          { target: 'closed', actions: 'ring' },
        ],
      },
    },
    open: { entry: 'ring', on: { close: 'settling' } },
    settling: { always: 'closed' },
  },
});
const DOOR = address('door', '', 'front');
const BELL = address('bell');

const house = (seed = 1) => {
  const world = new World({ seed });
  const host = world.host('a');
  const start = () =>
    host.start({
      address: DOOR,
      machine,
      input: undefined,
      perform: (_, self) => self.tell(BELL, { type: 'bell.rung' }),
    });
  return { world, host, start };
};

test('trace: a transition: states, guards that said no, actions, messages, cause', () => {
  const { world, host, start } = house();
  const records: TraceRecord[] = [];
  const tracer = new Tracer(
    host,
    () => true,
    (record) => records.push(record),
  );
  host.observe(tracer);
  start();
  world.bus.publish(inbox('sim', DOOR), { type: 'open', by: 'foe' } as never, { from: 'street' });
  world.advance(1);
  world.bus.publish(inbox('sim', DOOR), { type: 'open', by: 'friend' } as never, { from: 'street', cause: 'street#3' });
  world.advance(1);
  world.bus.publish(inbox('sim', DOOR), { type: 'close' });
  world.bus.publish(inbox('sim', DOOR), { type: 'clsoe' } as never);
  world.advance(1);
  const seen = records.map(({ event, from, to, refused, sent, cause, microsteps, ignored }) => [
    event,
    `${from}>${to}`,
    refused.join(),
    sent.join(),
    cause,
    microsteps.join(),
    ignored,
  ]);
  assert.deepEqual(seen, [
    ['xstate.init', '>closed', '', '', undefined, '', false],
    ['open', 'closed>closed', 'friendly', 'k.sim.actor.bell._._ bell.rung', 'street', '', false],
    ['open', 'closed>open', '', 'k.sim.actor.bell._._ bell.rung', 'street#3', '', false],
    ['close', 'open>closed', '', '', undefined, '', false],
    ['clsoe', 'closed>closed', '', '', undefined, '', true],
  ]);
  assert.deepEqual([...tracer.unhandled], [['door clsoe', 1]]);
  assert.deepEqual(records[1]?.actions, ['emit bell.ring']);
  assert.equal(
    formatTrace(records[2]!),
    '00:00:00.001 door/front               closed → open                open                     ' +
      'emit bell.ring, > k.sim.actor.bell._._ bell.rung',
  );
});

test('trace: a message that a traced actor sends: says which transition sent it', () => {
  const { world, host, start } = house();
  host.observe(
    new Tracer(
      host,
      () => true,
      () => {},
    ),
  );
  const door = start();
  const causes: unknown[] = [];
  world.bus.subscribe(inbox('sim', BELL), ({ from, cause }) => causes.push([from, cause]));
  door.send({ type: 'open', by: 'friend' });
  world.advance(1);
  host.observe(undefined);
  door.send({ type: 'close' });
  door.send({ type: 'open', by: 'friend' });
  world.advance(1);
  assert.deepEqual(causes, [
    ['door/front', 'door/front#2'],
    ['door/front', undefined],
  ]);
});

test('trace agent: asked for a pattern: publishes batches until told to stop or forgotten', () => {
  const { world, host, start } = house();
  const agent = new TraceAgent(host);
  const batches: TraceBatch[] = [];
  world.bus.subscribe(traceAll('sim'), ({ message }) => batches.push(message as TraceBatch));
  const door = start();
  const order = (type: 'trace.start' | 'trace.stop', pattern = 'door/*'): void => {
    world.bus.publish(control('sim'), { type, id: 'v1', pattern, ttlMs: 5_000 } as never);
    world.advance(1);
  };
  const ring = (): number => {
    const before = batches.length;
    door.send({ type: 'open', by: 'foe' });
    door.send({ type: 'open', by: 'foe' });
    world.advance(100);
    return batches.slice(before).reduce((sum, { records }) => sum + records.length, 0);
  };
  assert.equal(ring(), 0);
  order('trace.start');
  assert.equal(ring(), 2);
  assert.equal(batches.length, 1);
  world.advance(4_000);
  order('trace.start');
  world.advance(4_000);
  assert.equal(ring(), 2);
  world.advance(6_000);
  assert.deepEqual([agent.active, ring()], [false, 0]);
  order('trace.start', 'pod/*');
  assert.equal(ring(), 0);
  order('trace.stop');
  assert.equal(agent.active, false);
});

test('trace agent: more than it may keep: drops and says how many', () => {
  const { world, host, start } = house();
  const agent = new TraceAgent(host);
  const batches: TraceBatch[] = [];
  world.bus.subscribe(traceAll('sim'), ({ message }) => batches.push(message as TraceBatch));
  const door = start();
  world.bus.publish(control('sim', 'a'), { type: 'trace.start', id: 'v', pattern: '*', ttlMs: 5_000 } as never);
  world.advance(1);
  for (let i = 0; i < 6_000; i++) door.send({ type: 'open', by: 'foe' });
  world.advance(100);
  assert.equal(agent.dropped, 1_000);
  assert.deepEqual(
    batches.map(({ records, dropped }) => [records.length, dropped]),
    [[5_000, 1_000]],
  );
});

test('trace hash: the same again: the same hash; another order: another', () => {
  const run = (bys: readonly string[]): TraceHash => {
    const { world, host, start } = house();
    const hash = new TraceHash();
    host.observe(new Tracer(host, () => true, hash.add));
    const door = start();
    for (const by of bys) door.send({ type: 'open', by });
    world.advance(10);
    return hash;
  };
  const first = run(['foe', 'friend']);
  assert.deepEqual([run(['foe', 'friend']).hash, run(['foe', 'friend']).last], [first.hash, first.last]);
  assert.notEqual(run(['friend', 'foe']).hash, first.hash);
  assert.equal(first.count, 3);
});

test('trace: state values: as people say them', () => {
  const table = [
    ['on', 'on'],
    [{ a: 'b' }, 'a.b'],
    [{ a: { b: 'c' } }, 'a.b.c'],
    [{ a: 'on', b: 'off' }, 'a.on|b.off'],
    [{}, ''],
  ] as const;
  for (const [value, want] of table) assert.equal(showState(value), want);
});
