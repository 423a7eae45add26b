//! Actors started a second and transitions a second with nobody looking, beside plain XState.
import { assign, createActor, emit, setup } from 'xstate';
import { address } from '../../runtime/address.ts';
import { Host } from '../../runtime/host.ts';
import { realPorts } from '../../runtime/real/ports.ts';
import type { BenchResult } from './result.ts';

const ACTORS = 3_000;
const TRANSITIONS = 100_000;
const ROUNDS = 3;

type Tick = { readonly type: 'tick' };
const machine = setup({
  types: { context: {} as { readonly count: number }, events: {} as Tick, emitted: {} as { readonly type: 'ticked' } },
  actions: {
    count: assign({ count: ({ context }) => context.count + 1 }),
    tell: emit({ type: 'ticked' }),
  },
}).createMachine({
  id: 'clockwork',
  context: { count: 0 },
  initial: 'tick',
  states: {
    tick: { on: { tick: { target: 'tock', actions: ['count', 'tell'] } } },
    tock: { on: { tick: { target: 'tick', actions: ['count', 'tell'] } } },
  },
});

export async function run(): Promise<BenchResult> {
  const plain = { started: 0, transitions: 0 };
  const hosted = { started: 0, transitions: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    keepBest(plain, plainRound());
    keepBest(hosted, hostedRound());
  }
  const row = (way: string, { started, transitions }: Rates) => ({
    way,
    'actors started/s': Math.round(started),
    'transitions/s': Math.round(transitions),
    'cost against plain': `${(plain.started / started).toFixed(2)}x, ${(plain.transitions / transitions).toFixed(2)}x`,
  });
  return { name: 'actors', rows: [row('plain XState', plain), row('through a host', hosted)] };
}

interface Rates {
  started: number;
  transitions: number;
}
function keepBest(best: Rates, round: Rates): void {
  best.started = Math.max(best.started, round.started);
  best.transitions = Math.max(best.transitions, round.transitions);
}
function rate(count: number, work: () => void): number {
  const began = performance.now();
  work();
  return (count / (performance.now() - began)) * 1_000;
}

function plainRound(): Rates {
  let effects = 0;
  const start = () => {
    const actor = createActor(machine);
    actor.on('*', () => effects++);
    actor.subscribe({ error: () => {} });
    return actor.start();
  };
  const actors: ReturnType<typeof start>[] = [];
  const started = rate(ACTORS, () => {
    for (let i = 0; i < ACTORS; i++) actors.push(start());
  });
  const one = actors[0]!;
  const transitions = rate(TRANSITIONS, () => {
    for (let i = 0; i < TRANSITIONS; i++) one.send({ type: 'tick' });
  });
  for (const actor of actors) actor.stop();
  if (effects !== TRANSITIONS) throw new Error(`${effects} effects of ${TRANSITIONS}`);
  return { started, transitions };
}

function hostedRound(): Rates {
  const host = new Host('bench', 'bench', realPorts({ level: 'silent' }));
  let effects = 0;
  const start = (i: number) =>
    host.start({
      address: address('clockwork', 'default', `clock-${i}`),
      machine,
      input: undefined,
      perform: () => effects++,
    });
  const actors: ReturnType<typeof start>[] = [];
  const started = rate(ACTORS, () => {
    for (let i = 0; i < ACTORS; i++) actors.push(start(i));
  });
  const one = actors[0]!;
  const transitions = rate(TRANSITIONS, () => {
    for (let i = 0; i < TRANSITIONS; i++) one.send({ type: 'tick' });
  });
  host.kill();
  if (effects !== TRANSITIONS) throw new Error(`${effects} effects of ${TRANSITIONS}`);
  return { started, transitions };
}
