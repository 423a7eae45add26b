import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from '../access/rule.ts';
import type { User } from '../protocol.ts';
import { type Borrower, currentSeats } from './borrow.ts';
import { flowOf, inOrder } from './classify.ts';
import { handOf, hashOf } from './deal.ts';
import { Demand, smoothed } from './demand.ts';
import { Level, type Limits, type Rejection } from './level.ts';
import { limitsOf } from './limits.ts';
import { LEVELS, SCHEMAS } from './objects.ts';
import { seatsMax, type Work, workOf } from './width.ts';

const user = (name: string, ...groups: string[]): User => ({ name, groups: [...groups, 'system:authenticated'] });
const on = (verb: string, resource: string, namespace = '', group = '', subresource = ''): Action => ({
  verb,
  group,
  resource,
  subresource,
  namespace,
  name: '',
});

test('fairness: requests of every cluster: the flow that kube-apiserver gives them', () => {
  const schemas = inOrder(Object.entries(SCHEMAS).map(([name, spec]) => ({ name, uid: '', spec })));
  const node = user('system:node:a', 'system:nodes');
  const account = (namespace: string): User =>
    user(`system:serviceaccount:${namespace}:x`, 'system:serviceaccounts', `system:serviceaccounts:${namespace}`);
  const controllers = user('system:kube-controller-manager');
  const of = (who: User, action: Action): string => {
    const flow = flowOf(schemas, who, action)!;
    return `${flow.schema.name}/${flow.distinguisher}`;
  };
  assert.deepEqual(
    [
      of(user('admin', 'system:masters'), on('list', 'pods')),
      of(user('bob'), { verb: 'get', path: '/healthz/etcd' }),
      of(controllers, on('update', 'leases', 'kube-system', 'coordination.k8s.io')),
      of(controllers, on('create', 'pods', 'web')),
      of(node, on('patch', 'nodes', '', '', 'status')),
      of(node, on('update', 'leases', 'kube-node-lease', 'coordination.k8s.io')),
      of(node, on('get', 'secrets', 'web')),
      of(account('kube-system'), on('list', 'pods')),
      of(account('web'), on('list', 'pods', 'web')),
      of(user('bob'), on('list', 'pods', 'web')),
    ],
    [
      'exempt/',
      'probes/',
      'system-leader-election/system:kube-controller-manager',
      'kube-controller-manager/web',
      'system-node-high/system:node:a',
      'system-node-high/system:node:a',
      'system-nodes/system:node:a',
      'kube-system-service-accounts/',
      'service-accounts/system:serviceaccount:web:x',
      'global-default/bob',
    ],
  );
  assert.equal(flowOf(schemas, { name: 'odd', groups: [] }, on('list', 'pods')), undefined);
});

test('fairness: shares: seats of the server, and what is lent', () => {
  const limits = limitsOf(
    Object.entries(LEVELS).map(([name, spec]) => ({ name, uid: '', spec })),
    600,
  );
  const shown = [...limits].map(([name, { nominal, reserved }]) => `${name} ${nominal} ${reserved}`);
  assert.deepEqual(shown, [
    'catch-all 13 13',
    'system 74 50',
    'node-high 98 73',
    'leader-election 25 25',
    'workload-high 98 49',
    'workload-low 245 24',
    'global-default 49 24',
  ]);
});

test('fairness: a hand: distinct queues, the same again; hands of many flows spread', () => {
  const seen = new Array<number>(128).fill(0);
  for (let i = 0; i < 2_000; i++) {
    const hand = handOf(hashOf(`global-default\0user-${i}`), 128, 6);
    assert.equal(new Set(hand).size, 6);
    assert.deepEqual(handOf(hashOf(`global-default\0user-${i}`), 128, 6), hand);
    for (const card of hand) seen[card]!++;
  }
  // 93.75 each on average; the deviation of one is about 9.5.
  assert.ok(Math.min(...seen) > 50 && Math.max(...seen) < 140, `${Math.min(...seen)}..${Math.max(...seen)}`);
});

