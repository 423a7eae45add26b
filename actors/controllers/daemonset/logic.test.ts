import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node, Taint } from '../../api/types/cluster.ts';
import type { Pod, PodSpec, Toleration } from '../../api/types/pod.ts';
import type { ControllerRevision, DaemonSet } from '../../api/types/workload.ts';
import { nextStep, surplusRevisions } from '../../client/workload/revisions.ts';
import { eligible } from './eligible.ts';
import { longer, plan, statusOf } from './logic.ts';
import { podFor, targetNode } from './pods.ts';
import { limitsOf } from './rolling.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString().replace('.000Z', 'Z');

const rolling = (maxSurge: number | string, maxUnavailable: number | string): DaemonSet['spec']['updateStrategy'] => ({
  type: 'RollingUpdate',
  rollingUpdate: { maxSurge, maxUnavailable },
});
const set = (updateStrategy = rolling(0, 1), spec: Partial<PodSpec> = {}, minReadySeconds = 0): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: {
    name: 'log',
    namespace: 'default',
    uid: 'ds',
    resourceVersion: '1',
    creationTimestamp: ago(999),
    generation: 2,
    annotations: { 'deprecated.daemonset.template.generation': '2' },
  },
  spec: {
    selector: { matchLabels: { app: 'log' } },
    template: { metadata: { labels: { app: 'log' } }, spec: { containers: [], ...spec } as unknown as PodSpec },
    updateStrategy,
    minReadySeconds,
    revisionHistoryLimit: 1,
  },
  status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
});
const node = (name: string, taints: readonly Taint[] = [], labels: Record<string, string> = {}): Node =>
  ({ metadata: { name, labels }, spec: { taints }, status: {} }) as unknown as Node;
interface Seen {
  readonly old?: boolean;
  readonly phase?: Pod['status']['phase'];
  readonly unready?: boolean;
  readonly deleting?: boolean;
  readonly age?: number;
}
const pod = (name: string, on: string, seen: Seen = {}): Pod =>
  ({
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      creationTimestamp: ago(seen.age ?? 50),
      labels: { app: 'log', 'controller-revision-hash': seen.old ? 'old' : 'new' },
      ...(seen.deleting ? { deletionTimestamp: ago(0) } : {}),
    },
    spec: { nodeName: on },
    status: {
      phase: seen.phase ?? 'Running',
      conditions: [{ type: 'Ready', status: seen.unready ? 'False' : 'True', lastTransitionTime: ago(40) }],
    },
  }) as unknown as Pod;
const names = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata.name);
const NODES = ['a', 'b', 'c'].map((name) => node(name));
const planned = (one: DaemonSet, nodes: readonly Node[], pods: readonly Pod[], backoffs = new Map()) => {
  const decided = plan(one, nodes, pods, 'new', backoffs, NOW);
  assert.deepEqual(plan(one, nodes, pods, 'new', backoffs, NOW), decided, 'twice the same');
  return decided;
};

