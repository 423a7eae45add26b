import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectorOf } from '../../api/selector.ts';
import type { Pod } from '../../api/types/pod.ts';
import { claims } from '../../client/workload/claim.ts';
import { slowStart } from '../../client/workload/pod-control.ts';
import { isActive } from '../../client/workload/pod-state.ts';
import { deletionCost, deletionOrder } from './deletion-order.ts';
import { plan } from './logic.ts';
import type { Replicated } from './protocol.ts';
import { nextAvailableMs, sameStatus, statusOf } from './status.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString().replace('.000Z', 'Z');
const COST = 'controller.kubernetes.io/pod-deletion-cost';

const owner = (
  replicas: number,
  over: Partial<Replicated['spec']> = {},
  metadata: Partial<Replicated['metadata']> = {},
): Replicated => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: 'web',
    namespace: 'default',
    uid: 'rs',
    resourceVersion: '1',
    creationTimestamp: ago(9_999),
    generation: 3,
    ...metadata,
  },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web', tier: 'front' } }, spec: {} as Pod['spec'] },
    ...over,
  },
  status: { replicas: 0 },
});
interface Look {
  readonly node?: string;
  readonly phase?: Pod['status']['phase'];
  readonly readyFor?: number;
  readonly age?: number;
  readonly restarts?: number;
  readonly cost?: string;
  readonly labels?: Record<string, string>;
  readonly controller?: string | null;
  readonly deleting?: boolean;
}
const pod = (name: string, look: Look = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'default',
    uid: `uid-${name}`,
    resourceVersion: '1',
    creationTimestamp: ago(look.age ?? 1_000),
    labels: look.labels ?? { app: 'web', tier: 'front' },
    ...(look.cost === undefined ? {} : { annotations: { [COST]: look.cost } }),
    ...(look.deleting ? { deletionTimestamp: ago(0) } : {}),
    ...(look.controller === null
      ? {}
      : {
          ownerReferences: [
            { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: look.controller ?? 'rs', controller: true },
          ],
        }),
  },
  spec: { nodeName: look.node ?? 'n1' } as Pod['spec'],
  status: {
    phase: look.phase ?? 'Running',
    conditions: [
      look.readyFor === undefined
        ? { type: 'Ready', status: 'False' }
        : { type: 'Ready', status: 'True', lastTransitionTime: ago(look.readyFor) },
    ],
    containerStatuses: [{ restartCount: look.restarts ?? 0 }] as unknown as NonNullable<
      Pod['status']['containerStatuses']
    >,
  },
});
const names = (pods: readonly Pod[]): string[] => pods.map((one) => one.metadata.name);