class Bench {
  nowMs = 0;
  readonly level: Level;
  readonly timers = new Set<{ readonly at: number; readonly run: () => void }>();
  readonly running: { readonly who: string; readonly leave: () => void }[] = [];
  readonly began: string[] = [];
  readonly rejected: string[] = [];
  constructor(limits: Limits) {
    this.level = new Level('test', limits, {
      now: () => this.nowMs,
      after: (ms, run) => {
        const timer = { at: this.nowMs + ms, run };
        this.timers.add(timer);
        return () => this.timers.delete(timer);
      },
    });
  }
  ask(who: string, work?: Work): () => void {
    let leave = (): void => {};
    const start = (): void => {
      this.began.push(who);
      this.running.push({ who, leave: () => leave() });
    };
    leave = this.level.enter('s', who, start, (why: Rejection) => this.rejected.push(`${who} ${why}`), work);
    return leave;
  }
  /** The oldest that run end, each after so long. */
  end(count: number, tookMs: number): void {
    for (let i = 0; i < count; i++) {
      this.nowMs += tookMs;
      this.running.shift()?.leave();
    }
  }
}
const QUEUING = { queues: 64, handSize: 6, queueLengthLimit: 50 };

test('fairness: a flood of one: past its queues refused; another waits behind few, not behind all', () => {
  const bench = new Bench({ nominal: 4, reserved: 4, most: 4, queuing: QUEUING });
  for (let i = 0; i < 1_000; i++) bench.ask('flood');
  // Four run, each from a queue of the hand; six queues of fifty wait.
  assert.equal(bench.level.waiting, 6 * 50);
  assert.equal(bench.rejected.length, 1_000 - 4 - 300);
  assert.ok(bench.rejected.every((one) => one === 'flood queue-full'));
  for (let i = 0; i < 20; i++) bench.ask('quiet');
  assert.equal(bench.rejected.filter((one) => one.startsWith('quiet')).length, 0);
  bench.began.length = 0;
  bench.end(60, 10);
  const quiet = bench.began.filter((who) => who === 'quiet').length;
  assert.equal(quiet, 20, `of 60 turns the quiet one had ${quiet}`);
  bench.end(400, 1);
  assert.deepEqual([bench.level.executing, bench.level.waiting, bench.timers.size], [0, 0, 0]);
});

test('fairness: who takes long per request has fewer turns than who is quick', () => {
  const bench = new Bench({ nominal: 1, reserved: 1, most: 1, queuing: { ...QUEUING, queues: 2, handSize: 1 } });
  const at = (who: string): number => handOf(hashOf(`s\0${who}`), 2, 1)[0]!;
  const slow = 'a';
  const quick = ['b', 'c', 'd', 'e', 'f', 'g', 'h'].find((who) => at(who) !== at(slow))!;
  for (let i = 0; i < 40; i++) {
    bench.ask(slow);
    bench.ask(quick);
  }
  bench.began.length = 0;
  for (let i = 0; i < 40; i++) bench.end(1, bench.running[0]!.who === slow ? 30 : 10);
  const turns = bench.began.filter((who) => who === quick).length;
  assert.ok(turns >= 27 && turns <= 33, `three of four, nearly: ${turns} of 40`);
});

test('fairness: one who waits: refused after a quarter of its minute, forgotten when it goes away', () => {
  const bench = new Bench({ nominal: 1, reserved: 1, most: 1, queuing: QUEUING });
  bench.ask('a');
  bench.ask('b');
  const gone = bench.ask('c');
  gone();
  gone();
  assert.equal(bench.level.waiting, 1);
  for (const timer of [...bench.timers]) {
    assert.equal(timer.at, 15_000);
    bench.nowMs = timer.at;
    timer.run();
  }
  assert.deepEqual([bench.rejected, bench.level.waiting, bench.level.executing], [['b time-out'], 0, 1]);
});

