import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../api/types/pod.ts';
import type { PodDisruptionBudget } from '../../api/types/workload.ts';
import { container, node, pod } from '../fixtures.ts';
import { Rig } from '../rig.ts';
import { candidatesWanted } from './candidates.ts';

const asking = (
  name: string,
  cpu: string,
  priority: number,
  spec: Partial<Pod['spec']> = {},
  started?: string,
): Pod => {
  const made = pod(name, { priority, containers: [container({ cpu })], ...spec }, { labels: { app: name[0]! } });
  return started === undefined ? made : { ...made, status: { ...made.status, startTime: started } };
};
/** What a pod of priority 10 that asks for so much brings about. */
function preempt(rig: Rig, cpu: string, spec: Partial<Pod['spec']> = {}) {
  rig.pod(asking('high', cpu, 10, spec));
  const decision = rig.cycle();
  assert(decision?.type === 'refused');
  const victims = decision.victims.map(({ pod }) => pod.metadata.name);
  return { on: decision.nominated, victims, message: decision.message };
}
const budget = (app: string, disruptionsAllowed: number): PodDisruptionBudget => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: app, namespace: 'default', uid: app, resourceVersion: '1', creationTimestamp: '' },
  spec: { selector: { matchLabels: { app } } },
  status: { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
});

test('preemption: who goes: as few as do, the less important before the more important', () => {
  const rig = new Rig().node(node('n'));
  rig.place(asking('a', '1', 1), 'n');
  rig.place(asking('b', '1', 5), 'n');
  rig.place(asking('c', '1', 3), 'n');
  rig.place(asking('same', '1', 10), 'n');
  assert.deepEqual(preempt(rig, '2'), {
    on: 'n',
    victims: ['c', 'a'],
    message: '0/1 nodes are available: 1 Insufficient cpu.',
  });
});
test('preemption: which node: fewest violations, lowest victim, smallest sum, fewest pods, latest start', () => {
  const rig = (...places: readonly (readonly [string, Pod])[]) => {
    const made = new Rig().node(node('n1'), node('n2'));
    for (const [on, pod] of places) made.place(pod, on);
    return made;
  };
  const late = '2026-01-02T00:00:00Z';
  const early = '2026-01-01T00:00:00Z';
  assert.equal(preempt(rig(['n1', asking('a', '4', 1)], ['n2', asking('b', '4', 2)]), '4').on, 'n1');
  const many = rig(['n1', asking('a', '2', 1)], ['n1', asking('b', '2', 1)], ['n2', asking('c', '4', 1)]);
  assert.equal(preempt(many, '4').on, 'n2');
  const young = rig(['n1', asking('a', '4', 1, {}, early)], ['n2', asking('b', '4', 1, {}, late)]);
  assert.equal(preempt(young, '4').on, 'n2');
  const kept = rig(['n1', asking('a', '4', 1)], ['n2', asking('b', '4', 2)]);
  kept.cluster.setBudget('default/a', budget('a', 0));
  assert.equal(preempt(kept, '4').on, 'n2', 'a budget is spared though its pod is less important');
  const both = rig(['n1', asking('a', '4', 1)]);
  both.node(node('n2', { spec: { unschedulable: true } }));
  both.cluster.setBudget('default/a', budget('a', 0));
  assert.deepEqual(preempt(both, '4').victims, ['a'], 'but broken when there is no other way');
});
test("preemption: nobody may go: in Kubernetes' words why", () => {
  const rig = new Rig().node(node('n1'), node('n2', { spec: { unschedulable: true } }));
  rig.place(asking('a', '4', 10), 'n1');
  const before =
    '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) were unschedulable. no new claims to deallocate, preemption: ';
  const none =
    '0/2 nodes are available: 1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.';
  assert.equal(preempt(rig, '4').message, before + none);
  const polite = new Rig().node(node('n1'), node('n2', { spec: { unschedulable: true } }));
  polite.place(asking('a', '4', 1), 'n1');
  const answer = preempt(polite, '4', { preemptionPolicy: 'Never' });
  assert.equal(answer.message, `${before}not eligible due to preemptionPolicy=Never.`);
  assert.deepEqual(answer.victims, []);
});
test('preemption: the nominated node: kept from others of no more importance, taken when its victims are gone', () => {
  const rig = new Rig().node(node('n'));
  const victim = { ...asking('a', '4', 1), spec: { ...asking('a', '4', 1).spec, nodeName: 'n' } };
  rig.pod(victim);
  assert.equal(preempt(rig, '4').on, 'n');
  const leaving: Pod = {
    ...victim,
    metadata: { ...victim.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    status: {
      phase: 'Running',
      conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }],
    },
  };
  rig.changed(victim, leaving);
  rig.gone(leaving);
  rig.pod(asking('other', '4', 9));
  const placed: string[] = [];
  for (let decision = rig.cycle(); decision !== undefined; decision = rig.cycle())
    placed.push(`${decision.pod.pod.metadata.name} ${decision.type}`);
  assert.deepEqual(placed.sort(), ['high assigned', 'other refused']);
});
test('preemption: while its victims leave: no others are sent after them', () => {
  const rig = new Rig().node(node('n'), node('m', { spec: { unschedulable: true } }));
  const victim: Pod = {
    ...asking('a', '4', 1, { nodeName: 'n' }),
    metadata: { ...asking('a', '4', 1).metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    status: {
      phase: 'Running',
      conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }],
    },
  };
  rig.pod(victim);
  rig.pod({ ...asking('high', '4', 10), status: { phase: 'Pending', nominatedNodeName: 'n' } });
  const decision = rig.cycle();
  assert(decision?.type === 'refused');
  assert.match(decision.message, /preemption: not eligible due to a terminating pod on the nominated node\.$/);
  assert.deepEqual([decision.victims, decision.nominated], [[], undefined]);
});
test('preemption: affinity and spreading: what if the victims were not there', () => {
  const zone = (name: string) => ({ labels: { 'topology.kubernetes.io/zone': name } });
  const rig = new Rig().node(node('n1', zone('a')), node('n2', zone('b')));
  rig.place(asking('web-1', '1', 1), 'n1');
  rig.place(asking('web-2', '1', 20), 'n2');
  const labelSelector = { matchLabels: { app: 'w' } };
  const term = { labelSelector, topologyKey: 'topology.kubernetes.io/zone' };
  const apart = { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
  assert.deepEqual(preempt(rig, '1', apart).victims, ['web-1']);
  assert.deepEqual(
    rig.cluster.table.nodes.map((info) => [...info.pods.keys()]),
    [['default/web-1'], ['default/web-2']],
    'nothing has moved',
  );
});
test('preemption: many nodes: a tenth of them, a hundred at least, are tried', () => {
  const limits = { minCandidateNodesPercentage: 10, minCandidateNodesAbsolute: 100 };
  assert.deepEqual(
    [5, 100, 500, 5_000].map((nodes) => candidatesWanted(nodes, limits)),
    [5, 100, 100, 500],
  );
});