test('replicaset: plan: makes what is missing, at most a burst; deletes what is too much; else nothing', () => {
  assert.deepEqual(plan(owner(3), [pod('a')], [], NOW), { create: 2, remove: [] });
  assert.equal(plan(owner(900), [], [], NOW).create, 500);
  assert.deepEqual(plan(owner(1), [pod('a')], [], NOW), { create: 0, remove: [] });
  const many = Array.from({ length: 700 }, (_, i) => pod(`p${i}`));
  assert.equal(plan(owner(0), many, many, NOW).remove.length, 500);
  assert.deepEqual(plan(owner(3, {}, { deletionTimestamp: ago(0) }), [], [], NOW), { create: 0, remove: [] });
});
test('replicaset: deletion order: each criterion decides before the next', () => {
  const cases: [why: string, first: Look, second: Look][] = [
    ['unassigned', { node: '', readyFor: 9 }, {}],
    ['pending', { phase: 'Pending' }, { phase: 'Unknown' }],
    ['unknown', { phase: 'Unknown', readyFor: 9 }, {}],
    ['not ready', {}, { readyFor: 9, cost: '-5' }],
    ['lower cost', { readyFor: 9, cost: '-5' }, { readyFor: 9, cost: '3' }],
    ['crowded node', { readyFor: 900, node: 'n2' }, { readyFor: 9, node: 'n1' }],
    ['ready for a shorter time', { readyFor: 9 }, { readyFor: 900 }],
    ['more restarts', { readyFor: 9, restarts: 3 }, { readyFor: 9, age: 10 }],
    ['younger', { readyFor: 9, age: 10 }, { readyFor: 9, age: 1_000 }],
  ];
  const crowd = (one: Pod): number => (one.spec.nodeName === 'n2' ? 2 : 1);
  for (const [why, first, second] of cases) {
    const [a, b] = [pod('a', first), pod('b', second)];
    assert.deepEqual(names(deletionOrder([b, a], crowd, NOW)), ['a', 'b'], why);
    assert.deepEqual(names(deletionOrder([a, b], crowd, NOW)), ['a', 'b'], why);
  }
});
test('replicaset: deletion order: replicas of the rollout on the same node count', () => {
  const pods = [pod('a', { readyFor: 9 }), pod('b', { readyFor: 9, node: 'n2' })];
  const related = [...pods, pod('old', { readyFor: 9, node: 'n2' })];
  assert.deepEqual(names(plan(owner(1), pods, related, NOW).remove), ['b']);
});
test('replicaset: deletion cost: only plain 32 bit integers count', () => {
  const table = [
    ['5', 5],
    ['-5', -5],
    ['0', 0],
    ['+5', 0],
    ['05', 0],
    ['1.5', 0],
    ['4294967296', 0],
  ] as const;
  for (const [cost, want] of table) assert.equal(deletionCost(pod('a', { cost })), want, cost);
});
const claiming = (one: Replicated) => ({ owner: one, selector: selectorOf(one.spec.selector), moves: isActive });
test('replicaset: claims: adopts what matches and is free, releases what no longer matches', () => {
  const pods = [
    pod('own'),
    pod('relabelled', { labels: { app: 'x' } }),
    pod('orphan', { controller: null }),
    pod('stranger', { controller: null, labels: { app: 'x' } }),
    pod('finished', { controller: null, phase: 'Succeeded' }),
    pod('leaving', { controller: null, deleting: true }),
    pod('foreign', { controller: 'other' }),
  ];
  const { own, adopt, release } = claims(claiming(owner(1)), pods);
  assert.deepEqual([names(own), names(adopt), names(release)], [['own'], ['orphan'], ['relabelled']]);
  const dying = claims(claiming(owner(1, {}, { deletionTimestamp: ago(0) })), pods);
  assert.deepEqual([names(dying.adopt), names(dying.release)], [[], []]);
});
test('replicaset: slow start: 1, 2, 4 and the rest', () => {
  assert.deepEqual(slowStart(0), []);
  assert.deepEqual(slowStart(1), [1]);
  assert.deepEqual(slowStart(10), [1, 2, 4, 3]);
});
test('replicaset: status: counts, availability by minReadySeconds, failure', () => {
  const set = owner(3, { minReadySeconds: 30 });
  const active = [pod('a', { readyFor: 60 }), pod('b', { readyFor: 10 }), pod('c', { labels: { app: 'web' } })];
  const failure = { reason: 'FailedCreate', message: 'quota' } as const;
  const status = statusOf(set, { active, terminating: 1, failure }, NOW);
  const { conditions, ...counts } = status;
  assert.deepEqual(counts, {
    replicas: 3,
    fullyLabeledReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 1,
    terminatingReplicas: 1,
    observedGeneration: 3,
  });
  assert.deepEqual(conditions, [{ type: 'ReplicaFailure', status: 'True', ...failure, lastTransitionTime: ago(0) }]);
  assert.equal(nextAvailableMs(set, active, NOW), 20_000);
  const failing = { ...set, status };
  assert(sameStatus(status, statusOf(failing, { active, terminating: 1, failure }, NOW + 5)));
  assert.equal(statusOf(failing, { active, terminating: 1, failure: undefined }, NOW).conditions, undefined);
});