test('fairness: no queues: refused at once; what others lend is used', () => {
  const bench = new Bench({ nominal: 1, reserved: 1, most: 3 });
  bench.ask('a');
  bench.ask('b');
  assert.deepEqual(bench.rejected, ['b concurrency-limit']);
  bench.level.current = 3;
  for (const who of ['c', 'd', 'e']) bench.ask(who);
  assert.deepEqual([bench.began, bench.rejected.at(-1)], [['a', 'c', 'd'], 'e concurrency-limit']);
});

test('fairness: a wide request: waits for all of its seats, and nobody passes it', () => {
  const bench = new Bench({ nominal: 4, reserved: 4, most: 4, queuing: { ...QUEUING, queues: 1, handSize: 1 } });
  const seats = (count: number): Work => ({ seats: count, finalSeats: 0, extraMs: 0 });
  for (const who of ['a', 'b', 'c']) bench.ask(who);
  bench.ask('wide', seats(3));
  bench.ask('d');
  assert.deepEqual(bench.began, ['a', 'b', 'c']);
  bench.end(1, 1);
  assert.deepEqual(bench.began, ['a', 'b', 'c']);
  bench.end(1, 1);
  assert.deepEqual(bench.began, ['a', 'b', 'c', 'wide']);
  assert.equal(bench.level.seats, 4);
  bench.end(1, 1);
  assert.equal(bench.began.at(-1), 'd');
});

test('fairness: a write that many hear of: its seats are taken for a while after its end', () => {
  const bench = new Bench({ nominal: 4, reserved: 4, most: 4, queuing: QUEUING });
  bench.ask('a', { seats: 1, finalSeats: 4, extraMs: 5 });
  bench.end(1, 10);
  bench.ask('b');
  assert.deepEqual([bench.began, bench.level.seats], [['a'], 4]);
  const [timer] = [...bench.timers].filter(({ at }) => at === 15);
  bench.nowMs = 15;
  timer!.run();
  assert.deepEqual([bench.began, bench.level.seats], [['a', 'b'], 1]);
});

test('fairness: widths: lists by their objects, writes by their watchers, within what the level bears', () => {
  const counts = { objects: () => 950, watchers: () => 45 };
  const action = { group: '', resource: 'pods', subresource: '', namespace: '', name: '' };
  const of = (verb: string, query = '', more: object = {}): Work =>
    workOf({ ...action, verb, ...more }, new URLSearchParams(query), counts, 8);
  assert.deepEqual(of('list'), { seats: 8, finalSeats: 0, extraMs: 0 });
  assert.equal(workOf({ ...action, verb: 'list' }, new URLSearchParams(), counts, 50).seats, 10);
  assert.deepEqual([of('list', '', { name: 'a' }).seats, of('watch').seats, of('get').seats], [1, 1, 1]);
  assert.equal(of('watch', 'sendInitialEvents=true').seats, 8);
  assert.deepEqual(of('create'), { seats: 1, finalSeats: 5, extraMs: 5 });
  assert.deepEqual([seatsMax(245, 6), seatsMax(49, 6), seatsMax(1)], [37, 8, 1]);
});

test('fairness: borrowing: who wants more gets what others do not want, none less than it needs or keeps', () => {
  const level = (nominal: number, least: number, high: number, target = high): Borrower => ({
    nominal,
    least,
    high,
    target,
    most: 600,
  });
  assert.deepEqual(currentSeats([level(100, 50, 0), level(100, 50, 400)]), [50, 150]);
  assert.deepEqual(currentSeats([level(100, 50, 80), level(100, 50, 400)]), [80, 120]);
  assert.deepEqual(currentSeats([level(100, 100, 0), level(100, 50, 400)]), [100, 100]);
  assert.deepEqual(currentSeats([level(100, 50, 0), { ...level(100, 50, 400), most: 120 }]), [80, 120]);
});

test('fairness: demand: by the time that it lasted, and forgotten by and by', () => {
  const demand = new Demand(0);
  demand.set(10, 0);
  demand.set(0, 5_000);
  const wanted = demand.take(10_000);
  assert.deepEqual(wanted, { average: 5, deviation: 5, high: 10 });
  assert.equal(smoothed(0, wanted), 10);
  assert.equal(smoothed(10, demand.take(20_000)), 9.77);
});