test('daemonset: eligible: names, labels, affinity and taints; what tolerates NoExecute stays', () => {
  const taint = (key: string, effect: Taint['effect']): Taint => ({ key, effect });
  const drill: Toleration = { key: 'drill', operator: 'Exists' };
  const terms = [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }] as const;
  const affinity = {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
  };
  const cases: [Partial<PodSpec>, Node, boolean, boolean][] = [
    [{}, node('a'), true, true],
    [{ nodeName: 'b' }, node('a'), false, false],
    [{ nodeSelector: { disk: 'ssd' } }, node('a'), false, false],
    [{ nodeSelector: { disk: 'ssd' } }, node('a', [], { disk: 'ssd' }), true, true],
    [{ affinity }, node('a', [], { disk: 'hdd' }), false, false],
    [{ affinity }, node('a', [], { disk: 'ssd' }), true, true],
    [{}, node('a', [taint('drill', 'NoSchedule')]), false, true],
    [{}, node('a', [taint('drill', 'NoExecute')]), false, false],
    [{}, node('a', [taint('drill', 'PreferNoSchedule')]), true, true],
    [{ tolerations: [drill] }, node('a', [taint('drill', 'NoExecute')]), true, true],
    [{}, node('a', [taint('node.kubernetes.io/unreachable', 'NoExecute')]), true, true],
    [{}, node('a', [taint('node.kubernetes.io/unschedulable', 'NoSchedule')]), true, true],
    [{}, node('a', [taint('node.kubernetes.io/network-unavailable', 'NoSchedule')]), false, true],
    [{ hostNetwork: true }, node('a', [taint('node.kubernetes.io/network-unavailable', 'NoSchedule')]), true, true],
  ];
  for (const [i, [spec, one, shouldRun, continues]] of cases.entries())
    assert.deepEqual(eligible(set(rolling(0, 1), spec), one), { shouldRun, continues }, `case ${i}`);
});
test('daemonset: a pod: for one node, with tolerations, hash and generation', () => {
  const made = podFor(set(), 'b', 'new');
  assert.equal(made.metadata.generateName, 'log-');
  assert.equal(targetNode(made as Pod), 'b');
  assert.deepEqual(made.metadata.labels, {
    app: 'log',
    'controller-revision-hash': 'new',
    'pod-template-generation': '2',
  });
  assert.deepEqual(
    made.spec?.tolerations?.map(({ key, operator, effect }) => `${key?.split('/')[1]} ${operator} ${effect}`),
    [
      'not-ready Exists NoExecute',
      'unreachable Exists NoExecute',
      'disk-pressure Exists NoSchedule',
      'memory-pressure Exists NoSchedule',
      'pid-pressure Exists NoSchedule',
      'unschedulable Exists NoSchedule',
    ],
  );
});
test('daemonset: plan: one on each node', () => {
  const tainted = node('d', [{ key: 'drill', effect: 'NoExecute' }]);
  const cases: [why: string, nodes: Node[], pods: Pod[], create: string[], remove: string[]][] = [
    ['none yet', NODES, [], ['a', 'b', 'c'], []],
    ['one is missing', NODES, [pod('p', 'a'), pod('q', 'b')], ['c'], []],
    ['one is on its way out', NODES.slice(0, 1), [pod('p', 'a', { deleting: true })], [], []],
    ['the younger of two goes', NODES.slice(0, 1), [pod('p', 'a', { age: 5 }), pod('q', 'a')], [], ['p']],
    ['not on this one', [tainted], [pod('p', 'd')], [], ['p']],
    ['failed', NODES.slice(0, 1), [pod('p', 'a', { phase: 'Failed' })], [], ['p']],
    ['succeeded', NODES.slice(0, 1), [pod('p', 'a', { phase: 'Succeeded' })], [], ['p']],
    ['settled', NODES.slice(0, 1), [pod('p', 'a')], [], []],
  ];
  for (const [why, nodes, pods, create, remove] of cases) {
    const decided = planned(set(), nodes, pods);
    assert.deepEqual([decided.create, names(decided.remove)], [create, remove], why);
  }
});
test('daemonset: a pod that fails again and again: waits longer each time', () => {
  const pods = [pod('p', 'a', { phase: 'Failed' })];
  const backoffs = new Map([['a', { waitMs: 4_000, at: NOW - 1_000 }]]);
  const decided = planned(set(), NODES.slice(0, 1), pods, backoffs);
  assert.deepEqual([decided.create, decided.remove, decided.afterMs], [[], [], 3_000]);
  assert.deepEqual(planned(set(), NODES.slice(0, 1), pods).failed, ['a']);
  const waits = [];
  for (let backoff = longer(undefined, NOW), i = 0; i < 12; i++, backoff = longer(backoff, NOW))
    waits.push(backoff.waitMs / 1000);
  assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
});
test('daemonset: rolling update: no more unavailable than allowed, those that are already first', () => {
  const cases: [why: string, set: DaemonSet, pods: Pod[], remove: string[]][] = [
    ['one', set(), ['a', 'b', 'c'].map((on) => pod(`old-${on}`, on, { old: true })), ['old-a']],
    ['two', set(rolling(0, 2)), ['a', 'b', 'c'].map((on) => pod(`old-${on}`, on, { old: true })), ['old-a', 'old-b']],
    [
      'none: a new one is not ready',
      set(),
      [pod('n', 'a', { unready: true }), pod('o', 'b', { old: true }), pod('o2', 'c', { old: true })],
      [],
    ],
    [
      'what is not available',
      set(),
      [
        pod('o', 'a', { old: true, unready: true }),
        pod('o2', 'b', { old: true, unready: true }),
        pod('o3', 'c', { old: true }),
      ],
      ['o', 'o2'],
    ],
    [
      'one is on its way out',
      set(),
      [pod('o', 'a', { old: true, deleting: true }), pod('o2', 'b', { old: true }), pod('n', 'c')],
      [],
    ],
    ['on delete', set({ type: 'OnDelete' }), ['a', 'b', 'c'].map((on) => pod(`old-${on}`, on, { old: true })), []],
    ['done', set(), ['a', 'b', 'c'].map((on) => pod(`new-${on}`, on)), []],
  ];
  for (const [why, one, pods, remove] of cases) {
    const decided = planned(one, NODES, pods);
    assert.deepEqual([decided.create, names(decided.remove)], [[], remove], why);
  }
  assert.deepEqual(limitsOf(set(rolling(0, '25%')), 10), { maxSurge: 0, maxUnavailable: 3 });
  assert.deepEqual(limitsOf(set(rolling(0, 0)), 10), { maxSurge: 0, maxUnavailable: 1 });
});
test('daemonset: surge: a new pod beside the old one, which goes when the new one is available', () => {
  const surging = set(rolling(1, 0));
  const old = (on: string, seen: Seen = {}) => pod(`old-${on}`, on, { old: true, ...seen });
  const cases: [why: string, pods: Pod[], create: string[], remove: string[]][] = [
    ['the first', [old('a'), old('b'), old('c')], ['a'], []],
    ['it is not ready', [old('a'), pod('n', 'a', { unready: true }), old('b'), old('c')], [], []],
    ['it is', [old('a'), pod('n', 'a'), old('b'), old('c')], [], ['old-a']],
    ['an old one that is not available', [old('a', { unready: true }), old('b'), old('c')], ['a', 'b'], []],
  ];
  for (const [why, pods, create, remove] of cases) {
    const decided = planned(surging, NODES, pods);
    assert.deepEqual([decided.create, names(decided.remove)], [create, remove], why);
  }
});
test('daemonset: status: counts by node', () => {
  const nodes = [...NODES, node('d', [{ key: 'drill', effect: 'NoSchedule' }])];
  const pods = [pod('p', 'a'), pod('q', 'b', { old: true, unready: true }), pod('r', 'd')];
  const { conditions: _, ...status } = statusOf(set(), nodes, pods, 'new', 0, NOW);
  assert.deepEqual(status, {
    currentNumberScheduled: 2,
    desiredNumberScheduled: 3,
    numberMisscheduled: 1,
    numberReady: 1,
    observedGeneration: 2,
    updatedNumberScheduled: 1,
    numberAvailable: 1,
    numberUnavailable: 2,
  });
  assert.equal(statusOf(set(rolling(0, 1), {}, 60), nodes, pods, 'new', 0, NOW).numberAvailable, undefined);
});
test('revisions: the present template has the highest number; old ones beyond the limit go', () => {
  const { template } = set().spec;
  const revision = (name: string, number: number, own: object): ControllerRevision =>
    ({
      metadata: { name, uid: name },
      data: { spec: { template: { ...own, $patch: 'replace' } } },
      revision: number,
    }) as unknown as ControllerRevision;
  assert.deepEqual(nextStep(template, []), { type: 'create', revision: 1 });
  const [first, second] = [revision('a', 1, template), revision('b', 2, { metadata: {} })];
  assert.deepEqual(nextStep(template, [first]), { type: 'keep', current: first });
  assert.deepEqual(nextStep(template, [second, first]), { type: 'raise', current: first, revision: 3 });
  assert.deepEqual(nextStep(template, [second]), { type: 'create', revision: 3 });
  const old = [revision('a', 1, {}), revision('b', 2, {}), revision('c', 3, {})];
  const gone = surplusRevisions(set(), old, ({ metadata }) => metadata.name === 'a');
  assert.deepEqual(
    gone.map(({ metadata }) => metadata.name),
    ['b'],
  );
});
