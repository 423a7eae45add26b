import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emit, setup } from 'xstate';
import { address, inbox } from './address.ts';
import type { ActorDefinition, Ended, Self } from './host.ts';
import type { Logger, Message, Stop } from './ports.ts';
import { silent } from './silent.ts';
import { World } from './sim/world.ts';
import { ask, pause, runTask } from './task.ts';

type E = { readonly type: 'say'; readonly text: string } | { readonly type: 'break' } | { readonly type: 'finish' };
const machine = setup({
  types: { events: {} as E, emitted: {} as { readonly type: 'said'; readonly text: string } },
  actions: {
    say: emit((_, text: string) => ({ type: 'said', text })),
    explode: () => {
      throw new Error('a bug');
    },
  },
}).createMachine({
  initial: 'on',
  states: {
    on: {
      on: {
        say: { actions: { type: 'say', params: ({ event }) => event.text } },
        break: { actions: 'explode' },
        finish: 'off',
      },
    },
    off: { type: 'final' },
  },
});
const AT = address('echo');

const open = (over: Partial<ActorDefinition<typeof machine>> = {}) => {
  const world = new World({ seed: 1 });
  const host = world.host('a');
  const said: string[] = [];
  const ends: Ended[] = [];
  let self: Self<E> | undefined;
  host.onEnded((_, ended) => ends.push(ended));
  const handle = host.start({
    address: AT,
    machine,
    input: undefined,
    perform: ({ text }) => {
      said.push(text);
    },
    ...over,
    onStart: (me) => {
      self = me;
      over.onStart?.(me);
    },
  });
  return { world, host, said, ends, handle, self: self! };
};
const say = (text: string): Message => ({ type: 'say', text }) as Message;

test('host: a message in the mailbox: is the event, its effect is performed', () => {
  const { world, said } = open();
  world.bus.publish(inbox('sim', AT), say('hi'));
  assert.deepEqual(said, []);
  world.advance(1);
  assert.deepEqual(said, ['hi']);
});

test('host: a second actor at an address: a bug', () => {
  const { host } = open();
  assert.throws(
    () => host.start({ address: AT, machine, input: undefined, perform: () => {} }),
    /runs at echo already/,
  );
});

test('host: what throws (chart, effect, receive, onStart): the actor dies, listeners hear why', () => {
  const bug = (): never => {
    throw new Error('a bug');
  };
  const table: [string, Partial<ActorDefinition<typeof machine>>, E | undefined][] = [
    ['chart', {}, { type: 'break' }],
    ['effect', { perform: bug }, { type: 'say', text: '' }],
    ['receive', { receive: bug }, { type: 'say', text: '' }],
    ['onStart', { onStart: bug }, undefined],
  ];
  for (const [name, over, event] of table) {
    const { world, host, ends } = open(over);
    if (event) world.bus.publish(inbox('sim', AT), event);
    world.advance(1);
    assert.equal(ends[0]?.how, 'failed', name);
    assert.equal(host.find(AT), undefined, name);
  }
});

test('host: an actor that is over: its timers, subscriptions, requests and tasks are too', () => {
  const { world, handle, self, said } = open();
  self.after(10, { type: 'say', text: 'timer' });
  self.subscribe('k.news', () => ({ type: 'say', text: 'news' }));
  self.request('k.slow', { type: 'ask' }, 5, () => ({ type: 'say', text: 'reply' }));
  let cleaned = false;
  const task = function* () {
    try {
      yield* pause(10);
    } finally {
      cleaned = true;
    }
  };
  self.run(task(), () => ({ type: 'say', text: 'task' }));
  handle.kill();
  world.bus.publish('k.news', { type: 'x' });
  world.advance(100);
  assert.deepEqual(said, []);
  assert.ok(cleaned);
});

test('host: a request: the reply, a refusal and silence come back as events', () => {
  const { world, self, said } = open();
  world.bus.subscribe('k.good', ({ reply }) => reply?.({ type: 'fine' }));
  world.bus.subscribe('k.bad', ({ reply }) =>
    reply?.({ type: 'fault', fault: { reason: 'Conflict', message: 'no' } } as Message),
  );
  world.bus.subscribe('k.mute', () => {});
  for (const to of ['k.good', 'k.bad', 'k.mute', 'k.nobody'])
    self.request(to, { type: 'ask' }, 50, (result) => ({
      type: 'say',
      text: result.ok ? result.value.type : result.fault.reason,
    }));
  world.advance(100);
  assert.deepEqual(said.sort(), ['Conflict', 'Timeout', 'Unavailable', 'fine']);
});

test('host: a task of several steps: its end comes back as an event', () => {
  const { world, self, said } = open();
  world.bus.subscribe('k.good', ({ reply }) => reply?.({ type: 'fine' }));
  const task = function* () {
    const first = yield* ask('k.good', { type: 'ask' }, 50);
    yield* pause(1_000);
    return first.ok ? first.value.type : 'fault';
  };
  self.run(task(), (text) => ({ type: 'say', text }));
  world.advance(999);
  assert.deepEqual(said, []);
  world.advance(10);
  assert.deepEqual(said, ['fine']);
});

test('host: stopped without a shutdown event: at once; done machines end as done', () => {
  const stopped = open();
  let done = false;
  stopped.handle.stop(() => {
    done = true;
  });
  assert.deepEqual([done, stopped.ends], [true, [{ how: 'stopped' }]]);
  const finished = open();
  finished.handle.send({ type: 'finish' });
  assert.deepEqual(finished.ends, [{ how: 'done' }]);
});

test('host: stopped with a shutdown event that is not heeded: gone after shutdownMs', () => {
  const { world, handle, ends } = open({ shutdown: { event: { type: 'say', text: 'bye' }, shutdownMs: 100 } });
  let done = false;
  handle.stop(() => {
    done = true;
  });
  world.advance(99);
  assert.equal(done, false);
  world.advance(1);
  assert.deepEqual([done, ends], [true, [{ how: 'stopped' }]]);
});

test('host: more events at once than the mailbox holds: the rest is dropped with a warning', () => {
  const warnings: string[] = [];
  const logger: Logger = { ...silent, warn: (_, message) => warnings.push(message), child: () => logger };
  const world = new World({ seed: 1, logger });
  const said: string[] = [];
  const handle = world.host('a').start({
    address: AT,
    machine,
    input: undefined,
    mailboxCapacity: 2,
    perform: ({ text }, self) => {
      said.push(text);
      if (text === '0') for (const more of ['1', '2', '3']) self.send({ type: 'say', text: more });
    },
  });
  handle.send({ type: 'say', text: '0' });
  assert.deepEqual([said, warnings], [['0', '1', '2'], ['mailbox full']]);
});

test('host: a task stopped by its own step: it ends there, its finally block runs, nobody is told', () => {
  const world = new World({ seed: 1 });
  const said: string[] = [];
  let stop: Stop = () => {};
  const task = function* () {
    try {
      yield* pause(1);
      stop();
      said.push('on');
      yield* pause(1);
      said.push('too far');
    } finally {
      said.push('finally');
    }
  };
  stop = runTask(
    task(),
    world,
    () => said.push('done'),
    (error) => said.push(String(error)),
  );
  world.clock.advance(10);
  assert.deepEqual(said, ['on', 'finally']);
});
