import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Action } from '../access/rule.ts';
import type { User } from '../protocol.ts';
import { flowOf, inOrder } from './classify.ts';
import { handOf, hashOf } from './deal.ts';
import { Level, type Limits, type Rejection } from './level.ts';
import { limitsOf } from './limits.ts';
import { LEVELS, SCHEMAS } from './objects.ts';

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
  lends = false;
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
      lends: () => this.lends,
    });
  }
  ask(who: string): () => void {
    let leave = (): void => {};
    const start = (): void => {
      this.began.push(who);
      this.running.push({ who, leave: () => leave() });
    };
    leave = this.level.enter('s', who, start, (why: Rejection) => this.rejected.push(`${who} ${why}`));
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

test('fairness: no queues: refused at once; what others lend is used, what they keep is not', () => {
  const bench = new Bench({ nominal: 1, reserved: 1, most: 3 });
  bench.ask('a');
  bench.ask('b');
  assert.deepEqual(bench.rejected, ['b concurrency-limit']);
  bench.lends = true;
  for (const who of ['c', 'd', 'e']) bench.ask(who);
  assert.deepEqual([bench.began, bench.rejected.at(-1)], [['a', 'c', 'd'], 'e concurrency-limit']);
});
